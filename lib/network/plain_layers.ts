/**
 * The engine of tfjs's own layers: forward, back to the images, and in training.
 *
 * @module
 */
import { adamRate, tensorAdamStep } from "@lib/network/adam.ts";
import { toTensor } from "@lib/network/image_input.ts";
import { isInput, layerCalls } from "@lib/network/layer_calls.ts";
import type { Forward, ImageGradientOf, StepSettings, TrainStep } from "@lib/network/passes.ts";
import { tf } from "@lib/network/tensorflow.ts";
import { laidOut, writeState } from "@lib/network/training_state.ts";

/** Runs images through a network's layers one by one. */
export function plainForward(network: tf.LayersModel, layers: tf.layers.Layer[]): Forward {
  const outputs = layers.map((layer) => layer.output as tf.SymbolicTensor);
  const model = tf.model({ inputs: network.inputs, outputs });
  return (images) => [model.apply(toTensor(images))].flat() as tf.Tensor[];
}

/** The gradient of a network's loss by the images, by tfjs's own gradients. */
export function plainGradient(network: tf.LayersModel): ImageGradientOf {
  return (images, labels) =>
    tf.tidy(() => {
      const classes = network.outputShape[1] as number;
      const truth = tf.oneHot(labels, classes);
      const lossesOf = (logits: tf.Tensor): tf.Tensor1D =>
        truth.mul(tf.logSoftmax(logits)).sum<tf.Tensor1D>(1).neg();
      const logits = network.apply(images) as tf.Tensor2D;
      const gradient = tf.grad((input) => lossesOf(network.apply(input) as tf.Tensor))(images);
      return { losses: lossesOf(logits), logits, gradient: gradient as tf.Tensor4D };
    });
}

/** Draws a mask of dropout of a shape, 0 at the given rate, else 1 / (1 − rate), from two integers. */
export type DrawMask = (shape: number[], rate: number, seed: [number, number]) => tf.Tensor;

/**
 * The step of training with tfjs's own layers and gradients, for every backend and every kind of layer;
 * two to three times slower than the graph on TensorFlow.
 *
 * @param network That ends in logits, each of its layers called once.
 * @param settings Seed and weight decay.
 * @param drawMask Where dropout's masks come from.
 * @returns The step, which leaves its new weights in the network too.
 * @example
 * ```ts
 * import { PAPER_SIZE } from "@lib/data/images.ts";
 * import { paperCnn } from "@lib/network/paper_cnn.ts";
 * import { plainStep } from "@lib/network/plain_layers.ts";
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
  network: tf.LayersModel,
  { seed, weightDecay }: StepSettings,
  drawMask: DrawMask = seededMask,
): TrainStep {
  const calls = layerCalls(network);
  if (calls === undefined) {
    throw new Error("Expected a network whose layers are called once each but found another");
  }
  const outputOf = (
    layer: tf.layers.Layer,
    values: tf.Tensor[],
    seeds: [number, number],
  ): tf.Tensor => {
    const input = values[0]!;
    if (isInput(layer)) return input;
    if (layer.getClassName() !== "Dropout") {
      return layer.apply(values.length > 1 ? values : input, { training: true }) as tf.Tensor;
    }
    const { rate, noiseShape } = layer.getConfig() as { rate: number; noiseShape?: tf.Shape };
    const shape = input.shape.map((size, axis) => noiseShape?.[axis] ?? size);
    return input.mul(drawMask(shape, rate, seeds));
  };
  const forward = (images: tf.Tensor, step: number): tf.Tensor => {
    const outputs = new Map<tf.layers.Layer, tf.Tensor>();
    for (const { layer, inputs } of calls) {
      const values = inputs.length === 0 ? [images] : inputs.map((input) => outputs.get(input)!);
      const index = step * network.layers.length + network.layers.indexOf(layer);
      outputs.set(layer, outputOf(layer, values, [seed, index]));
    }
    return outputs.get(calls.at(-1)!.layer)!;
  };
  return (state, batch, learningRate) =>
    tf.tidy(() => {
      writeState(network, state);
      const classes = network.outputShape[1] as number;
      const truth = tf.oneHot(tf.tensor1d(batch.labels, "int32"), classes);
      const images = toTensor(batch);
      const variables = network.trainableWeights.map((weight) => weight.read() as tf.Variable);
      const { value: loss, grads } = tf.variableGrads(
        () => tf.losses.softmaxCrossEntropy(truth, forward(images, state.step)).asScalar(),
        variables,
      );
      const gradient = tf.concat(variables.map((variable) => {
        const own = grads[variable.name]!;
        return (variable.rank === 4 ? own.add(variable.mul(2 * weightDecay)) : own).flatten();
      }));
      const step = state.step + 1;
      const moments = tensorAdamStep(state, gradient, adamRate(step, learningRate));
      const next = { step, ...moments, moving: laidOut(network.nonTrainableWeights) };
      writeState(network, next);
      return { state: next, loss };
    });
}

function seededMask(shape: number[], rate: number, seed: [number, number]): tf.Tensor {
  const uniform = tf.randomUniform(shape, 0, 1, "float32", String(seed));
  return uniform.greaterEqual(rate).div(1 - rate);
}
