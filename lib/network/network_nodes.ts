import { type Graph, int, type Ref } from "@lib/network/graph.ts";
import { type LayerCall, layerCalls } from "@lib/network/layer_calls.ts";
import { addLayer, isInput } from "@lib/network/layer_nodes.ts";
import type { Pass } from "@lib/network/nodes/pass.ts";
import type { tf } from "@lib/network/tensorflow.ts";

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
  settings: NetworkSettings,
): NetworkNodes {
  const calls = layerCalls(network)!;
  const outputs = new Map<tf.layers.Layer, Ref>();
  const moving = new Map<tf.LayerVariable, Ref>();
  const steps: Step[] = [];
  for (const call of calls) {
    if (isInput(call.layer)) {
      outputs.set(call.layer, images);
      continue;
    }
    const step = pooledFirst(graph, calls, call, outputs, images, settings) ??
      stepOf(graph, network, call, outputs, images, settings);
    steps.push(step);
    outputs.set(call.layer, step.pass.output);
    step.pass.moving?.forEach((value, index) =>
      moving.set(call.layer.nonTrainableWeights[index]!, value)
    );
  }
  return { outputs, moving, backward: (slope) => wayBack(graph, steps, slope) };
}

function stepOf(
  graph: Graph,
  network: tf.LayersModel,
  call: LayerCall,
  outputs: Map<tf.layers.Layer, Ref>,
  images: Ref,
  { weights, seedOf, needsImageGradient }: NetworkSettings,
): Step {
  const { layer, inputs } = call;
  const pass = addLayer(graph, layer, inputsOf(call, outputs, images), {
    weights,
    seed: seedOf?.(network.layers.indexOf(layer)),
    needsInputGradient: needsImageGradient || inputs.some((input) => !isInput(input)),
  });
  return { ...call, weights: layer.trainableWeights, pass };
}

const inputsOf = (
  { inputs }: LayerCall,
  outputs: Map<tf.layers.Layer, Ref>,
  images: Ref,
): Ref[] => inputs.length === 0 ? [images] : inputs.map((input) => outputs.get(input)!);

/**
 * With the network's own weights, a pooling layer behind a batch normalisation whose scales are all positive
 * comes first: the maximum is the same, and a quarter of the values is left to normalise.
 */
function pooledFirst(
  graph: Graph,
  calls: LayerCall[],
  { layer, inputs: [normalization] }: LayerCall,
  outputs: Map<tf.layers.Layer, Ref>,
  images: Ref,
  { weights, areOwn }: NetworkSettings,
): Step | undefined {
  if (!areOwn || layer.getClassName() !== "MaxPooling2D") return undefined;
  const call = calls.find((each) => each.layer === normalization);
  const users = calls.filter(({ inputs }) => inputs.includes(normalization!)).length;
  if (call === undefined || users !== 1 || !isIncreasing(call.layer)) return undefined;
  const context = { weights, needsInputGradient: true };
  const pooled = addLayer(graph, layer, inputsOf(call, outputs, images), context);
  const normal = addLayer(graph, call.layer, [pooled.output], context);
  const backward: Pass["backward"] = (gradient) => {
    const { inputs, weights } = normal.backward(gradient);
    return { inputs: pooled.backward(inputs[0]!).inputs, weights };
  };
  return {
    layer,
    inputs: call.inputs,
    weights: call.layer.trainableWeights,
    pass: { output: normal.output, backward },
  };
}

/** Whether a layer is a batch normalisation that turns no order of values round. */
function isIncreasing(layer: tf.layers.Layer): boolean {
  if (layer.getClassName() !== "BatchNormalization") return false;
  if (layer.getConfig().scale === false) return true;
  return layer.trainableWeights[0]!.read().dataSync().every((scale) => scale >= 0);
}

/** From the last layer to the first; where an output goes to several layers, their gradients add up. */
function wayBack(graph: Graph, steps: Step[], slope: Ref): ReturnType<NetworkNodes["backward"]> {
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
}
