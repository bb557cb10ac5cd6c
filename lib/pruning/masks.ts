/**
 * Pruning any convolution of any network: slower than the pruning curve of a tail, as every step is a
 * forward pass.
 *
 * @module
 */
import { ratesOn } from "@lib/attack/rates.ts";
import { type Trigger, triggered } from "@lib/attack/trigger.ts";
import { countOf, type Images, type LabelledImages } from "@lib/data/images.ts";
import { imageAt, joinImages, withoutClass } from "@lib/data/select.ts";
import { channelsOf, findConvolution, maskChannels } from "@lib/pruning/convolution.ts";
import type { PrunedSet } from "@lib/pruning/front.ts";
import { descending } from "@lib/pruning/order.ts";
import { copyNetwork, disposeNetwork } from "@lib/network/copy_network.ts";
import { forEachBatch } from "@lib/network/evaluate.ts";
import { tf } from "@lib/network/tensorflow.ts";

/**
 * How much a trigger changes what each channel of a convolution says: the mean absolute difference over
 * images and positions, behind the convolution's own activation.
 *
 * @param network Takes images, 0–1.
 * @param layer The convolution's name.
 * @param clean Images.
 * @param bad The same images with the trigger.
 * @returns One mean a channel.
 * @throws {Error} If the two are not as many.
 * @example
 * ```ts
 * import { PAPER_SIZE } from "@lib/data/images.ts";
 * import { uniformImages } from "@lib/data/select.ts";
 * import { paperCnn } from "@lib/network/paper_cnn.ts";
 * import { channelChange } from "@lib/pruning/masks.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const grey = uniformImages(PAPER_SIZE, 2, 128);
 * const change = await channelChange(paperCnn(43, 1), "conv2d_5", grey, grey);
 * assertEquals(Math.max(...change), 0);
 * ```
 */
export async function channelChange(
  network: tf.LayersModel,
  layer: string,
  clean: Images,
  bad: Images,
): Promise<Float64Array> {
  const count = countOf(clean);
  if (countOf(bad) !== count) {
    throw new Error(`Expected ${count} triggered images but found ${countOf(bad)}`);
  }
  // one after the other, so that both of a pair are in one batch
  const turns = Array.from({ length: count }, (_, index) => [
    imageAt(clean, index),
    imageAt(bad, index),
  ]);
  const convolution = findConvolution(network, layer);
  const sums = new Float64Array(channelsOf(convolution));
  await forEachBatch(network, [convolution], joinImages(turns.flat()), ([output]) => {
    const [images, height, width, channels] = output!.shape as [number, number, number, number];
    const pairs = output!.reshape([images / 2, 2, height * width, channels]);
    const [before, after] = pairs.unstack(1) as [tf.Tensor, tf.Tensor];
    const change = after.sub(before).abs().mean(1).sum(0).dataSync();
    change.forEach((value, channel) => sums[channel]! += value);
  });
  return sums.map((sum) => sum / count);
}

/** Steps along which channels are pruned by masks. */
export const MASK_STEPS = 24;

/**
 * Prunes channels of a convolution, first those that a trigger changes most, and measures at steps on the
 * way by forward passes.
 *
 * @param network Takes images, 0–1; left as it is.
 * @param layer The convolution's name.
 * @param clean Images with their classes.
 * @param trigger What is put into those of other classes than the target.
 * @param target The attacked class.
 * @param steps How many at most, evenly from no channel to all.
 * @param onProgress Told the share that is done, 0–1.
 * @returns One set a step; the first is the network as it is.
 */
export async function pruneByMasks(
  network: tf.LayersModel,
  layer: string,
  clean: LabelledImages,
  trigger: Trigger,
  target: number,
  steps = MASK_STEPS,
  onProgress: (share: number) => void | Promise<void> = () => {},
): Promise<PrunedSet[]> {
  const others = withoutClass(clean, target);
  const bad = triggered(others, trigger);
  const order = descending(await channelChange(network, layer, others, bad));
  const parts = Math.min(steps, order.length);
  const weights = findConvolution(network, layer).getWeights();
  const copy = await copyNetwork(network);
  try {
    const sets: PrunedSet[] = [];
    for (let step = 0; step <= parts; step++) {
      const channels = order.slice(0, Math.round(step * order.length / parts));
      maskChannels(findConvolution(copy, layer), weights, channels);
      sets.push({ channels, rates: await ratesOn(copy, clean, bad, target) });
      await onProgress((step + 1) / (parts + 1));
    }
    return sets;
  } finally {
    disposeNetwork(copy);
  }
}
