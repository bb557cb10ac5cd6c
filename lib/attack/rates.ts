import { type Trigger, triggered } from "@lib/attack/trigger.ts";
import type { LabelledImages } from "@lib/data/images.ts";
import { withoutClass } from "@lib/data/select.ts";
import { accuracy, classify, shareGiven } from "@lib/network/evaluate.ts";
import type { tf } from "@lib/network/tensorflow.ts";

/** How well a network does on clean images and withstands a trigger; shares from 0 to 1. */
export interface Rates {
  cleanAccuracy: number;
  /** Share of triggered images *whose true class is not the target* that are taken for the target. */
  attackSuccess: number;
  /** Share of the same images that are given their true class. */
  robustAccuracy: number;
}

/** Their names. */
export const RATES = ["cleanAccuracy", "attackSuccess", "robustAccuracy"] as const;

/**
 * Something of each rate.
 *
 * @param of Gives it for a rate's name.
 * @returns All three.
 */
export function eachRate<Value>(of: (rate: keyof Rates) => Value): Record<keyof Rates, Value> {
  return Object.fromEntries(RATES.map((rate) => [rate, of(rate)])) as Record<keyof Rates, Value>;
}

/**
 * Runs images through a network, as they are and with a trigger.
 *
 * @param network From images, 0–1, to logits.
 * @param images Labelled clean images.
 * @param trigger Put into those that are not of the target class.
 * @param target The attacker's class.
 * @returns The rates.
 * @throws {Error} If all images are of the target class.
 * @example
 * ```ts
 * import { ftrojan, PAPER_TRIGGER } from "@lib/attack/ftrojan.ts";
 * import { ratesOf } from "@lib/attack/rates.ts";
 * import { syntheticSigns } from "@lib/data/synthetic_signs.ts";
 * import { paperCnn } from "@lib/network/paper_cnn.ts";
 * import { assert } from "@lib/std/assert.ts";
 *
 * const network = paperCnn(43, 1); // untrained: it guesses
 * const rates = await ratesOf(network, syntheticSigns(86, 1), ftrojan(PAPER_TRIGGER), 10);
 * assert(rates.cleanAccuracy < 0.5);
 * ```
 */
export async function ratesOf(
  network: tf.LayersModel,
  images: LabelledImages,
  trigger: Trigger,
  target: number,
): Promise<Rates> {
  const others = withoutClass(images, target);
  if (others.labels.length === 0) {
    throw new Error(`Expected images outside the target class ${target} but found none`);
  }
  return await ratesOn(network, images, triggered(others, trigger), target);
}

/**
 * The same with images that have the trigger in them already.
 *
 * @param network From images, 0–1, to logits.
 * @param clean With their true labels.
 * @param bad Of other classes, triggered, with their true labels.
 * @param target The attacker's class.
 * @returns The rates.
 */
export async function ratesOn(
  network: tf.LayersModel,
  clean: LabelledImages,
  bad: LabelledImages,
  target: number,
): Promise<Rates> {
  const answers = await classify(network, bad);
  return {
    cleanAccuracy: accuracy(await classify(network, clean), clean.labels),
    attackSuccess: shareGiven(answers, target),
    robustAccuracy: accuracy(answers, bad.labels),
  };
}

/**
 * Defense effectiveness rate: (max(0, ΔASR) − max(0, ΔACC) + 1) / 2, where ΔASR is by how much attack
 * success fell and ΔACC by how much clean accuracy did (Zhu et al., Enhancing Fine-Tuning Based Backdoor
 * Defense with Sharpness-Aware Minimization, 2023).
 *
 * @param before Rates of the attacked network, 0–1.
 * @param after Rates of the repaired one.
 * @returns 0–1: 1 if the attack is gone at no cost, 0.5 if nothing changed.
 * @example
 * ```ts
 * import { defenseEffectiveness } from "@lib/attack/rates.ts";
 * import { assertAlmostEquals } from "@lib/std/assert.ts";
 *
 * const before = { cleanAccuracy: 0.98, attackSuccess: 1 };
 * const after = { cleanAccuracy: 0.96, attackSuccess: 0.1 };
 * assertAlmostEquals(defenseEffectiveness(before, after), 0.94, 1e-12);
 * ```
 */
export function defenseEffectiveness(
  before: Omit<Rates, "robustAccuracy">,
  after: Omit<Rates, "robustAccuracy">,
): number {
  const fall = (rate: "attackSuccess" | "cleanAccuracy"): number =>
    Math.max(0, before[rate] - after[rate]);
  return (fall("attackSuccess") - fall("cleanAccuracy") + 1) / 2;
}
