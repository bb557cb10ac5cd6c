import { type Graph, int, type Ref } from "@lib/network/graph.ts";
import { isInput, type LayerCall, layerCalls } from "@lib/network/layer_calls.ts";
import { ACTIVATION_NODES } from "@lib/network/nodes/activation_nodes.ts";
import { ERROR_FUNCTION_NODES } from "@lib/network/nodes/error_function.ts";
import { LAYER_NORMALIZATION_NODES } from "@lib/network/nodes/layer_normalization.ts";
import { LOGARITHM_NODES } from "@lib/network/nodes/logarithm.ts";
import type { LayerNodes, Pass, PassContext } from "@lib/network/nodes/pass.ts";
import { RESIZED_NODES } from "@lib/network/nodes/resized.ts";
import { SHAPE_NODES } from "@lib/network/nodes/shape_nodes.ts";
import { TRAINING_NODES } from "@lib/network/nodes/training_nodes.ts";
import { WINDOW_NODES } from "@lib/network/nodes/window_nodes.ts";
import { tf } from "@lib/network/tensorflow.ts";

/** Layers by their Keras class name. */
const LAYERS: Record<string, LayerNodes> = {
  ...ACTIVATION_NODES,
  ...ERROR_FUNCTION_NODES,
  ...LAYER_NORMALIZATION_NODES,
  ...LOGARITHM_NODES,
  ...RESIZED_NODES,
  ...SHAPE_NODES,
  ...TRAINING_NODES,
  ...WINDOW_NODES,
};

/**
 * Whether a network can be written as a graph here: it has layers of kinds and settings that are known,
 * each called once and none of them frozen, and TensorFlow itself is the backend.
 *
 * @param network Any layers model.
 * @returns Whether it can.
 * @example
 * ```ts
 * import { hasGraph } from "@lib/network/network_nodes.ts";
 * import { paperCnn } from "@lib/network/paper_cnn.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * assertEquals(hasGraph(paperCnn(43, 1)), true);
 * ```
 */
export function hasGraph(network: tf.LayersModel): boolean {
  return tf.getBackend() === "tensorflow" &&
    (layerCalls(network)?.every(({ layer, inputs }) =>
      (inputs.length === 0 && isInput(layer)) ||
      (layer.trainable && LAYERS[layer.getClassName()]?.knows(layer.getConfig(), layer) === true)
    ) ?? false);
}

/**
 * Adds a layer to a graph.
 *
 * @param graph Gets the nodes.
 * @param layer Of a network that {@link hasGraph}.
 * @param inputs What goes in.
 * @param context Weights, and in training the seed.
 * @returns What comes out, and the way back.
 */
export function addLayer(
  graph: Graph,
  layer: tf.layers.Layer,
  inputs: Ref[],
  context: PassContext,
): Pass {
  const weights = layer.trainableWeights.map((weight) => context.weights.get(weight)!);
  const { add } = LAYERS[layer.getClassName()]!;
  return add(graph, layer, inputs as [Ref, ...Ref[]], weights, context);
}

/** How a network is written. */
export interface NetworkSettings {
  /** The value of each of the network's weights. */
  weights: Map<tf.LayerVariable, Ref>;
  /** In training: the random numbers' seed of the layer with this index among the network's layers. */
  seedOf?: (index: number) => Ref;
  /** Whether the gradient by the images is needed. */
  needsImageGradient: boolean;
  /** Whether the values are the network's own as it is now, of which more is known then. */
  areOwn?: boolean;
}

/** A network as nodes of a graph, forward, and back from a slope of its logits. */
export interface NetworkNodes {
  outputs: Map<tf.layers.Layer, Ref>;
  /** In training: the new value of each moving statistic. */
  moving: Map<tf.LayerVariable, Ref>;
  backward(slope: Ref): { byImages?: Ref; byWeights: Map<tf.LayerVariable, Ref> };
}

/** A pass with the weights that its way back is of, and the layers that its gradients go to. */
interface Step extends LayerCall {
  weights: tf.LayerVariable[];
  pass: Pass;
}

