import { type ChannelStatistics, statisticsSum } from "@lib/pruning/channel_statistics.ts";
import { forEachBatch } from "@lib/network/evaluate.ts";
import type { Images } from "@lib/data/images.ts";
import { channelsOf } from "@lib/pruning/convolution.ts";
import { requireTail } from "@lib/pruning/tail.ts";
import { tf } from "@lib/network/tensorflow.ts";

/** What the channels of the last convolution did on a set of images. */
export interface LastActivations {
  /** At the last convolution, behind its activation (the paper's "activation_5"). */
  convolution: ChannelStatistics;
  /** At the last pooling layer. */
  pooling: ChannelStatistics;
  /** All values at the last pooling layer; shape [channels, images, positions]. */
  pooled: tf.Tensor3D;
  /** The network's output; shape [images, classes]. */
  logits: tf.Tensor2D;
}

/**
 * Runs images through a network once and keeps what its last block said of them: all that pruning its
 * last convolution needs (paper, section 3.2).
 *
 * @param network One with a tail.
 * @param images Of the network's size.
 * @param onProgress Told the share that is done, 0–1.
 * @returns Statistics a channel, all pooled values and the logits; the caller disposes the two tensors.
 * @throws {Error} If the network has no tail.
 * @example
 * ```ts
 * import { PAPER_SIZE } from "@lib/data/images.ts";
 * import { uniformImages } from "@lib/data/select.ts";
 * import { lastActivations } from "@lib/pruning/activations.ts";
 * import { paperCnn } from "@lib/network/paper_cnn.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const two = uniformImages(PAPER_SIZE, 2, 128);
 * const { convolution, pooled } = await lastActivations(paperCnn(43, 1), two);
 * assertEquals(convolution.mean.length, 128);
 * assertEquals(pooled.shape, [128, 2, 16]);
 * ```
 */
export async function lastActivations(
  network: tf.LayersModel,
  images: Images,
  onProgress: (share: number) => void | Promise<void> = () => {},
): Promise<LastActivations> {
  const { convolution, activation, pooling, dense } = requireTail(network);
  const channels = channelsOf(convolution);
  const batches: { pooled: tf.Tensor3D; logits: tf.Tensor2D }[] = [];
  const convolutionSum = statisticsSum(channels);
  const poolingSum = statisticsSum(channels);
  const layers = [activation, pooling, dense];
  await forEachBatch(network, layers, images, ([activated, pooled, logits]) => {
    convolutionSum.add(activated!);
    poolingSum.add(pooled!);
    const flat = pooled!.reshape<tf.Tensor3D>([pooled!.shape[0]!, -1, channels]);
    batches.push({
      pooled: tf.keep(flat.transpose<tf.Tensor3D>([2, 0, 1])),
      logits: tf.keep(logits as tf.Tensor2D),
    });
  }, onProgress);
  const pooled = tf.concat(batches.map((batch) => batch.pooled), 1);
  const logits = tf.concat(batches.map((batch) => batch.logits));
  tf.dispose(batches.map((batch) => ({ ...batch })));
  return {
    convolution: convolutionSum.statistics(),
    pooling: poolingSum.statistics(),
    pooled,
    logits,
  };
}
