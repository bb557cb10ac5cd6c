import { type Trigger, triggered } from "@lib/attack/trigger.ts";
import type { LabelledImages } from "@lib/data/labelled_images.ts";
import { withoutClass } from "@lib/pruning/measure.ts";
import { defenseEffectiveness } from "@lib/pruning/repair.ts";
import { accuracy, attackSuccessRate, classify } from "@lib/network/evaluate.ts";
import type { tf } from "@lib/network/tensorflow.ts";

/** How well a network does on clean images and withstands a trigger; shares from 0 to 1. */
export interface Rates {
  cleanAccuracy: number;
  /** Share of triggered images of other classes that are given the target's. */
  attackSuccess: number;
  /** Share of the same images that are given their true class. */
  robustAccuracy: number;
}

/**
 * Runs images through a network, as they are and with a trigger.
 *
 * @param network From images, RGB 0–1, to logits.
 * @param images Labelled clean images.
 * @param trigger Put into those that are not of the target class.
 * @param target The attacker's class.
 * @returns The rates.
 * @throws {Error} If all images are of the target class.
 * @example
 * ```ts ignore
 * const { robustAccuracy } = await ratesOf(repaired, dataset.testHalf, ftrojan(PAPER_TRIGGER), 10);
 * ```
 */
export async function ratesOf(
  network: tf.LayersModel,
  images: LabelledImages,
  trigger: Trigger,
  target: number,
): Promise<Rates> {
  const bad = triggered(withoutClass(images, target), trigger);
  const attacked = await classify(network, bad.pixels);
  return {
    cleanAccuracy: accuracy(await classify(network, images.pixels), images.labels),
    attackSuccess: attackSuccessRate(attacked, bad.labels, target),
    robustAccuracy: accuracy(attacked, bad.labels),
  };
}

/** Rates of a repaired network, and what they say of the repair. */
export interface RepairedRates extends Rates {
  defenseEffectiveness: number;
}

/**
 * The rates of a repaired network with its defense effectiveness rate.
 *
 * @param before Rates of the attacked network, 0–1.
 * @param after Rates of the repaired one.
 * @returns The latter, nothing else of it, with the effectiveness.
 * @example
 * ```ts
 * import { repairedRates } from "@lib/attack/rates.ts";
 * import { assertAlmostEquals } from "@lib/std/assert.ts";
 *
 * const before = { cleanAccuracy: 0.98, attackSuccess: 1, robustAccuracy: 0 };
 * const after = { cleanAccuracy: 0.96, attackSuccess: 0.1, robustAccuracy: 0.4 };
 * assertAlmostEquals(repairedRates(before, after).defenseEffectiveness, 0.94, 1e-12);
 * ```
 */
export function repairedRates(
  before: Rates,
  { cleanAccuracy, attackSuccess, robustAccuracy }: Rates,
): RepairedRates {
  const effectiveness = defenseEffectiveness(
    { cleanAccuracy: before.cleanAccuracy, attackSuccessRate: before.attackSuccess },
    { cleanAccuracy, attackSuccessRate: attackSuccess },
  );
  return { cleanAccuracy, attackSuccess, robustAccuracy, defenseEffectiveness: effectiveness };
}
