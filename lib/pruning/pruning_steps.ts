import type { LastActivations } from "@lib/pruning/activations.ts";
import { channelWeights, requireOrder } from "@lib/pruning/channel_weights.ts";
import { tf } from "@lib/network/tensorflow.ts";

/**
 * The classes a network gives images while its channels are pruned one by one.
 *
 * @param network The attacked network.
 * @param activations What its last block said of N images.
 * @param order Channels, first to be pruned first.
 * @yields N class indices, before the first and after each channel.
 * @throws {Error} If the order names a channel twice or one that is not there.
 * @example
 * ```ts
 * import { lastActivations } from "@lib/pruning/activations.ts";
 * import { pruningSteps } from "@lib/pruning/pruning_steps.ts";
 * import { paperCnn } from "@lib/network/paper_cnn.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const network = paperCnn(43, 1);
 * const activations = await lastActivations(network, new Uint8Array(5 * 3072));
 * const steps = [...pruningSteps(network, activations, [7, 3])];
 * assertEquals(steps.map((classes) => classes.length), [5, 5, 5]);
 * ```
 */
export function* pruningSteps(
  network: tf.LayersModel,
  activations: LastActivations,
  order: readonly number[],
): Generator<Uint8Array> {
  const { pooled } = activations;
  const { rows, offsets } = channelWeights(network);
  requireOrder(order, pooled.shape[0]);
  let logits = activations.logits.clone();
  try {
    yield classesOf(logits);
    for (const channel of order) {
      const pruned = tf.tidy(() => {
        const contribution = tf.matMul(slab(pooled, channel), slab(rows, channel));
        return logits.sub(contribution).add<tf.Tensor2D>(offsets.slice([channel, 0], [1, -1]));
      });
      logits.dispose();
      logits = pruned;
      yield classesOf(logits);
    }
  } finally {
    tf.dispose([logits, rows, offsets]);
  }
}

const classesOf = (logits: tf.Tensor2D): Uint8Array =>
  tf.tidy(() => Uint8Array.from(logits.argMax(1).dataSync()));

/** One channel's matrix. */
const slab = (tensor: tf.Tensor3D, channel: number): tf.Tensor2D =>
  tensor.slice([channel, 0, 0], [1, -1, -1]).squeeze<tf.Tensor2D>([0]);
