import { outputPath } from "@lib/environment.ts";
import type { TriggerParameters } from "@lib/attack/any_trigger.ts";
import { poisonTrainingSet } from "@lib/attack/poison.ts";
import type { Dataset } from "@lib/study/dataset.ts";
import { type Experiment, poisoningOf } from "@lib/study/experiment.ts";
import { exists } from "@lib/files.ts";
import { evaluateBadNet } from "@lib/network/evaluate.ts";
import { loadNetwork, saveNetwork } from "@lib/formats/network_file.ts";
import { paperCnn } from "@lib/network/paper_cnn.ts";
import type { tf } from "@lib/network/tensorflow.ts";
import { type EpochRecord, train, type TrainingHooks } from "@lib/network/train.ts";
import { seededRandom } from "@lib/random.ts";

/** The attacked network of an experiment and how it was trained. */
export interface BadNet {
  network: tf.Sequential;
  history: EpochRecord[];
}

/**
 * The attacked network of an experiment: loaded from `outputs/` if it is there, else trained on the
 * poisoned training set (paper, section 3.1) and saved there. A training that was cut goes on from its
 * last epoch.
 *
 * @param experiment Attack and recipe.
 * @param dataset The experiment's images; the rates in the history are measured on the validation half.
 * @param hooks Told how the training goes.
 * @param name Its folder in `outputs/<setting>/`.
 * @returns The network, which the caller disposes, and its history.
 * @throws {Error} If what lies in `outputs/` is damaged or of another experiment.
 * @example
 * ```ts ignore
 * const experiment = paperExperiment("synthetic");
 * const { network } = await badNet(experiment, await loadDataset(experiment));
 * ```
 */
export async function badNet(
  experiment: Experiment<TriggerParameters>,
  dataset: Dataset,
  hooks: Pick<TrainingHooks, "onProgress" | "onEpoch"> = {},
  name = "badnet",
): Promise<BadNet> {
  const folder = outputPath(experiment.setting, name);
  if (await exists(folder)) return await loadBadNet(folder, experiment);
  const { seed, recipe, target } = experiment;
  const poisoning = poisoningOf(experiment);
  const { images } = poisonTrainingSet(await dataset.train(), poisoning, seededRandom(seed));
  const network = paperCnn(images.classNames.length, seed);
  const history = await train(network, images, recipe, {
    ...hooks,
    checkpoint: outputPath(experiment.setting, `${name}.training.safetensors`),
    evaluate: async () => ({
      ...await evaluateBadNet(network, dataset.validationHalf, poisoning.trigger, target),
    }),
  });
  network.setUserDefinedMetadata({ experiment, history });
  await saveNetwork(folder, network);
  return { network, history };
}

/**
 * Loads an attacked network.
 *
 * @param folder With a layers model that {@link badNet} saved.
 * @param experiment What it must have been trained for.
 * @returns The network, which the caller disposes, and its history.
 * @throws {Error} If the folder holds no whole model or that of another experiment.
 * @example
 * ```ts
 * import { loadBadNet } from "@lib/study/bad_net.ts";
 * import { paperExperiment } from "@lib/study/experiment.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const experiment = paperExperiment("gtsrb");
 * const { history } = await loadBadNet(outputPath("gtsrb", "badnet"), experiment);
 * assertEquals(history.length, experiment.recipe.epochs);
 * ```
 */
export async function loadBadNet(
  folder: string,
  experiment: Experiment<TriggerParameters>,
): Promise<BadNet> {
  const network = await loadNetwork(folder);
  const metadata = network.getUserDefinedMetadata() as {
    experiment?: Experiment<TriggerParameters>;
    history?: EpochRecord[];
  } | undefined;
  const [expected, found] = [experiment, metadata?.experiment].map((each) => JSON.stringify(each));
  if (expected !== found) {
    throw new Error(
      `Expected the BadNet of ${expected} but found that of ${found} in ${folder}: ` +
        "move that folder away to train anew",
    );
  }
  return { network, history: metadata!.history! };
}
