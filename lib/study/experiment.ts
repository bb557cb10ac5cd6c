import { anyTrigger, type TriggerParameters } from "@lib/attack/any_trigger.ts";
import { type FTrojanParameters, PAPER_TRIGGER } from "@lib/attack/ftrojan.ts";
import type { Poisoning } from "@lib/attack/poison.ts";
import type { Recipe } from "@lib/network/train.ts";
import { DATASET_VARIABLE } from "@lib/environment.ts";

/**
 * Which data the notebooks run on: the paper's GTSRB; rendered signs, labelled synthetic, sized for a
 * laptop; or a few of those, to see quickly that everything works.
 */
export type Setting = "gtsrb" | "synthetic" | "quick";

/** Everything that decides how an experiment comes out; the paper's trigger is one of FTrojan. */
export interface Experiment<Parameters extends TriggerParameters = FTrojanParameters> {
  setting: Setting;
  /** Of every draw: split, poisoned images, initial weights, order of images, dropout. */
  seed: number;
  trigger: Parameters;
  /** The attacker's class. */
  target: number;
  /** Share of the training images that are poisoned, 0–1. */
  injectionRate: number;
  recipe: Recipe;
}

/** Where the settings differ: small ones need smaller batches, for enough steps. */
const LENGTHS: Record<Setting, { epochs: number; batchSize: number }> = {
  gtsrb: { epochs: 20, batchSize: 64 },
  synthetic: { epochs: 7, batchSize: 32 },
  quick: { epochs: 6, batchSize: 16 },
};

/**
 * The paper's experiment (section 3.1) on the data that the environment chooses; the paper does not
 * state the number of epochs.
 *
 * @param setting Which data; by default what the environment variable says, else synthetic.
 * @param seed Of every draw.
 * @returns The experiment.
 * @throws {Error} If there is no such setting.
 * @example
 * ```ts
 * import { paperExperiment } from "@lib/study/experiment.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * assertEquals(paperExperiment("gtsrb").recipe.learningRate, 0.0005);
 * ```
 */
export function paperExperiment(
  setting: string = Deno.env.get(DATASET_VARIABLE) ?? "synthetic",
  seed = 1,
): Experiment {
  if (!(setting in LENGTHS)) {
    throw new Error(
      `Expected ${DATASET_VARIABLE} to be one of ${
        Object.keys(LENGTHS).join(", ")
      } but found "${setting}"`,
    );
  }
  return {
    setting: setting as Setting,
    seed,
    trigger: PAPER_TRIGGER,
    target: 10,
    injectionRate: 0.05,
    recipe: {
      ...LENGTHS[setting as Setting],
      learningRate: 0.0005,
      weightDecay: 1e-6,
      seed,
    },
  };
}

/**
 * The attack of an experiment.
 *
 * @param experiment Which.
 * @returns Trigger, target and injection rate.
 * @example
 * ```ts
 * import { paperExperiment, poisoningOf } from "@lib/study/experiment.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * assertEquals(poisoningOf(paperExperiment("gtsrb")).target, 10);
 * ```
 */
export function poisoningOf(
  { trigger, target, injectionRate }: Experiment<TriggerParameters>,
): Poisoning {
  return { trigger: anyTrigger(trigger), target, injectionRate };
}