/**
 * Adds a network to a graph.
 *
 * @param graph Gets the nodes.
 * @param network One that has a graph.
 * @param images Shape [N, height, width, channels].
 * @param settings Weights, and whether it is trained.
 * @returns All layers' outputs and the way back.
 */
export function addNetwork(
  graph: Graph,
  network: tf.LayersModel,
  images: Ref,
  { weights, seedOf, needsImageGradient, areOwn }: NetworkSettings,
): NetworkNodes {
  const calls = layerCalls(network)!;
  const outputs = new Map<tf.layers.Layer, Ref>();
  const inputsOf = ({ inputs }: LayerCall): Ref[] =>
    inputs.length === 0 ? [images] : inputs.map((input) => outputs.get(input)!);

  const stepOf = (call: LayerCall): Step => {
    const { layer, inputs } = call;
    const pass = addLayer(graph, layer, inputsOf(call), {
      weights,
      seed: seedOf?.(network.layers.indexOf(layer)),
      needsInputGradient: needsImageGradient || inputs.some((input) => !isInput(input)),
    });
    return { ...call, weights: layer.trainableWeights, pass };
  };

  /**
   * With the network's own weights, a pooling layer behind a batch normalisation whose scales are all
   * positive comes first: the maximum is the same, and a quarter of the values is left to normalise.
   */
  const pooledFirst = ({ layer, inputs: [before] }: LayerCall): Step | undefined => {
    if (!areOwn || layer.getClassName() !== "MaxPooling2D") return undefined;
    const call = calls.find((each) => each.layer === before);
    const users = calls.filter(({ inputs }) => inputs.includes(before!)).length;
    if (call === undefined || users !== 1 || !isIncreasing(call.layer)) return undefined;
    const context = { weights, needsInputGradient: true };
    const pooled = addLayer(graph, layer, inputsOf(call), context);
    const normal = addLayer(graph, call.layer, [pooled.output], context);
    const backward: Pass["backward"] = (gradient) => {
      const { inputs, weights } = normal.backward(gradient);
      return { inputs: pooled.backward(inputs[0]!).inputs, weights };
    };
    const pass = { output: normal.output, backward };
    return { layer, inputs: call.inputs, weights: call.layer.trainableWeights, pass };
  };

  const steps: Step[] = [];
  const moving = new Map<tf.LayerVariable, Ref>();
  for (const call of calls) {
    const { layer } = call;
    if (isInput(layer)) {
      outputs.set(layer, images);
      continue;
    }
    const step = pooledFirst(call) ?? stepOf(call);
    steps.push(step);
    outputs.set(layer, step.pass.output);
    step.pass.moving?.forEach((value, index) =>
      moving.set(layer.nonTrainableWeights[index]!, value)
    );
  }
  // from the last layer to the first; where an output goes to several layers, their gradients add up
  const backward: NetworkNodes["backward"] = (slope) => {
    const gradients = new Map<tf.layers.Layer | "images", Ref[]>([[steps.at(-1)!.layer, [slope]]]);
    const sumAt = (place: tf.layers.Layer | "images"): Ref | undefined => {
      const all = gradients.get(place) ?? [];
      return all.length > 1 ? graph.node("AddN", all, { N: int(all.length) }) : all[0];
    };
    const byWeights = new Map<tf.LayerVariable, Ref>();
    for (const { layer, inputs, weights, pass } of steps.toReversed()) {
      const gradient = sumAt(layer);
      if (gradient === undefined) continue; // its output is not used
      const back = pass.backward(gradient);
      weights.forEach((weight, index) => byWeights.set(weight, back.weights[index]!));
      back.inputs.forEach((each, index) => {
        const input = inputs[index];
        const place = input === undefined || isInput(input) ? "images" : input;
        gradients.set(place, [...gradients.get(place) ?? [], each]);
      });
    }
    return { byImages: sumAt("images"), byWeights };
  };
  return { outputs, moving, backward };
}

/** Whether a layer is a batch normalisation that turns no order of values round. */
function isIncreasing(layer: tf.layers.Layer): boolean {
  if (layer.getClassName() !== "BatchNormalization") return false;
  if (layer.getConfig().scale === false) return true;
  return layer.trainableWeights[0]!.read().dataSync().every((scale) => scale >= 0);
}
