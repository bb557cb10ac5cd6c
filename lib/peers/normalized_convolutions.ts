import { isConvolution } from "@lib/pruning/convolution.ts";
import { type LayerCall, layerCalls } from "@lib/network/layer_calls.ts";
import { tf } from "@lib/network/tensorflow.ts";

/**
 * All convolutions of a network that go, alone or by way of an activation, to a batch normalisation with
 * scale and offset.
 *
 * @param network Any layers model.
 * @returns In the network's order.
 * @throws {Error} If there is none.
 * @example
 * ```ts
 * import { normalizedConvolutions } from "@lib/peers/normalized_convolutions.ts";
 * import { paperCnn } from "@lib/network/paper_cnn.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * assertEquals(normalizedConvolutions(paperCnn(43, 1)).length, 6);
 * ```
 */
export function normalizedConvolutions(
  network: tf.LayersModel,
): Record<"convolution" | "normalization", tf.layers.Layer>[] {
  const calls = layerCalls(network) ?? [];
  const blocks = network.layers.filter(isConvolution).flatMap((convolution) => {
    const normalization = normalizationBehind(calls, convolution);
    return normalization === undefined ? [] : [{ convolution, normalization }];
  });
  if (blocks.length === 0) {
    throw new Error("Expected convolutions with batch normalisation but found none");
  }
  return blocks;
}

function normalizationBehind(
  calls: readonly LayerCall[],
  layer: tf.layers.Layer,
): tf.layers.Layer | undefined {
  const [next, ...others] = calls.filter(({ inputs }) => inputs.includes(layer));
  if (next === undefined || others.length > 0) return undefined;
  const found = next.layer;
  if (["Activation", "ELU", "ReLU", "LeakyReLU"].includes(found.getClassName())) {
    return normalizationBehind(calls, found);
  }
  const { center, scale } = found.getConfig();
  const isWhole = found.getClassName() === "BatchNormalization" && center === true &&
    scale === true;
  return isWhole ? found : undefined;
}

/**
 * Silences channels of a batch normalisation.
 *
 * @param normalization Its weights are changed.
 * @param kept One a channel: 0 for those whose values go, else 1.
 * @param isWhole Whether their offsets go too.
 * @returns How many were silenced.
 */
export function silence(
  normalization: tf.layers.Layer,
  kept: Float32Array,
  isWhole = false,
): number {
  tf.tidy(() => {
    const [gamma, beta, ...statistics] = normalization.getWeights() as tf.Tensor1D[];
    const offsets = isWhole ? beta!.mul(kept) : beta!;
    normalization.setWeights([gamma!.mul(kept), offsets, ...statistics]);
  });
  return kept.filter((keep) => keep === 0).length;
}
