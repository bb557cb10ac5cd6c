import { prunedConstants, requireTail } from "@lib/pruning/tail.ts";
import { tf } from "@lib/network/tensorflow.ts";

/** Each channel's own way from the last pooling layer to the logits. */
export interface ChannelWeights {
  /** The dense layer's weights; shape [channels, positions, classes]. */
  rows: tf.Tensor3D;
  /** What a pruned channel adds to the logits of every image; shape [channels, classes]. */
  offsets: tf.Tensor2D;
}

/**
 * Cuts the dense layer into the parts that belong to each channel of the last convolution.
 *
 * Behind that convolution each channel goes alone through activation, normalisation and pooling, and the
 * dense layer adds the channels up: logits are the bias plus each channel's contribution. A pruned
 * channel's is the same for every image.
 *
 * @param network One with a tail.
 * @returns Two tensors, which the caller disposes.
 * @throws {Error} If the network has no tail.
 * @example
 * ```ts
 * import { channelWeights } from "@lib/pruning/channel_weights.ts";
 * import { paperCnn } from "@lib/network/paper_cnn.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const { rows, offsets } = channelWeights(paperCnn(43, 1));
 * assertEquals([rows.shape, offsets.shape], [[128, 16, 43], [128, 43]]);
 * ```
 */
export function channelWeights(network: tf.LayersModel): ChannelWeights {
  const tail = requireTail(network);
  return tf.tidy(() => {
    const constants = prunedConstants(tail);
    const [positions, channels] = constants.shape;
    const [kernel] = tail.dense.getWeights() as [tf.Tensor2D];
    // row p · channels + c of the dense kernel belongs to channel c at position p
    const rows = kernel.reshape<tf.Tensor3D>([positions, channels, -1]).transpose<tf.Tensor3D>([
      1,
      0,
      2,
    ]);
    const offsets = rows.mul(constants.transpose().expandDims(2)).sum<tf.Tensor2D>(1);
    return { rows, offsets };
  });
}

/**
 * Checks an order of channels.
 *
 * @param order Channels, first to be pruned first; not all need be there.
 * @param channels How many there are.
 * @throws {Error} If a channel is named twice or is not there.
 * @example
 * ```ts
 * import { requireOrder } from "@lib/pruning/channel_weights.ts";
 * import { assertThrows } from "@lib/std/assert.ts";
 *
 * assertThrows(() => requireOrder([1, 1], 128), Error, "at most once but found 1");
 * ```
 */
export function requireOrder(order: readonly number[], channels: number): void {
  const stray = order.find((channel, index) =>
    !(Number.isInteger(channel) && channel >= 0 && channel < channels) ||
    order.indexOf(channel) !== index
  );
  if (stray !== undefined) {
    throw new Error(`Expected each channel of 0–${channels - 1} at most once but found ${stray}`);
  }
}
