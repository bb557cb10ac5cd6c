/**
 * Orders that need nothing but the network: by what its weights alone say of a channel.
 *
 * @module
 */
import { type LastBlock, lastBlock } from "@lib/pruning/activations.ts";
import { ascending, descending, type Ranking } from "@lib/pruning/evidence.ts";
import { tf } from "@lib/network/tensorflow.ts";

/** Magnitude pruning: the filter with the smallest Euclidean norm first (Li et al., 2017). */
export const WEIGHT_NORM_ASCENDING: Ranking = {
  name: "weight norm ascending",
  needs: "network",
  order: ({ network }) =>
    ascending(
      tf.tidy(() =>
        filters(lastBlock(network).convolution).square().sum([1, 2]).dataSync<"float32">()
      ),
    ),
};

/** The most sensitive channel first, by {@link lipschitzBounds} (Zheng et al., 2022). */
export const LIPSCHITZ_DESCENDING: Ranking = {
  name: "Lipschitz bound descending",
  needs: "network",
  order: ({ network }) => descending(lipschitzBounds(lastBlock(network))),
};

/**
 * How much each channel of a convolution can change at most when its input does: the largest singular
 * value of its filter, one row an input channel, times the slope of its batch normalisation (channel
 * Lipschitz constant; Zheng et al., Data-free Backdoor Removal based on Channel Lipschitzness, ECCV
 * 2022). ELU's slope is at most 1.
 *
 * @param block A convolution and the batch normalisation behind it.
 * @returns One bound a channel.
 * @example
 * ```ts
 * import { type LastBlock, lastBlock } from "@lib/pruning/activations.ts";
 * import { lipschitzBounds } from "@lib/pruning/weight_rankings.ts";
 * import { paperCnn } from "@lib/network/paper_cnn.ts";
 * import { assert } from "@lib/std/assert.ts";
 *
 * assert(lipschitzBounds(lastBlock(paperCnn(43, 1))).every((bound) => bound > 0));
 * ```
 */
export function lipschitzBounds(
  { convolution, normalization }: Pick<LastBlock, "convolution" | "normalization">,
): Float32Array {
  return tf.tidy(() => {
    const [gamma, , , variance] = normalization.getWeights() as tf.Tensor1D[];
    const { epsilon } = normalization.getConfig() as { epsilon: number };
    const slope = gamma!.abs().div(variance!.add(epsilon).sqrt());
    return largestSingularValues(filters(convolution)).mul(slope).dataSync<"float32">();
  });
}

/** A convolution's filters; shape [channels, input channels, positions]. */
function filters(convolution: tf.layers.Layer): tf.Tensor3D {
  const [kernel] = convolution.getWeights() as [tf.Tensor4D];
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
