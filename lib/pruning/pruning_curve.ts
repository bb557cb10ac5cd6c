import { eachRate, type Rates } from "@lib/attack/rates.ts";
import type { Evidence, Halves, MeasuredSet } from "@lib/pruning/evidence.ts";
import { pruningSteps } from "@lib/pruning/pruning_steps.ts";

/** Rates after 0, 1, … channels were pruned; shares from 0 to 1. */
export interface RateCurve {
  cleanAccuracy: number[];
  /** Share of the triggered images that are given the target class. */
  attackSuccess: number[];
  /** Share of the triggered images that are given their true class. */
  robustAccuracy: number[];
}

/** Both halves' rates along one order: validation decides when to stop, test is reported. */
export interface PruningCurve extends Halves<RateCurve> {
  /** The channels in the order they were pruned. */
  order: readonly number[];
}

/**
 * Prunes channels of the last convolution one by one and measures after each (paper, section 3.2 and
 * Figure 7), without another forward pass.
 *
 * @param measured What the network said of both halves.
 * @param order Channels, first to be pruned first.
 * @returns 1 + `order.length` values a rate.
 * @throws {Error} As {@link rateCurve}.
 * @example See {@link measureHalves}.
 */
export function pruningCurve(measured: Halves<Evidence>, order: readonly number[]): PruningCurve {
  return {
    order,
    validation: rateCurve(measured.validation, order),
    test: rateCurve(measured.test, order),
  };
}

/**
 * The same on one half.
 *
 * @param evidence What the network said of it.
 * @param order Channels, first to be pruned first.
 * @returns 1 + `order.length` values a rate.
 * @throws {Error} If the order names a channel twice or one that is not there, or a triggered image is of
 * the target class.
 * @example
 * ```ts
 * import { ftrojan, PAPER_TRIGGER } from "@lib/attack/ftrojan.ts";
 * import { syntheticSigns } from "@lib/data/synthetic_signs.ts";
 * import { paperCnn } from "@lib/network/paper_cnn.ts";
 * import { measureEvidence } from "@lib/pruning/evidence.ts";
 * import { rateCurve } from "@lib/pruning/pruning_curve.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const [network, signs] = [paperCnn(43, 1), syntheticSigns(86, 1)];
 * const evidence = await measureEvidence(network, signs, ftrojan(PAPER_TRIGGER), 10);
 * assertEquals(rateCurve(evidence, [5, 9]).cleanAccuracy.length, 3);
 * ```
 */
export function rateCurve(evidence: Evidence, order: readonly number[]): RateCurve {
  const { target, clean, backdoor } = evidence;
  const stray = backdoor.labels.indexOf(target);
  if (stray >= 0) {
    throw new Error(
      `Expected triggered images without the target class ${target} but found image ${stray}`,
    );
  }
  const along = (
    set: MeasuredSet,
    wanted: ((image: number) => number)[],
  ): number[][] => {
    const shares: number[][] = wanted.map(() => []);
    for (const classes of pruningSteps(evidence.network, set.activations, order)) {
      wanted.forEach((of, rate) => {
        let hits = 0;
        classes.forEach((found, image) => hits += Number(found === of(image)));
        shares[rate]!.push(hits / set.labels.length);
      });
    }
    return shares;
  };
  const truth = ({ labels }: MeasuredSet) => (image: number): number => labels[image]!;
  const [cleanAccuracy] = along(clean, [truth(clean)]);
  const [attackSuccess, robustAccuracy] = along(backdoor, [() => target, truth(backdoor)]);
  return {
    cleanAccuracy: cleanAccuracy!,
    attackSuccess: attackSuccess!,
    robustAccuracy: robustAccuracy!,
  };
}

/**
 * Rates as a curve: what figures are drawn from.
 *
 * @param rates One a step or set.
 * @returns The same, each rate by itself.
 * @example
 * ```ts
 * import { curveOf } from "@lib/pruning/pruning_curve.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const rates = { cleanAccuracy: 0.97, attackSuccess: 1, robustAccuracy: 0 };
 * assertEquals(curveOf([rates, rates]).attackSuccess, [1, 1]);
 * ```
 */
export function curveOf(rates: readonly Rates[]): RateCurve {
  return eachRate((rate) => rates.map((each) => each[rate]));
}
