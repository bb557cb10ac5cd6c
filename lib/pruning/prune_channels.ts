import { channelsOf, findConvolution, maskChannels } from "@lib/pruning/convolution.ts";
import { copyNetwork } from "@lib/network/copy_network.ts";
import type { tf } from "@lib/network/tensorflow.ts";

/**
 * A copy of a network with channels of a convolution pruned: their filters and biases are zero (paper,
 * section 3.2).
 *
 * @param network Left as it is.
 * @param channels To be pruned.
 * @param layer The convolution's name; by default the last one.
 * @returns An ordinary layers model of the same size; the caller disposes it.
 * @throws {Error} If there is no such channel or convolution.
 * @example
 * ```ts
 * import { pruneChannels } from "@lib/pruning/prune_channels.ts";
 * import { paperCnn } from "@lib/network/paper_cnn.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const repaired = await pruneChannels(paperCnn(43, 1), [0, 9]);
 * assertEquals(repaired.getLayer("conv2d_5").getWeights()[1]!.dataSync()[9], 0);
 * ```
 */
export async function pruneChannels(
  network: tf.LayersModel,
  channels: readonly number[],
  layer?: string,
): Promise<tf.LayersModel> {
  const found = findConvolution(network, layer);
  const count = channelsOf(found);
  const stray = channels.find((channel) =>
    !Number.isInteger(channel) || channel < 0 || channel >= count
  );
  if (stray !== undefined) {
    throw new Error(`Expected a channel in 0–${count - 1} but found ${stray}`);
  }
  const copy = await copyNetwork(network);
  maskChannels(findConvolution(copy, found.name), found.getWeights(), channels);
  return copy;
}
