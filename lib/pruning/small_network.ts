import { freedIfFailed, remade } from "@lib/network/copy_network.ts";
import { channelWeights, requireOrder } from "@lib/pruning/channel_weights.ts";
import { channelsOf, firstFilterWeight } from "@lib/pruning/convolution.ts";
import { requireTail } from "@lib/pruning/tail.ts";
import { tf } from "@lib/network/tensorflow.ts";

/**
 * A pruned network without its pruned channels: what each of them would add to the logits of every image
 * goes into the dense layer's bias, and its filter, its normalisation and its dense weights go. The same
 * function with fewer parameters.
 *
 * @param network Left as it is.
 * @param channels Of its last convolution, to be pruned; not all of them.
 * @returns An ordinary layers model with a narrower tail; the caller disposes it.
 * @throws {Error} If there is no such channel, none would be left, or the network has no tail,
 * or one whose dense layer has no bias.
 * @example
 * ```ts
 * import { smallNetwork } from "@lib/pruning/small_network.ts";
 * import { paperCnn } from "@lib/network/paper_cnn.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const small = await smallNetwork(paperCnn(43, 1), [0, 9]);
 * assertEquals(small.getLayer("conv2d_5").outputShape, [null, 8, 8, 126]);
 * ```
 */
export async function smallNetwork(
  network: tf.LayersModel,
  channels: readonly number[],
): Promise<tf.LayersModel> {
  const { convolution, between, dense } = requireTail(network);
  const count = channelsOf(convolution);
  requireOrder(channels, count);
  const kept = Array.from({ length: count }, (_, channel) => channel)
    .filter((channel) => !channels.includes(channel));
  if (kept.length === 0) {
    throw new Error(`Expected a channel to be left but found all ${count} pruned`);
  }
  const small = await remade(network, ({ config: { layers } }) => {
    const narrowed = layers.find(({ config }) => config.name === convolution.name)!;
    narrowed.config.filters = kept.length;
  });
  return await freedIfFailed(small, () => {
    tf.tidy(() => {
      const keep = tf.tensor1d(kept, "int32");
      const { rows, offsets } = channelWeights(network);
      for (const [index, layer] of network.layers.entries()) {
        const weights = layer.getWeights();
        const first = layer === convolution ? firstFilterWeight(layer) : 0;
        small.layers[index]!.setWeights(
          layer === convolution || between.includes(layer)
            ? weights.map((weight, at) =>
              at < first ? weight : tf.gather(weight, keep, weight.rank - 1)
            )
            : layer === dense
            ? narrowDense(weights[1], rows, offsets, keep, [...channels])
            : weights,
        );
      }
    });
    return small;
  });
}

/** Kernel and bias of the dense layer when only some channels are kept. */
function narrowDense(
  bias: tf.Tensor | undefined,
  rows: tf.Tensor3D,
  offsets: tf.Tensor2D,
  keep: tf.Tensor1D,
  pruned: number[],
): tf.Tensor[] {
  if (bias === undefined) throw new Error("Expected a dense layer with a bias but found none");
  // as flatten lays them out: position by position, channels side by side
  const kernel = tf.gather(rows, keep).transpose([1, 0, 2]).reshape([-1, rows.shape[2]]);
  const constants = tf.gather(offsets, tf.tensor1d(pruned, "int32")).sum(0);
  return [kernel, bias.add(constants)];
}
