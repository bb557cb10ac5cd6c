import { bool, float, type Graph, ints, output, type Ref, text, type } from "@lib/network/graph.ts";
import { tf } from "@lib/network/tensorflow.ts";

/** A layer's output, and in training the way back from the output's gradient. */
export interface Pass {
  output: Ref;
  /** The layer's new moving statistics, in the order of `layer.nonTrainableWeights`. */
  moving?: Ref[];
  /**
   * @param gradient Of the loss by the output.
   * @returns Of the loss by the input (none where it is not needed) and by the layer's trainable weights.
   */
  backward(gradient: Ref): { input?: Ref; weights: Ref[] };
}

/** What a layer needs to know of the pass it is part of. */
export interface PassContext {
  /** The value of each of the network's weights. */
  weights: Map<tf.LayerVariable, Ref>;
  /** In training: two int32 that make this layer's random numbers. */
  seed?: Ref;
  /** Whether the gradient by the layer's input is needed: for the first layer it is not. */
  needsInputGradient: boolean;
}

type Gradients = ReturnType<Pass["backward"]>;

type LayerNodes = (
  graph: Graph,
  layer: tf.layers.Layer,
  input: Ref,
  weights: Ref[],
  context: PassContext,
) => Pass;

const NHWC = { data_format: text("NHWC") };

/** Layers by their Keras class name, each as one or a few of TensorFlow's fused kernels. */
const LAYERS: Record<string, LayerNodes> = {
  Conv2D: (graph, layer, input, [kernel, bias], { needsInputGradient }) => {
    const window = { strides: ints([1, 1, 1, 1]), padding: text("SAME"), ...NHWC };
    const sums = graph.node("Conv2D", [input, kernel!], window);
    return {
      output: graph.node("BiasAdd", [sums, bias!], NHWC),
      backward(gradient): Gradients {
        const shape = graph.constant(layer.trainableWeights[0]!.shape as number[], "INT32");
        const byBias = graph.node("BiasAddGrad", [gradient], NHWC);
        const filter = [input, shape, gradient];
        if (!needsInputGradient) {
          return { weights: [graph.node("Conv2DBackpropFilter", filter, window), byBias] };
        }
        const operands = [graph.shape(input), kernel!, gradient];
        const byInput = graph.node("Conv2DBackpropInput", operands, window);
        // one after the other: side by side, each on all cores, they are slower
        const byKernel = graph.node("Conv2DBackpropFilter", [...filter, `^${byInput}`], window);
        return { input: byInput, weights: [byKernel, byBias] };
      },
    };
  },

  Activation: (graph, _layer, input) => {
    const activated = graph.node("Elu", [input]);
    return {
      output: activated,
      backward: (gradient) => ({
        input: graph.node("EluGrad", [gradient, activated]),
        weights: [],
      }),
    };
  },

  BatchNormalization: (graph, layer, input, [scale, offset], { weights, seed }) => {
    const { momentum, epsilon } = layer.getConfig() as { momentum: number; epsilon: number };
    const statistics = layer.nonTrainableWeights.map((weight) => weights.get(weight)!);
    const isTraining = seed !== undefined;
    const settings = {
      U: type("FLOAT"),
      epsilon: float(epsilon),
      is_training: bool(isTraining),
      ...NHWC,
    };
    const known = isTraining ? [graph.constant([]), graph.constant([])] : statistics;
    const node = graph.node("FusedBatchNormV3", [input, scale!, offset!, ...known], settings);
    const [mean, variance] = [output(node, 1), output(node, 2)];
    return {
      output: node,
      moving: isTraining
        ? [mean, biased(graph, variance, input)].map((found, index) =>
          movingAverage(graph, statistics[index]!, found, momentum)
        )
        : statistics,
      backward(gradient): Gradients {
        // in inference mode TensorFlow leaves the reserved statistics as unwritten memory
        const reserve = isTraining ? [output(node, 3), output(node, 4)] : statistics;
        const operands = [gradient, input, scale!, ...reserve, output(node, 5)];
        const back = graph.node("FusedBatchNormGradV3", operands, settings);
        const weights = [output(back, 1), output(back, 2)];
        if (isTraining) return { input: back, weights };
        // a channel's values are only multiplied: much faster than the kernel, which then need not run
        const shifted = graph.node("AddV2", [statistics[1]!, graph.constant(epsilon)]);
        const factor = graph.node("Mul", [scale!, graph.node("Rsqrt", [shifted])]);
        return { input: graph.node("Mul", [gradient, factor]), weights };
      },
    };
  },

  MaxPooling2D: (graph, _layer, input) => {
    const size = ints([1, 2, 2, 1]);
    const window = { ksize: size, strides: size, padding: text("VALID"), ...NHWC };
    const pooled = graph.node("MaxPool", [input], window);
    return {
      output: pooled,
      backward: (gradient) => ({
        input: graph.node("MaxPoolGrad", [input, pooled, gradient], window),
        weights: [],
      }),
    };
  },

  Rescaling: (graph, layer, input) => {
    const { scale, offset } = layer.getConfig() as { scale: number; offset: number };
    const factor = graph.constant(scale);
    return {
      output: graph.node("AddV2", [graph.node("Mul", [input, factor]), graph.constant(offset)]),
      backward: (gradient) => ({ input: graph.node("Mul", [gradient, factor]), weights: [] }),
    };
  },

  Dropout: (graph, layer, input, _weights, { seed }) => {
    if (seed === undefined) {
      return { output: input, backward: (gradient) => ({ input: gradient, weights: [] }) };
    }
    const { rate } = layer.getConfig() as { rate: number };
    const mask = dropoutMask(graph, input, rate, seed);
    return {
      output: graph.node("Mul", [input, mask]),
      backward: (gradient) => ({ input: graph.node("Mul", [gradient, mask]), weights: [] }),
    };
  },

  Flatten: (graph, layer, input) => ({
    output: graph.reshape(input, [-1, (layer.outputShape as number[])[1]!]),
    backward: (gradient) => ({ input: graph.reshape(gradient, graph.shape(input)), weights: [] }),
  }),

  Dense: (graph, _layer, input, [kernel, bias]) => ({
    output: graph.node("BiasAdd", [graph.node("MatMul", [input, kernel!]), bias!], NHWC),
    backward: (gradient) => ({
      input: graph.node("MatMul", [gradient, kernel!], { transpose_b: bool(true) }),
      weights: [
        graph.node("MatMul", [input, gradient], { transpose_a: bool(true) }),
        graph.node("BiasAddGrad", [gradient], NHWC),
      ],
    }),
  }),
};

