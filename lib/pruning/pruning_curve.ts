import type { Defense, MeasuredSet } from "@lib/pruning/measure.ts";
import { pruningCounts } from "@lib/pruning/pruning_counts.ts";

/** Rates after 0, 1, … all channels were pruned; shares from 0 to 1. */
export interface PruningCurve {
  /** The channels in the order they were pruned. */
  order: readonly number[];
  /** Accuracy on clean validation, which decides when to stop. */
  validationAccuracy: number[];
  /** Accuracy on clean test. */
  cleanAccuracy: number[];
  /** Attack success rate on bad validation. */
  validationAttackSuccess: number[];
  /** Attack success rate on bad test. */
  attackSuccess: number[];
  /** Share of bad validation that is given its true class. */
  validationRobustAccuracy: number[];
  /** Share of bad test that is given its true class. */
  robustAccuracy: number[];
}

/**
 * Prunes channels of the last convolution one by one and measures after each (paper, section 3.2 and
 * Figure 7), without another forward pass.
 *
 * Behind the last convolution each channel goes alone through activation, normalisation and pooling, and
 * the dense layer adds the channels up. So pruning one replaces its contribution to the logits by a
 * constant: what a channel of zeros contributes.
 *
 * @param defense The attacked network and what it said of the four defense.
 * @param order Channels, first to be pruned first.
 * @returns 1 + `order.length` values a rate.
 * @throws {Error} If the order names a channel twice or one that is not there, or a bad set has an image
 * of the target class.
 * @example
 * ```ts ignore
 * const curve = pruningCurve(defense, CLEAN_ASCENDING.order(evidenceOf(defense)));
 * ```
 */
export function pruningCurve(defense: Defense, order: readonly number[]): PruningCurve {
  const { network, target } = defense;
  const shares = ({ activations, labels }: MeasuredSet, wanted: Uint8Array[]): number[][] =>
    pruningCounts(network, activations, order, wanted)
      .map((counts) => counts.map((count) => count / labels.length));
  const clean = (set: MeasuredSet): number[] => shares(set, [set.labels])[0]!;
  const bad = (set: MeasuredSet): number[][] => {
    const stray = set.labels.indexOf(target);
    if (stray >= 0) {
      throw new Error(
        `Expected a bad set without the target class ${target} but found image ${stray}`,
      );
    }
    return shares(set, [set.labels.map(() => target), set.labels]);
  };
  const [validationAttackSuccess, validationRobustAccuracy] = bad(defense.badValidation);
  const [attackSuccess, robustAccuracy] = bad(defense.badTest);
  return {
    order,
    validationAccuracy: clean(defense.cleanValidation),
    cleanAccuracy: clean(defense.cleanTest),
    validationAttackSuccess: validationAttackSuccess!,
    attackSuccess: attackSuccess!,
    validationRobustAccuracy: validationRobustAccuracy!,
    robustAccuracy: robustAccuracy!,
  };
}
