import { tf } from "@lib/network/tensorflow.ts";

type Topology = Parameters<typeof tf.models.modelFromJSON>[0];

/**
 * A copy of a network with weights of its own.
 *
 * @param network Left as it is.
 * @returns An ordinary layers model; the caller disposes it.
 * @example
 * ```ts
 * import { copyNetwork } from "@lib/network/copy_network.ts";
 * import { paperCnn } from "@lib/network/paper_cnn.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const network = paperCnn(43, 1);
 * const copy = await copyNetwork(network);
 * network.dispose();
 * assertEquals(copy.countParams(), 376_907);
 * ```
 */
export async function copyNetwork(network: tf.LayersModel): Promise<tf.Sequential> {
  const copy = await tf.models.modelFromJSON(network.toJSON(undefined, false) as Topology);
  copy.setWeights(network.getWeights());
  return copy as tf.Sequential;
}
