import { adamRate, adamStep } from "@lib/network/adam.ts";
import { toTensor } from "@lib/network/image_input.ts";
import { tf } from "@lib/network/tensorflow.ts";
import type { StepSettings, TrainStep } from "@lib/network/train_step.ts";
import { laidOut, writeState } from "@lib/network/training_state.ts";

/** Draws a mask of dropout of a shape, 0 at the given rate, else 1 / (1 − rate), from two integers. */
export type DrawMask = (shape: number[], rate: number, seed: [number, number]) => tf.Tensor;

/**
 * The step of training with tfjs's own layers and gradients, for every backend and every kind of layer;
 * two to three times slower than the graph on TensorFlow.
 *
 * @param network Any sequential network that ends in logits.
 * @param settings Seed and weight decay.
 * @param drawMask Where dropout's masks come from.
 * @returns The step, which leaves its new weights in the network too.
 * @example
 * ```ts
 * import { PAPER_SIZE } from "@lib/data/images.ts";
 * import { paperCnn } from "@lib/network/paper_cnn.ts";
 * import { plainStep } from "@lib/network/plain_step.ts";
 * import { startingState } from "@lib/network/training_state.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const network = paperCnn(43, 1);
 * const step = plainStep(network, { seed: 1, weightDecay: 1e-6 });
 * const [pixels, labels] = [new Uint8Array(2 * 3072), Int32Array.of(3, 4)];
 * const batch = { ...PAPER_SIZE, pixels, labels };
 * assertEquals(step(startingState(network), batch, 0.0005).state.step, 1);
 * ```
 */
export function plainStep(
  network: tf.Sequential,
  { seed, weightDecay }: StepSettings,
  drawMask: DrawMask = seededMask,
): TrainStep {
  return (state, batch, learningRate) =>
    tf.tidy(() => {
      writeState(network, state);
      const forward = (): tf.Tensor =>
        network.layers.reduce<tf.Tensor>((input, layer, index) => {
          if (layer.getClassName() !== "Dropout") {
            return layer.apply(input, { training: true }) as tf.Tensor;
          }
          const { rate, noiseShape } = layer.getConfig() as {
            rate: number;
            noiseShape?: (number | null)[];
          };
          const shape = input.shape.map((length, axis) => noiseShape?.[axis] ?? length);
          return input.mul(
            drawMask(shape, rate, [seed, state.step * network.layers.length + index]),
          );
        }, toTensor(batch));
      const classes = network.outputShape[1] as number;
      const truth = tf.oneHot(tf.tensor1d(batch.labels, "int32"), classes);
      const variables = network.trainableWeights.map((weight) => weight.read() as tf.Variable);
      const { value: loss, grads } = tf.variableGrads(
        () => tf.losses.softmaxCrossEntropy(truth, forward()).asScalar(),
        variables,
      );
      const gradient = tf.concat(variables.map((variable) => {
        const own = grads[variable.name]!;
        return (variable.rank === 4 ? own.add(variable.mul(2 * weightDecay)) : own).flatten();
      }));
      const step = state.step + 1;
      const moments = adamStep(state, gradient, adamRate(step, learningRate));
      const next = { step, ...moments, moving: laidOut(network.nonTrainableWeights) };
      writeState(network, next);
      return { state: next, loss };
    });
}

function seededMask(shape: number[], rate: number, seed: [number, number]): tf.Tensor {
  const uniform = tf.randomUniform(shape, 0, 1, "float32", String(seed));
  return uniform.greaterEqual(rate).div(1 - rate);
}