/** What the layers above take for granted: the settings of the paper's Figure 4. */
const SETTINGS: Record<string, Record<string, unknown>> = {
  Conv2D: {
    strides: [1, 1],
    padding: "same",
    dilationRate: [1, 1],
    activation: "linear",
    useBias: true,
    dataFormat: "channelsLast",
  },
  Activation: { activation: "elu" },
  BatchNormalization: { axis: -1, center: true, scale: true },
  MaxPooling2D: {
    poolSize: [2, 2],
    strides: [2, 2],
    padding: "valid",
    dataFormat: "channelsLast",
  },
  Rescaling: {},
  Dropout: { noiseShape: undefined },
  Flatten: {},
  Dense: { activation: "linear", useBias: true },
};

/** The rank of what comes in, where a layer's kind leaves it open. */
const RANKS: Record<string, number> = { BatchNormalization: 4, Dense: 2 };

/**
 * Whether a network can be written as a graph here: it is a chain of layers of the kinds and settings
 * that the paper's network has, none of them frozen, and TensorFlow itself is the backend.
 *
 * @param network Any layers model.
 * @example
 * ```ts
 * import { hasGraph } from "@lib/network/layer_nodes.ts";
 * import { paperCnn } from "@lib/network/paper_cnn.ts";
 * import { tf } from "@lib/network/tensorflow.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * assertEquals(hasGraph(paperCnn(43, 1)), true);
 * const other = tf.layers.dense({ units: 2, activation: "relu", inputShape: [32, 32, 3] });
 * assertEquals(hasGraph(tf.sequential({ layers: [other] })), false);
 * ```
 */
