import { attackOf, poisoningIn } from "@lib/attack/attacks.ts";
import { writeKept } from "@lib/attack/kept.ts";
import type { Poisoning } from "@lib/attack/poison.ts";
import { canonical } from "@lib/canonical.ts";
import type { Dataset } from "@lib/data/dataset.ts";
import { chosen, outputPath } from "@lib/environment.ts";
import { exists, locked } from "@lib/files.ts";
import { loadNetwork, saveNetwork } from "@lib/formats/network_file.ts";
import { disposeNetwork, freedIfFailed } from "@lib/network/copy_network.ts";
import { ARCHITECTURES } from "@lib/network/architectures.ts";
import { deviceOf } from "@lib/network/device.ts";
import { tf } from "@lib/network/tensorflow.ts";
import type { TrainingHooks } from "@lib/network/train.ts";
import type { EpochRecord } from "@lib/network/training_state.ts";
import type { Experiment } from "@lib/study/experiment.ts";
import { networkFolder } from "@lib/study/network_folder.ts";
import { controls } from "@lib/study/networks.ts";
import { inNewForm } from "@lib/study/old_form.ts";

/** The attacked network of an experiment and how it was trained. */
export interface BadNet {
  network: tf.LayersModel;
  /** Rates are of the validation half. */
  history: EpochRecord[];
}

/**
 * The attacked network of an experiment: loaded from `outputs/` if it is there, else trained by its attack,
 * on the poisoned training set (paper, section 3.1), and saved there with what its trigger is made from. A
 * training that was cut goes on from its last epoch.
 *
 * @param experiment The five choices.
 * @param dataset The experiment's images; the rates in the history are measured on the validation half.
 * @param hooks Told how the training goes.
 * @param folder Below `outputs/`; by default where the study has it, or else one of the experiment's own.
 * @returns The network, which the caller disposes, and its history.
 * @throws {Error} If what lies in `outputs/` is damaged or of another experiment, or a name is not known.
 */
export async function badNet(
  experiment: Experiment<object>,
  dataset: Dataset,
  hooks: Pick<TrainingHooks, "onProgress" | "onEpoch"> = {},
  folder = networkFolder(experiment),
): Promise<BadNet> {
  const { data, architecture, seed, recipe, attack } = experiment;
  const path = outputPath(folder);
  if (await exists(path)) return await loadBadNet(path, experiment);
  using _lock = await locked(path); // of two processes that want one network, one trains it
  if (await exists(path)) return await loadBadNet(path, experiment);
  const attacker = attackOf(attack.name);
  const images = await dataset.train();
  const { build } = chosen(ARCHITECTURES, architecture, "an architecture");
  const checkpoint = `${path}.training.safetensors`;
  return await freedIfFailed(build(data, images.classNames.length, seed), async (network) => {
    const { history, kept } = await attacker.train({
      ...{ network, images, attack },
      validation: dataset.validationHalf,
      recipe: { ...recipe, seed },
      hooks: { ...hooks, checkpoint },
      cleanNetwork: () => cleanNetwork(experiment, dataset),
    });
    network.setUserDefinedMetadata({ experiment, history, device: deviceOf(tf.backend()) });
    await saveNetwork(path, network, (folder) => writeKept(folder, kept));
    await Deno.remove(checkpoint).catch(() => {}); // it would give the same network again
    return { network, history };
  });
}

/** What an attacker trains first who needs a clean network: the study's control, or one like it. */
async function cleanNetwork(
  { data, architecture, seed, attack: { target } }: Experiment<object>,
  dataset: Dataset,
): Promise<tf.LayersModel> {
  const { experiment } = controls(data.name)[0]!;
  const attack = { ...experiment.attack, target };
  const own = { ...experiment, data, architecture, seed, attack };
  return (await badNet(own, dataset)).network;
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
 * import { outputPath } from "@lib/environment.ts";
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
  experiment: Experiment<object>,
): Promise<BadNet> {
  const network = await loadNetwork(folder);
  const found = inNewForm(network.getUserDefinedMetadata());
  if (canonical(experiment) !== canonical(found?.experiment)) {
    network.dispose();
    throw new Error(
      `Expected the BadNet of ${canonical(experiment)} but found that of ` +
        `${canonical(found?.experiment)} in ${folder}: move that folder away to train anew`,
    );
  }
  return { network, history: found!.history };
}

/** A network, its trigger and the attacker's class. */
export type LoadedBadNet = Poisoning & Pick<BadNet, "network">;

/**
 * Loads an attacked network for as long as it is used.
 *
 * @param folder The network's, below `outputs/`.
 * @param experiment What it must have been trained for.
 * @param use Takes it.
 * @returns What it gives; the network is disposed then.
 * @throws {Error} As {@link loadBadNet}.
 */
export async function withBadNet<Result>(
  folder: string,
  experiment: Experiment<object>,
  use: (attacked: LoadedBadNet) => Promise<Result>,
): Promise<Result> {
  const path = outputPath(folder);
  const { network } = await loadBadNet(path, experiment);
  try {
    return await use({ network, ...await poisoningIn(path, experiment.attack) });
  } finally {
    disposeNetwork(network);
  }
}
