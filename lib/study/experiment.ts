import type { AttackChoice } from "@lib/attack/attack.ts";
import { type FTrojanParameters, PAPER_TRIGGER } from "@lib/attack/ftrojan.ts";
import { canonical, digestOf } from "@lib/canonical.ts";
import { DATASETS } from "@lib/data/datasets.ts";
import { type DataChoice, dataChoice } from "@lib/data/dataset.ts";
import { DATASET_VARIABLE } from "@lib/environment.ts";
import type { Recipe } from "@lib/network/train.ts";

/**
 * An experiment: five choices, which decide how it comes out, in plain JSON. The paper's attack is
 * FTrojan's.
 */
export interface Experiment<Parameters extends object = FTrojanParameters> {
  data: DataChoice;
  /** In the list of architectures. */
  architecture: string;
  attack: AttackChoice<Parameters>;
  recipe: Omit<Recipe, "seed">;
  /** Of every draw: split, poisoned images, initial weights, order of images, dropout. */
  seed: number;
}

/**
 * The paper's experiment (section 3.1) on the data that the environment chooses; the paper does not
 * state the number of epochs.
 *
 * @param data In the list of data sets; by default what the environment variable says, else synthetic.
 * @param seed Of every draw.
 * @returns The experiment.
 * @throws {Error} If there is no such data set.
 * @example
 * ```ts
 * import { paperExperiment } from "@lib/study/experiment.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * assertEquals(paperExperiment("gtsrb").recipe.learningRate, 0.0005);
 * ```
 */
export function paperExperiment(
  data: string = Deno.env.get(DATASET_VARIABLE) ?? "synthetic",
  seed = 1,
): Experiment {
  const choice = dataChoice(data);
  const { training, target = 10 } = DATASETS[data]!;
  return {
    data: choice,
    architecture: "paper",
    attack: { name: "ftrojan", parameters: PAPER_TRIGGER, target, injectionRate: 0.05 },
    recipe: { ...training, learningRate: 0.0005, weightDecay: 1e-6 },
    seed,
  };
}

/**
 * Where an experiment's results lie below `outputs/`: the paper's in the data set's folder, any other in
 * one of its own there, so that trying something loses nothing.
 *
 * @param experiment The five choices.
 * @returns A folder's name, or two with a slash.
 * @example
 * ```ts
 * import { paperExperiment, placeOf } from "@lib/study/experiment.ts";
 * import { assert, assertEquals } from "@lib/std/assert.ts";
 *
 * assertEquals(placeOf(paperExperiment("quick")), "quick");
 * assert(placeOf(paperExperiment("quick", 2)).startsWith("quick/own_"));
 * ```
 */
export function placeOf(experiment: Experiment<object>): string {
  const { name } = experiment.data;
  return canonical(experiment) === canonical(paperExperiment(name))
    ? name
    : `${name}/own_${digestOf(experiment).slice(0, 8)}`;
}
