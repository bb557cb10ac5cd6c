import type { LabelledImages } from "@lib/data/images.ts";
import { copyNetwork, freedIfFailed } from "@lib/network/copy_network.ts";
import type { tf } from "@lib/network/tensorflow.ts";
import { type Recipe, train, type TrainingHooks } from "@lib/network/train.ts";

/** How defenses train on clean images: as the network was trained, for ten epochs. */
export const FINE_TUNING: Recipe = {
  epochs: 10,
  batchSize: 64,
  learningRate: 0.0005,
  weightDecay: 1e-6,
  seed: 1,
};

/**
 * Fine-tuning: trains on clean images in the hope that the backdoor is forgotten.
 *
 * @param network Left as it is.
 * @param clean Labelled clean images.
 * @param recipe Epochs and rates.
 * @param hooks Told how the training goes.
 * @returns The trained copy; the caller disposes it.
 * @throws {Error} As `train`.
 */
export async function fineTune(
  network: tf.LayersModel,
  clean: LabelledImages,
  recipe: Recipe = FINE_TUNING,
  hooks: Pick<TrainingHooks, "onProgress"> = {},
): Promise<tf.LayersModel> {
  return await freedIfFailed(await copyNetwork(network), async (copy) => {
    await train(copy, clean, recipe, hooks);
    return copy;
  });
}
