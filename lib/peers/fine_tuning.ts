import type { LabelledImages } from "@lib/data/images.ts";
import { smallNetwork } from "@lib/pruning/small_network.ts";
import { copyNetwork } from "@lib/network/copy_network.ts";
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
 * @throws {Error} As {@link train}.
 * @example
 * ```ts ignore
 * const repaired = await fineTune(network, sample(validationHalf, 1000, 1));
 * ```
 */
export async function fineTune(
  network: tf.LayersModel,
  clean: LabelledImages,
  recipe: Recipe = FINE_TUNING,
  hooks: Pick<TrainingHooks, "onProgress"> = {},
): Promise<tf.Sequential> {
  const copy = await copyNetwork(network) as tf.Sequential;
  await train(copy, clean, recipe, hooks);
  return copy;
}

/**
 * Fine-pruning (Liu, Dolan-Gavitt and Garg, RAID 2018): prunes channels, then fine-tunes what is left.
 * The pruned channels leave the network altogether, so that training cannot wake them.
 *
 * @param network One with a last block; left as it is.
 * @param channels Which to prune: the least active on clean images, as many as accuracy allows.
 * @param clean Labelled clean images.
 * @param recipe Epochs and rates.
 * @returns The pruned and trained network; the caller disposes it.
 * @throws {Error} As {@link smallNetwork} and {@link train}.
 * @example
 * ```ts ignore
 * const repaired = await finePrune(network, curve.order.slice(0, channelsPruned), clean);
 * ```
 */
export async function finePrune(
  network: tf.LayersModel,
  channels: readonly number[],
  clean: LabelledImages,
  recipe: Recipe = FINE_TUNING,
): Promise<tf.Sequential> {
  const small = await smallNetwork(network, channels) as tf.Sequential;
  await train(small, clean, recipe);
  return small;
}
