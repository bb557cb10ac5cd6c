/**
 * Orders that need nothing but the network: by what its weights alone say of a channel.
 *
 * @module
 */
import { firstFilterWeight } from "@lib/pruning/convolution.ts";
import { requireTail } from "@lib/pruning/tail.ts";
import { ascending, descending, type Ranking } from "@lib/pruning/order.ts";
import { tf } from "@lib/network/tensorflow.ts";

/** Magnitude pruning: the filter with the smallest L1 norm first (Li et al., Pruning Filters for Efficient
 * ConvNets, ICLR 2017). */
export const WEIGHT_NORM_ASCENDING: Ranking = {
  name: "weight norm ascending",
  needs: "network",
  order: ({ network }) =>
    ascending(
      tf.tidy(() =>
        filters(requireTail(network).convolution).abs().sum([1, 2]).dataSync<"float32">()
      ),
    ),
};

/** The most sensitive channel first, by {@link lipschitzBounds} (Zheng et al., 2022). */
export const LIPSCHITZ_DESCENDING: Ranking = {
  name: "Lipschitz bound descending",
  needs: "network",
  order: ({ network }) => {
    const { convolution, between } = requireTail(network);
    return descending(lipschitzBounds(convolution, between.find(isNormalization)));
  },
};

const isNormalization = (layer: tf.layers.Layer): boolean =>
  layer.getClassName() === "BatchNormalization";

/**
 * How much each channel of a convolution can change at most when its input does: the largest singular
 * value of its filter, one row an input channel, times the slope of its batch normalisation (channel
 * Lipschitz constant; Zheng et al., Data-free Backdoor Removal based on Channel Lipschitzness, ECCV
 * 2022). Slopes of ELU and ReLU are at most 1.
 *
 * @param convolution Whose channels.
 * @param normalization The batch normalisation behind it, if there is one.
 * @returns One bound a channel.
 * @example
 * ```ts
 * import { requireTail } from "@lib/pruning/tail.ts";
 * import { lipschitzBounds } from "@lib/pruning/weight_rankings.ts";
 * import { paperCnn } from "@lib/network/paper_cnn.ts";
 * import { assert } from "@lib/std/assert.ts";
 *
 * const { convolution } = requireTail(paperCnn(43, 1));
 * assert(lipschitzBounds(convolution).every((bound) => bound > 0));
 * ```
 */
export function lipschitzBounds(
  convolution: tf.layers.Layer,
  normalization?: tf.layers.Layer,
): Float32Array {
  return tf.tidy(() => {
    const largest = largestSingularValues(filters(convolution));
    return (normalization === undefined ? largest : largest.mul(slopes(normalization)))
      .dataSync<"float32">();
  });
}

/** By what a batch normalisation multiplies each channel; it has no scales if it is told so. */
function slopes(normalization: tf.layers.Layer): tf.Tensor {
  const { epsilon, scale } = normalization.getConfig() as { epsilon: number; scale: boolean };
  const weights = normalization.getWeights();
  const inverse = weights.at(-1)!.add(epsilon).rsqrt();
  return scale === false ? inverse : weights[0]!.abs().mul(inverse);
}

/** A convolution's filters; shape [channels, input channels, positions]. */
function filters(convolution: tf.layers.Layer): tf.Tensor3D {
  const kernel = convolution.getWeights()[firstFilterWeight(convolution)] as tf.Tensor4D;
  const [height, width, inputs, channels] = kernel.shape;
  return kernel.reshape([height * width, inputs, channels]).transpose([2, 1, 0]);
}

/** Squarings of the Gram matrix: 2^SQUARINGS steps of the power method. */
const SQUARINGS = 12;

/** Of each matrix in a stack. */
function largestSingularValues(matrices: tf.Tensor3D): tf.Tensor1D {
  const gram = tf.matMul<tf.Tensor3D>(matrices, matrices, true, false);
  const trace = (stack: tf.Tensor3D): tf.Tensor3D =>
    stack.mul(tf.eye(stack.shape[1])).sum<tf.Tensor3D>([1, 2], true);
  // squared again and again, all but the largest eigenvalue die away; of zeros, as a pruned filter is, the
  // eigenvalues stay zero
  let power = gram;
  for (let step = 0; step < SQUARINGS; step++) {
    const scaled = tf.divNoNan(power, trace(power)) as tf.Tensor3D;
    power = tf.matMul<tf.Tensor3D>(scaled, scaled);
  }
  const projection = tf.divNoNan(power, trace(power)) as tf.Tensor3D;
  return trace(tf.matMul<tf.Tensor3D>(gram, projection)).sqrt().reshape([-1]);
}
