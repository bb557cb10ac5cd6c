import { lipschitzBounds } from "@lib/pruning/weight_rankings.ts";
import { normalizedConvolutions, silence } from "@lib/peers/normalized_convolutions.ts";
import { type Defense, repairing } from "@lib/recovery/defense.ts";
import { copyNetwork, freedIfFailed } from "@lib/network/copy_network.ts";
import type { tf } from "@lib/network/tensorflow.ts";

/**
 * Channel Lipschitzness pruning (Zheng et al., ECCV 2022): in every convolution, channels whose bound is
 * more than u standard deviations above the layer's mean are silenced at once. It needs no images.
 *
 * @param network Convolutions with a batch normalisation behind each; left as it is.
 * @param u Of the rule; the authors' is 3.
 * @returns The repaired network, which the caller disposes, and how many channels were pruned.
 * @throws {Error} If no convolution has a batch normalisation behind it.
 * @example
 * ```ts
 * import { pruneByLipschitz } from "@lib/peers/lipschitz_pruning.ts";
 * import { paperCnn } from "@lib/network/paper_cnn.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const { channelsPruned } = await pruneByLipschitz(paperCnn(43, 1), 100);
 * assertEquals(channelsPruned, 0); // nothing lies so far out
 * ```
 */
export async function pruneByLipschitz(
  network: tf.LayersModel,
  u = 3,
): Promise<{ network: tf.LayersModel; channelsPruned: number }> {
  return await freedIfFailed(await copyNetwork(network), (copy) => {
    let channelsPruned = 0;
    for (const { convolution, normalization } of normalizedConvolutions(copy)) {
      const bounds = lipschitzBounds(convolution, normalization);
      const mean = bounds.reduce((sum, bound) => sum + bound) / bounds.length;
      const squares = bounds.reduce((sum, bound) => sum + (bound - mean) ** 2, 0);
      const limit = mean + u * Math.sqrt(squares / (bounds.length - 1));
      // of a single channel there is no deviation, and no limit
      const kept = bounds.map((bound) => Number(!(bound > limit)));
      channelsPruned += silence(normalization, kept, true);
    }
    return { network: copy, channelsPruned };
  });
}

/** CLP at its authors' threshold. */
export const CLP: Defense = repairing({ u: 3 }, async ({ network }) => {
  const { network: pruned, channelsPruned } = await pruneByLipschitz(network);
  return {
    network: pruned,
    note: `${channelsPruned} channels of all layers, u = 3`,
    channelsPruned,
  };
}, false);