export function hasGraph(network: tf.LayersModel): boolean {
  return tf.getBackend() === "tensorflow" && network instanceof tf.Sequential &&
    network.layers.every((layer) => {
      const settings = SETTINGS[layer.getClassName()];
      const config = layer.getConfig();
      const rank = RANKS[layer.getClassName()];
      return settings !== undefined && layer.trainable &&
        (rank === undefined || layer.outputShape.length === rank) &&
        Object.entries(settings).every(([key, value]) =>
          String(config[key] ?? undefined) === String(value)
        );
    });
}

/**
 * Adds a layer to a graph.
 *
 * @param graph Gets the nodes.
 * @param layer A layer of a network that {@link hasGraph}.
 * @param input Its input, batch first.
 * @param context Weights, and in training the seed.
 * @returns The output and the way back.
 * @example
 * ```ts
 * import { Graph } from "@lib/network/graph.ts";
 * import { addLayer } from "@lib/network/layer_nodes.ts";
 * import { tf } from "@lib/network/tensorflow.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const graph = new Graph();
 * const x = graph.placeholder("x", "FLOAT");
 * const context = { weights: new Map(), needsInputGradient: true };
 * const pass = addLayer(graph, tf.layers.activation({ activation: "elu" }), x, context);
 * const [y] = graph.compile()({ x: tf.tensor([-1, 2]) }, [pass.output]);
 * assertEquals([...y!.dataSync()], [Math.fround(Math.exp(-1) - 1), 2]);
 * ```
 */
export function addLayer(
  graph: Graph,
  layer: tf.layers.Layer,
  input: Ref,
  context: PassContext,
): Pass {
  const weights = layer.trainableWeights.map((weight) => context.weights.get(weight)!);
  return LAYERS[layer.getClassName()]!(graph, layer, input, weights, context);
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
 * import { dropoutMask } from "@lib/network/layer_nodes.ts";
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
  const whole = { T: type("INT32") };
  const size = graph.reshape(graph.size(input), [1], "INT32");
  const words = graph.node("FloorDiv", [size, graph.constant(4, "INT32")], whole);
  const enough = graph.node("AddV2", [words, graph.constant(1, "INT32")], whole);
  const random = graph.node("StatelessRandomUniformFullInt", [enough, seed], {
    dtype: type("UINT64"),
    T: type("INT32"),
    Tseed: type("INT32"),
  });
  const quarters = graph.node("Bitcast", [random], { T: type("UINT64"), type: type("UINT16") });
  const bits = graph.reshape(quarters, [-1], "UINT16");
  const first = [bits, graph.constant([0], "INT32"), size];
  const needed = graph.node("Slice", first, { T: type("UINT16"), Index: type("INT32") });
  const threshold = graph.constant(Math.round(rate * 65_536), "UINT16");
  const kept = graph.node("GreaterEqual", [needed, threshold], { T: type("UINT16") });
  const scale = graph.constant(1 / (1 - rate));
  const mask = graph.node("Mul", [graph.cast(kept, "BOOL", "FLOAT"), scale]);
  return graph.reshape(mask, graph.shape(input));
}

/** Keras keeps the variance that divides by n; TensorFlow's kernel gives the one that divides by n − 1. */
function biased(graph: Graph, variance: Ref, input: Ref): Ref {
  const channels = graph.size(variance);
  const whole = { T: type("INT32") };
  const count = graph.cast(
    graph.node("FloorDiv", [graph.size(input), channels], whole),
    "INT32",
    "FLOAT",
  );
  const factor = graph.node("RealDiv", [graph.node("Sub", [count, graph.constant(1)]), count]);
  return graph.node("Mul", [variance, factor]);
}

function movingAverage(graph: Graph, before: Ref, found: Ref, momentum: number): Ref {
  return graph.node("AddV2", [
    graph.node("Mul", [before, graph.constant(momentum)]),
    graph.node("Mul", [found, graph.constant(1 - momentum)]),
  ]);
}
