import { lipschitzBounds } from "@lib/pruning/weight_rankings.ts";
import { copyNetwork } from "@lib/network/copy_network.ts";
import { tf } from "@lib/network/tensorflow.ts";

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
  const copy = await copyNetwork(network);
  const blocks = normalizedConvolutions(copy);
  let channelsPruned = 0;
  for (const block of blocks) {
    const bounds = lipschitzBounds(block);
    const mean = bounds.reduce((sum, bound) => sum + bound) / bounds.length;
    const squares = bounds.reduce((sum, bound) => sum + (bound - mean) ** 2, 0);
    const limit = mean + u * Math.sqrt(squares / (bounds.length - 1));
    const kept = bounds.map((bound) => Number(bound <= limit));
    channelsPruned += kept.filter((keep) => keep === 0).length;
    scaleChannels(block.normalization, kept, kept);
  }
  return { network: copy, channelsPruned };
}

/** A convolution and the batch normalisation behind it. */
export interface NormalizedConvolution {
  convolution: tf.layers.Layer;
  normalization: tf.layers.Layer;
}

/**
 * All convolutions of a chain with the batch normalisation that comes next.
 *
 * @param network A chain of layers.
 * @returns From the first to the last.
 * @throws {Error} If there is none.
 * @example
 * ```ts
 * import { normalizedConvolutions } from "@lib/peers/lipschitz_pruning.ts";
 * import { paperCnn } from "@lib/network/paper_cnn.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * assertEquals(normalizedConvolutions(paperCnn(43, 1)).length, 6);
 * ```
 */
export function normalizedConvolutions(network: tf.LayersModel): NormalizedConvolution[] {
  const blocks: NormalizedConvolution[] = [];
  let convolution: tf.layers.Layer | undefined;
  for (const layer of network.layers) {
    if (layer.getClassName() === "Conv2D") convolution = layer;
    if (layer.getClassName() === "BatchNormalization" && convolution !== undefined) {
      blocks.push({ convolution, normalization: layer });
      convolution = undefined;
    }
  }
  if (blocks.length === 0) {
    throw new Error("Expected convolutions with batch normalisation but found none");
  }
  return blocks;
}

/**
 * Multiplies what a batch normalisation makes of each channel.
 *
 * @param normalization Its weights are changed.
 * @param scales Of γ, one a channel.
 * @param offsets Of β, one a channel.
 * @example
 * ```ts ignore
 * scaleChannels(normalization, kept, kept); // 0 silences a channel
 * ```
 */
export function scaleChannels(
  normalization: tf.layers.Layer,
  scales: Float32Array,
  offsets: Float32Array,
): void {
  tf.tidy(() => {
    const [gamma, beta, ...statistics] = normalization.getWeights() as tf.Tensor1D[];
    normalization.setWeights([gamma!.mul(scales), beta!.mul(offsets), ...statistics]);
  });
}
