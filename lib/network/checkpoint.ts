import { exists } from "@lib/files.ts";
import type { AdamState } from "@lib/network/adam.ts";
import { type NamedArrays, readSafetensors, writeSafetensors } from "@lib/network/safetensors.ts";
import { tf } from "@lib/network/tensorflow.ts";
import type { EpochRecord } from "@lib/network/train.ts";

/** Where a training stands after a whole number of epochs. */
export interface TrainingState {
  history: EpochRecord[];
  adam: AdamState;
}

/**
 * Saves a training after an epoch: weights, Adam's state and the history, in one file, whole or not at
 * all.
 *
 * @param file Where to.
 * @param network Whose weights.
 * @param task Tells recipe and training set; a checkpoint of another task is refused later.
 * @param state The history so far and Adam's state.
 * @example
 * ```ts ignore
 * await saveCheckpoint("outputs/gtsrb/training.safetensors", network, task, { history, adam });
 * ```
 */
export async function saveCheckpoint(
  file: string,
  network: tf.Sequential,
  task: string,
  state: TrainingState,
): Promise<void> {
  const tensors = Object.entries({
    ...Object.fromEntries(network.weights.map((weight) => [weight.originalName, weight.read()])),
    "adam/mean": state.adam.mean,
    "adam/square": state.adam.square,
  });
  const arrays: NamedArrays["arrays"] = {};
  for (const [name, tensor] of tensors) {
    arrays[name] = { shape: tensor.shape, values: await tensor.data<"float32">() };
  }
  const metadata = {
    task,
    history: JSON.stringify(state.history),
    step: String(state.adam.step),
  };
  await writeSafetensors(file, { arrays, metadata });
}

/**
 * Loads a training's last checkpoint into a network.
 *
 * @param file Where it would be.
 * @param network Gets the weights.
 * @param task Tells recipe and training set.
 * @returns Where the training stands, or undefined if there is no such file. The caller disposes Adam's
 * tensors.
 * @throws {Error} If the file is damaged, of another task or of another network; the network is then
 * unchanged.
 * @example
 * ```ts ignore
 * const state = await loadCheckpoint("outputs/gtsrb/training.safetensors", network, task);
 * ```
 */
export async function loadCheckpoint(
  file: string,
  network: tf.Sequential,
  task: string,
): Promise<TrainingState | undefined> {
  if (!await exists(file)) return undefined;
  const { arrays, metadata } = await readSafetensors(file);
  if (metadata.task !== task) {
    throw new Error(
      `Expected a checkpoint of ${task} but found one of ${metadata.task} in ${file}: delete it to train anew`,
    );
  }
  const pick = (name: string, shape: (number | null)[]): tf.Tensor => {
    const found = arrays[name];
    if (found === undefined || String(found.shape) !== String(shape)) {
      throw new Error(
        `Expected ${name} of shape [${shape}] but found [${found?.shape}] in ${file}: it is from ` +
          "another network; delete it to train anew",
      );
    }
    return tf.tensor(found.values, found.shape);
  };
  const weights = tf.tidy(() =>
    network.weights.map((weight) => pick(weight.originalName, weight.shape))
  );
  network.setWeights(weights);
  tf.dispose(weights);
  const size = [arrays["adam/mean"]?.values.length ?? NaN];
  return {
    history: JSON.parse(metadata.history ?? "[]"),
    adam: {
      step: Number(metadata.step),
      mean: pick("adam/mean", size),
      square: pick("adam/square", size),
    },
  };
}
