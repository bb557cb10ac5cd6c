import { tf } from "@lib/network/tensorflow.ts";

/** Adam's state over all trainable weights, laid end to end. */
export interface AdamState {
  /** Steps taken. */
  step: number;
  /** Running mean of the gradient; [number of trainable weights]. */
  mean: tf.Tensor;
  /** Running mean of its square; the same shape. */
  square: tf.Tensor;
}

const [BETA1, BETA2, EPSILON] = [0.9, 0.999, 1e-7]; // as in Keras

/**
 * Adam's state before the first step.
 *
 * @param network Whose trainable weights it is for.
 * @returns The state; the caller disposes its two tensors.
 * @example
 * ```ts
 * import { adamState } from "@lib/network/adam.ts";
 * import { paperCnn } from "@lib/network/paper_cnn.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * assertEquals(adamState(paperCnn(43, 1)).mean.shape, [376_011]);
 * ```
 */
export function adamState(network: tf.Sequential): AdamState {
  const count = network.trainableWeights.reduce((sum, weight) => sum + sizeOf(weight.shape), 0);
  return { step: 0, mean: tf.zeros([count]), square: tf.zeros([count]) };
}

/**
 * One step of Adam (Kingma and Ba, 2015), in Keras's form, with weight decay as an L2 penalty on the
 * kernels of convolutions. All weights are updated as one long vector: a dozen operations a step instead
 * of a dozen a weight.
 *
 * @param network Its trainable weights are changed.
 * @param gradients In the order of `network.trainableWeights`; disposed.
 * @param state Before the step; disposed.
 * @param learningRate The step's.
 * @param weightDecay Factor of the squared weights in the loss.
 * @returns The state after the step.
 * @example
 * ```ts
 * import { adamState, adamStep } from "@lib/network/adam.ts";
 * import { tf } from "@lib/network/tensorflow.ts";
 * import { assertAlmostEquals } from "@lib/std/assert.ts";
 *
 * const network = tf.sequential({
 *   layers: [tf.layers.dense({ units: 1, useBias: false, inputShape: [1], kernelInitializer: "ones" })],
 * });
 * adamStep(network, [tf.tensor2d([[5]])], adamState(network), 0.1, 0);
 * assertAlmostEquals(network.getWeights()[0]!.dataSync()[0]!, 0.9, 1e-6); // the first step is the rate
 * ```
 */
export function adamStep(
  network: tf.Sequential,
  gradients: tf.Tensor[],
  state: AdamState,
  learningRate: number,
  weightDecay: number,
): AdamState {
  const weights = network.trainableWeights.map((weight) => weight.read() as tf.Variable);
  const step = state.step + 1;
  const rate = learningRate * Math.sqrt(1 - BETA2 ** step) / (1 - BETA1 ** step);
  const [mean, square] = tf.tidy(() => {
    const decayed = gradients.map((gradient, index) => {
      const isKernel = weights[index]!.rank === 4;
      return isKernel ? gradient.add(weights[index]!.mul(2 * weightDecay)) : gradient;
    });
    const gradient = tf.concat(decayed.map((each) => each.flatten()));
    const mean = state.mean.mul(BETA1).add(gradient.mul(1 - BETA1));
    const square = state.square.mul(BETA2).add(gradient.square().mul(1 - BETA2));
    const changes = mean.mul(rate).div(square.sqrt().add(EPSILON));
    const parts = tf.split(changes, weights.map((weight) => weight.size));
    weights.forEach((weight, index) =>
      weight.assign(weight.sub(parts[index]!.reshape(weight.shape)))
    );
    return [mean, square];
  });
  tf.dispose([gradients, state.mean, state.square]);
  return { step, mean: mean!, square: square! };
}

const sizeOf = (shape: (number | null)[]): number =>
  shape.reduce<number>((n, each) => n * each!, 1);
