import { bool, float, ints, runKernel, text, type } from "@lib/network/kernels.ts";
import { tf } from "@lib/network/tensorflow.ts";

/** A layer's output in training, and the way back from the output's gradient. */
export interface Pass {
  output: tf.Tensor;
  /**
   * @param gradient Of the loss by the output.
   * @returns Of the loss by the input (none where it is not needed) and by the layer's trainable weights.
   */
  backward(gradient: tf.Tensor): { input?: tf.Tensor; weights: tf.Tensor[] };
}

/** What a layer needs to know of the step it is run in. */
export interface StepContext {
  /** Two integers that make this step's random numbers. */
  seed: [number, number];
  /** Whether the gradient by the layer's input is needed: for the first layer it is not. */
  needsInputGradient: boolean;
}

type Gradients = ReturnType<Pass["backward"]>;

type TrainingLayer = (layer: tf.layers.Layer, input: tf.Tensor, context: StepContext) => Pass;

const NHWC = text("data_format", "NHWC");
const weightsOf = (layer: tf.layers.Layer): tf.Tensor[] =>
  layer.trainableWeights.map((weight) => weight.read());

/**
 * Layers in training mode, by their Keras class name, each as one or a few of TensorFlow's fused
 * kernels. tfjs has the same layers as chains of many small operations, at half the speed.
 */
const LAYERS: Record<string, TrainingLayer> = {
  Conv2D: (layer, input, { needsInputGradient }) => {
    const [kernel, bias] = weightsOf(layer);
    const shape = (of: tf.Tensor): tf.Tensor => tf.tensor1d(of.shape, "int32");
    const window = [ints("strides", [1, 1, 1, 1]), text("padding", "SAME"), NHWC];
    const [sums] = runKernel("Conv2D", [input, kernel!], window);
    const [output] = runKernel("BiasAdd", [sums!, bias!], [NHWC]);
    return {
      output: output!,
      backward(gradient): Gradients {
        const byKernel = [input, shape(kernel!), gradient];
        const [kernelGradient] = runKernel("Conv2DBackpropFilter", byKernel, window);
        const [biasGradient] = runKernel("BiasAddGrad", [gradient], [NHWC]);
        const weights = [kernelGradient!, biasGradient!];
        if (!needsInputGradient) return { weights };
        const byInput = [shape(input), kernel!, gradient];
        return { input: runKernel("Conv2DBackpropInput", byInput, window)[0]!, weights };
      },
    };
  },

  Activation: (_layer, input) => {
    const [output] = runKernel("Elu", [input]);
    return {
      output: output!,
      backward: (gradient) => ({
        input: runKernel("EluGrad", [gradient, output!])[0]!,
        weights: [],
      }),
    };
  },

  BatchNormalization: (layer, input) => {
    const [scale, offset] = weightsOf(layer);
    const { momentum, epsilon } = layer.getConfig() as { momentum: number; epsilon: number };
    const settings = [
      type("U", "float32"),
      float("epsilon", epsilon),
      NHWC,
      bool("is_training", true),
    ];
    const none = tf.tensor1d([]);
    const [output, mean, variance, ...reserve] = runKernel(
      "FusedBatchNormV3",
      [input, scale!, offset!, none, none],
      [...settings, float("exponential_avg_factor", 1)],
      6,
    );
    [mean!, variance!].forEach((found, index) => {
      const moving = layer.nonTrainableWeights[index]!.read() as tf.Variable;
      moving.assign(moving.mul(momentum).add(found.mul(1 - momentum)));
    });
    return {
      output: output!,
      backward(gradient): Gradients {
        const inputs = [gradient, input, scale!, ...reserve];
        const [byInput, ...weights] = runKernel("FusedBatchNormGradV3", inputs, settings, 5);
        return { input: byInput!, weights: weights.slice(0, 2) };
      },
    };
  },

  MaxPooling2D: (_layer, input) => {
    const window = [
      ints("ksize", [1, 2, 2, 1]),
      ints("strides", [1, 2, 2, 1]),
      text("padding", "VALID"),
      NHWC,
    ];
    const [output] = runKernel("MaxPool", [input], window);
    return {
      output: output!,
      backward: (gradient) => ({
        input: runKernel("MaxPoolGrad", [input, output!, gradient], window)[0]!,
        weights: [],
      }),
    };
  },

  Dropout: (layer, input, { seed }) => {
    const { rate } = layer.getConfig() as { rate: number };
    const draw = [tf.tensor1d(input.shape, "int32"), tf.tensor1d(seed, "int32")];
    const types = [type("dtype", "float32"), type("Tseed", "int32"), type("T", "int32")];
    const [uniform] = runKernel("StatelessRandomUniform", draw, types);
    const kept = uniform!.greaterEqual(rate).cast("float32").mul(1 / (1 - rate));
    return {
      output: input.mul(kept),
      backward: (gradient) => ({ input: gradient.mul(kept), weights: [] }),
    };
  },

  Flatten: (_layer, input) => ({
    output: input.reshape([input.shape[0]!, -1]),
    backward: (gradient) => ({ input: gradient.reshape(input.shape), weights: [] }),
  }),

  Dense: (layer, input) => {
    const [kernel, bias] = weightsOf(layer) as [tf.Tensor2D, tf.Tensor];
    return {
      output: tf.matMul(input as tf.Tensor2D, kernel).add(bias),
      backward: (gradient) => ({
        input: tf.matMul(gradient as tf.Tensor2D, kernel, false, true),
        weights: [tf.matMul(input as tf.Tensor2D, gradient as tf.Tensor2D, true), gradient.sum(0)],
      }),
    };
  },
};

/**
 * Runs a layer forward in training mode.
 *
 * Batch normalisation updates its moving statistics. Convolutions have stride 1 and "same" padding,
 * activations are ELU, pooling is 2×2 and dense layers are linear, as in the paper's Figure 4.
 *
 * @param layer A built layer of a tfjs layers model.
 * @param input Its input, batch first; not disposed.
 * @param context The step's seed and what is needed of it.
 * @returns The output and the way back.
 * @throws {Error} If the layer is of a kind the paper's network does not have.
 * @example
 * ```ts
 * import { runLayer } from "@lib/network/layer_gradients.ts";
 * import { tf } from "@lib/network/tensorflow.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const flatten = tf.layers.flatten();
 * const { output, backward } = runLayer(flatten, tf.ones([5, 4, 4, 2]), {
 *   seed: [1, 1],
 *   needsInputGradient: true,
 * });
 * assertEquals(output.shape, [5, 32]);
 * assertEquals(backward(output).input!.shape, [5, 4, 4, 2]);
 * ```
 */
export function runLayer(layer: tf.layers.Layer, input: tf.Tensor, context: StepContext): Pass {
  const run = LAYERS[layer.getClassName()];
  if (run === undefined) {
    const known = Object.keys(LAYERS).join(", ");
    throw new Error(`Expected one of the layers ${known} but found ${layer.getClassName()}`);
  }
  return run(layer, input, context);
}
