import {
  bool,
  float,
  type Graph,
  output,
  type Ref,
  text,
  type,
  WHOLE,
} from "@lib/network/graph.ts";
import {
  alongChannels,
  type LayerNodes,
  type Pass,
  type PassContext,
  straight,
} from "@lib/network/nodes/pass.ts";
import type { tf } from "@lib/network/tensorflow.ts";

export type Normalization = { momentum: number; epsilon: number; scale: boolean; center: boolean };

/** Layers that do something else in training. */
export const TRAINING_NODES: Record<string, LayerNodes> = {
  /** Batch normalisation of images' channels or of rows, with or without scale and offset. */
  BatchNormalization: {
    knows: (config, layer) => layer.outputShape.length === 2 || alongChannels(config, layer),
    add(graph, layer, [input], trainable, context): Pass {
      if (layer.outputShape.length === 4) {
        return normalized(graph, layer, input, trainable, context);
      }
      const columns = (layer.outputShape as number[])[1]!;
      const pixels = (rows: Ref): Ref => graph.reshape(rows, [-1, 1, 1, columns]);
      const rows = (pixels: Ref): Ref => graph.reshape(pixels, [-1, columns]);
      const pass = normalized(graph, layer, pixels(input), trainable, context);
      const backward: Pass["backward"] = (gradient) => {
        const { inputs, weights } = pass.backward(pixels(gradient));
        return { inputs: inputs.map(rows), weights };
      };
      return { ...pass, output: rows(pass.output), backward };
    },
  },
  /** Dropout of single values, or of all that share an axis of size 1 of the noise's shape. */
  Dropout: {
    knows: () => true,
    add(graph, layer, [input], _weights, { seed }): Pass {
      if (seed === undefined) return straight(input, (gradient) => gradient);
      const { rate, noiseShape } = layer.getConfig() as { rate: number; noiseShape?: tf.Shape };
      const shaped = noiseShape ? part(graph, input, noiseShape) : input;
      const mask = dropoutMask(graph, shaped, rate, seed);
      const masked = graph.node("Mul", [input, mask]);
      return straight(masked, (gradient) => graph.node("Mul", [gradient, mask]));
    },
  },
};

/** The first part of a value, of size 1 along the axes where a shape has 1. */
function part(graph: Graph, input: Ref, shape: tf.Shape): Ref {
  const limits = graph.constant(shape.map((size) => size === 1 ? 1 : 2 ** 31 - 1), "INT32");
  const sizes = graph.node("Minimum", [graph.shape(input), limits], WHOLE);
  return graph.slice(input, graph.constant(shape.map(() => 0), "INT32"), sizes);
}

