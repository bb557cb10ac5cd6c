/**
 * Pruning any convolution of any network: slower than the pruning curve of a last block, as every step
 * is a forward pass.
 *
 * @module
 */
import { IMAGE_BYTES, type LabelledImages } from "@lib/data/images.ts";
import { imageAt } from "@lib/data/select.ts";
import { channelsOf, findConvolution, maskChannels } from "@lib/pruning/convolution.ts";
import { descending } from "@lib/pruning/evidence.ts";
import { copyNetwork, disposeNetwork } from "@lib/network/copy_network.ts";
import { accuracy, attackSuccessRateIncludingTarget, classify } from "@lib/network/evaluate.ts";
import { forEachBatch } from "@lib/network/forward.ts";
import { tf } from "@lib/network/tensorflow.ts";

/** A network with some channels pruned, and how it does on the images that decide; shares from 0 to 1. */
export interface MaskedPoint {
  channels: readonly number[];
  validationAccuracy: number;
  validationAttackSuccess: number;
}

/** Clean images of all classes but the attacked one, without and with the trigger, in the same order. */
export interface ImagePairs {
  clean: Uint8Array;
  triggered: Uint8Array;
}

/**
 * How much a trigger changes what each channel of a convolution says: the mean absolute difference over
 * images and positions, behind the convolution's own activation.
 *
 * @param network Takes images, RGB 0–1.
 * @param layer The convolution's name.
 * @param pairs Two times [N, 32, 32, 3], RGB, 0–255.
 * @returns One mean a channel.
 * @throws {Error} If the two are not of the same number of images.
 * @example
 * ```ts
 * import { channelChange } from "@lib/pruning/pruning_by_masks.ts";
 * import { paperCnn } from "@lib/network/paper_cnn.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const same = new Uint8Array(3072);
 * const change = await channelChange(paperCnn(43, 1), "conv2d_2", { clean: same, triggered: same });
 * assertEquals(change, new Float64Array(64));
 * ```
 */
export async function channelChange(
  network: tf.LayersModel,
  layer: string,
  { clean, triggered }: ImagePairs,
): Promise<Float64Array> {
  const count = clean.length / IMAGE_BYTES;
  if (triggered.length !== clean.length) {
    throw new Error(
      `Expected ${count} triggered images but found ${triggered.length / IMAGE_BYTES}`,
    );
  }
  // one after the other, so that both of a pair are in one batch
  const turns = new Uint8Array(2 * clean.length);
  for (let index = 0; index < count; index++) {
    turns.set(imageAt(clean, index), 2 * index * IMAGE_BYTES);
    turns.set(imageAt(triggered, index), (2 * index + 1) * IMAGE_BYTES);
  }
  const convolution = findConvolution(network, layer);
  const sums = new Float64Array(channelsOf(convolution));
  await forEachBatch(network, [convolution], turns, ([output]) => {
    const [images, height, width, channels] = output!.shape as [number, number, number, number];
    const pairs = output!.reshape([images / 2, 2, height * width, channels]);
    const [before, after] = pairs.unstack(1) as [tf.Tensor, tf.Tensor];
    const change = after.sub(before).abs().mean(1).sum(0).dataSync();
    change.forEach((value, channel) => sums[channel]! += value);
  });
  return sums.map((sum) => sum / count);
}

/**
 * Prunes channels of a convolution, first those that a trigger changes most, and measures at steps on
 * the way by forward passes.
 *
 * @param network Takes images, RGB 0–1; left as it is.
 * @param layer The convolution's name.
 * @param clean Images with their classes.
 * @param pairs Those of the classes other than the attacked one, without and with the trigger.
 * @param target The attacked class.
 * @param steps How many at most, evenly from no channel to all.
 * @param onProgress Told the share that is done, 0–1.
 * @returns One point a step; the first is the network as it is.
 * @example
 * ```ts ignore
 * const points = await pruneByMasks(network, "conv2d_3", clean, { clean: others, triggered }, 10);
 * ```
 */
export async function pruneByMasks(
  network: tf.LayersModel,
  layer: string,
  clean: LabelledImages,
  pairs: ImagePairs,
  target: number,
  steps = 24,
  onProgress: (share: number) => void | Promise<void> = () => {},
): Promise<MaskedPoint[]> {
  const order = descending(await channelChange(network, layer, pairs));
  const parts = Math.min(steps, order.length);
  const weights = findConvolution(network, layer).getWeights();
  const copy = await copyNetwork(network);
  try {
    const points: MaskedPoint[] = [];
    for (let step = 0; step <= parts; step++) {
      const channels = order.slice(0, Math.round(step * order.length / parts));
      maskChannels(findConvolution(copy, layer), weights, channels);
      const answers = await classify(copy, pairs.triggered);
      points.push({
        channels,
        validationAccuracy: accuracy(await classify(copy, clean.pixels), clean.labels),
        // none of the pairs is of the target class
        validationAttackSuccess: attackSuccessRateIncludingTarget(answers, target),
      });
      await onProgress((step + 1) / (parts + 1));
    }
    return points;
  } finally {
    disposeNetwork(copy);
  }
}
