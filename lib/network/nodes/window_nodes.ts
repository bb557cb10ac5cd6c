import { bool, type Graph, ints, type Ref, text, type } from "@lib/network/graph.ts";
import { addActivation, knowsActivation } from "@lib/network/nodes/activation_nodes.ts";
import "@lib/network/nodes/grouped_convolution.ts"; // which tfjs is to know
import { channelsLast, type LayerNodes, type Pass, straight } from "@lib/network/nodes/pass.ts";
import { spreadFilters } from "@lib/network/nodes/spread_filters.ts";
import type { tf } from "@lib/network/tensorflow.ts";

const NHWC = { data_format: text("NHWC") };
type Pair = [number, number];

/** Strides and padding of a layer that goes over images with a window, and its size if it has no kernel. */
function windowOf(layer: tf.layers.Layer): Record<string, string> {
  const config = layer.getConfig() as { strides: Pair; padding: string; poolSize?: Pair };
  return {
    ...(config.poolSize && { ksize: ints([1, ...config.poolSize, 1]) }),
    strides: ints([1, ...config.strides, 1]),
    padding: text(config.padding.toUpperCase()),
    ...NHWC,
  };
}

/** A sum with its bias, if it has one, and its activation; `back` goes on from the sum's gradient. */
function weighted(
  graph: Graph,
  layer: tf.layers.Layer,
  sum: Ref,
  bias: Ref | undefined,
  back: (bySum: Ref) => { inputs: Ref[]; kernel: Ref },
): Pass {
  const biased = bias === undefined ? sum : graph.node("BiasAdd", [sum, bias], NHWC);
  const activated = addActivation(graph, layer.getConfig().activation, biased);
  return {
    output: activated.output,
    backward: (gradient) => {
      const bySum = activated.back(gradient);
      const byBias = bias ? [graph.node("BiasAddGrad", [bySum], NHWC)] : [];
      const { inputs, kernel } = back(bySum);
      return { inputs, weights: [kernel, ...byBias] };
    },
  };
}

/** Pooling by a kernel; `operands` are what that of its slope takes before the gradient. */
const pooling = (
  kernel: string,
  operands: (graph: Graph, input: Ref, output: Ref) => Ref[],
): LayerNodes => ({
  knows: channelsLast,
  add(graph, layer, [input]): Pass {
    const window = windowOf(layer);
    const output = graph.node(kernel, [input], window);
    const back = (gradient: Ref): Ref =>
      graph.node(`${kernel}Grad`, [...operands(graph, input, output), gradient], window);
    return straight(output, back);
  },
});

/** A convolution by a kernel of TensorFlow, over all channels or each on its own. */
const convolution = (kernel: "Conv2D" | "DepthwiseConv2dNative"): LayerNodes => ({
  knows: ({ dilationRate, dataFormat, activation }) =>
    (kernel === "Conv2D" || [dilationRate].flat().every((rate) => rate === 1)) &&
    channelsLast({ dataFormat }) && knowsActivation(activation),
  add(graph, layer, [input], [own, bias], { needsInputGradient }): Pass {
    const window = windowOf(layer);
    const { filters, shape: sizes, back } = spreadFilters(graph, layer, own!);
    const sum = graph.node(kernel, [input, filters], window);
    return weighted(graph, layer, sum, bias, (bySum) => {
      const shape = graph.constant(sizes, "INT32");
      const inputs = needsInputGradient
        ? [graph.node(`${kernel}BackpropInput`, [graph.shape(input), filters, bySum], window)]
        : [];
      // one after the other: side by side, each on all cores, they are slower
      const operands = [input, shape, bySum, ...inputs.map((each) => `^${each}`)];
      return { inputs, kernel: back(graph.node(`${kernel}BackpropFilter`, operands, window)) };
    });
  },
});

/** Layers that sum or choose values: of a window that goes over images, or of all. */
export const WINDOW_NODES: Record<string, LayerNodes> = {
  Conv2D: convolution("Conv2D"),
  GroupedConv2D: convolution("Conv2D"),
  DepthwiseConv2D: convolution("DepthwiseConv2dNative"),
  /** Of rows, or of each pixel's channels. */
  Dense: {
    knows: ({ activation }) => knowsActivation(activation),
    add(graph, layer, [input], [kernel, bias]): Pass {
      const [inputs, units] = layer.trainableWeights[0]!.shape as [number, number];
      const sizes = (layer.outputShape as number[]).slice(1, -1);
      const rows = (value: Ref, size: number): Ref =>
        sizes.length === 0 ? value : graph.reshape(value, [-1, size]);
      const back = (value: Ref, size: number): Ref =>
        sizes.length === 0 ? value : graph.reshape(value, [-1, ...sizes, size]);
      const own = rows(input, inputs);
      const sum = back(graph.node("MatMul", [own, kernel!]), units);
      return weighted(graph, layer, sum, bias, (bySum) => {
        const slope = rows(bySum, units);
        const byOwn = graph.node("MatMul", [slope, kernel!], { transpose_b: bool(true) });
        return {
          inputs: [back(byOwn, inputs)],
          kernel: graph.node("MatMul", [own, slope], { transpose_a: bool(true) }),
        };
      });
    },
  },
  MaxPooling2D: pooling("MaxPool", (_, input, output) => [input, output]),
  AveragePooling2D: pooling("AvgPool", (graph, input) => [graph.shape(input)]),
  GlobalMaxPooling2D: {
    knows: channelsLast,
    add(graph, layer, [input]): Pass {
      const [, height, width, channels] = (layer.input as { shape: number[] }).shape;
      const all = ints([1, height!, width!, 1]);
      const window = { ksize: all, strides: all, padding: text("VALID"), ...NHWC };
      const largest = graph.node("MaxPool", [input], window);
      const rows = graph.reshape(largest, [-1, channels!]);
      return straight(rows, (gradient) => {
        const pixels = graph.reshape(gradient, [-1, 1, 1, channels!]);
        return graph.node("MaxPoolGrad", [input, largest, pixels], window);
      });
    },
  },
  GlobalAveragePooling2D: {
    knows: channelsLast,
    add(graph, layer, [input]): Pass {
      const [, height, width, channels] = (layer.input as { shape: number[] }).shape;
      const output = graph.reduce("Mean", input, [1, 2]);
      return straight(output, (gradient) => {
        const share = graph.node("Mul", [gradient, graph.constant(1 / (height! * width!))]);
        const each = graph.reshape(share, [-1, 1, 1, channels!]);
        return graph.node("BroadcastTo", [each, graph.shape(input)], { Tidx: type("INT32") });
      });
    },
  },
};