function normalized(
  graph: Graph,
  layer: tf.layers.Layer,
  input: Ref,
  trainable: Ref[],
  { weights, seed }: PassContext,
): Pass {
  const { momentum, epsilon, scale: scales, center } = layer.getConfig() as Normalization;
  const filled = (value: number): Ref =>
    graph.constant(Array<number>((layer.outputShape as number[]).at(-1)!).fill(value));
  const scale = scales ? trainable[0]! : filled(1);
  const offset = center ? trainable.at(-1)! : filled(0);
  /** Of a scale's and an offset's gradient those that the layer has. */
  const there = (gradients: Ref[]): Ref[] => gradients.filter((_, at) => [scales, center][at]);
  const statistics = layer.nonTrainableWeights.map((weight) => weights.get(weight)!);
  const isTraining = seed !== undefined;
  const form = { U: type("FLOAT"), data_format: text("NHWC") };
  const settings = { ...form, epsilon: float(epsilon), is_training: bool(isTraining) };
  const known = isTraining ? [graph.constant([]), graph.constant([])] : statistics;
  const node = graph.node("FusedBatchNormV3", [input, scale, offset, ...known], settings);
  const moving = (): Ref[] => {
    // Keras keeps the variance that divides by n; TensorFlow's kernel gives the one by n − 1
    const [mean, variance] = [output(node, 1), output(node, 2)];
    const channels = graph.size(variance);
    const each = graph.node("FloorDiv", [graph.size(input), channels], WHOLE);
    const count = graph.cast(each, "INT32", "FLOAT");
    const factor = graph.node("RealDiv", [graph.node("Sub", [count, graph.constant(1)]), count]);
    return [mean, graph.node("Mul", [variance, factor])].map((found, index) =>
      graph.mix(statistics[index]!, found, momentum)
    );
  };
  return {
    output: node,
    ...(isTraining && { moving: moving() }),
    backward: (gradient) => {
      if (isTraining) {
        const operands = [gradient, input, scale, ...[3, 4, 5].map((each) => output(node, each))];
        const back = graph.node("FusedBatchNormGradV3", operands, settings);
        return { inputs: [back], weights: there([output(back, 1), output(back, 2)]) };
      }
      // a channel's values are only multiplied: much faster than the kernel, which on a graphics card has no
      // form that gives the same bytes each time
      const product = (one: Ref, other: Ref): Ref => graph.node("Mul", [one, other]);
      const sum = (value: Ref): Ref => graph.reduce("Sum", value, [0, 1, 2]);
      const [mean, variance] = statistics as [Ref, Ref];
      const shifted = graph.node("AddV2", [variance, graph.constant(epsilon)]);
      const factor = graph.node("Rsqrt", [shifted]);
      const normal = product(graph.node("Sub", [input, mean]), factor);
      const weights = there([sum(product(gradient, normal)), sum(gradient)]);
      return { inputs: [product(gradient, product(scale, factor))], weights };
    },
  };
}

/**
 * Adds a mask of dropout: 0 at the given rate, else 1 / (1 − rate).
 *
 * @param graph Gets the nodes.
 * @param input Of the shape that the mask is to have.
 * @param rate Share that is dropped, 0–1; kept to 1/65,536, as sixteen random bits decide.
 * @param seed Two int32 from which the mask follows.
 * @returns The mask.
 * @example
 * ```ts
 * import { Graph } from "@lib/network/graph.ts";
 * import { dropoutMask } from "@lib/network/nodes/training_nodes.ts";
 * import { tf } from "@lib/network/tensorflow.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const graph = new Graph();
 * const input = graph.placeholder("input", "FLOAT");
 * const mask = dropoutMask(graph, input, 0.5, graph.constant([1, 2], "INT32"));
 * const [values] = graph.compile()({ input: tf.zeros([2, 5]) }, [mask]);
 * assertEquals(values!.shape, [2, 5]);
 * ```
 */
export function dropoutMask(graph: Graph, input: Ref, rate: number, seed: Ref): Ref {
  const size = graph.reshape(graph.size(input), [1], "INT32");
  const words = graph.node("FloorDiv", [size, graph.constant(4, "INT32")], WHOLE);
  const enough = graph.node("AddV2", [words, graph.constant(1, "INT32")], WHOLE);
  const types = { dtype: type("UINT64"), ...WHOLE, Tseed: type("INT32") };
  const random = graph.node("StatelessRandomUniformFullInt", [enough, seed], types);
  const quarters = graph.node("Bitcast", [random], { T: type("UINT64"), type: type("UINT16") });
  const bits = graph.reshape(quarters, [-1], "UINT16");
  const needed = graph.slice(bits, graph.constant([0], "INT32"), size, "UINT16");
  const threshold = graph.constant(Math.round(rate * 65_536), "UINT16");
  const kept = graph.node("GreaterEqual", [needed, threshold], { T: type("UINT16") });
  const scale = graph.constant(1 / (1 - rate));
  const mask = graph.node("Mul", [graph.cast(kept, "BOOL", "FLOAT"), scale]);
  return graph.reshape(mask, graph.shape(input));
}
