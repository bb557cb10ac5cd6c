import type { Operand } from "@lib/formats/arithmetic.ts";
import { layerCall } from "@lib/formats/keras_calls.ts";
import { type Argument, isReference, readCall, referencesIn } from "@lib/formats/keras_nodes.ts";
import type { Reference } from "@lib/formats/keras_nodes.ts";
import {
  isNetwork,
  layersOf,
  nameOf,
  type Settings,
  type Written,
} from "@lib/formats/keras_written.ts";
import type { LayerGraph, Place, Tensor } from "@lib/formats/layer_graph.ts";

/** What is read of a file besides its topology. */
export interface KerasContext {
  graph: LayerGraph;
  /** Where a layer's weights are. */
  placesOf: (layer: Written) => Place[];
  /** The first part of Keras's version. */
  keras: number;
}

/** Calls a layer, an operation or a whole network. */
type Call = (operands: Operand[]) => Tensor[];

/**
 * Builds a network of Keras as one plain graph: it is called on its inputs, and so are the networks within
 * it, layer by layer.
 *
 * @param topology As Keras 2 or 3 writes it.
 * @param context The graph to build it in, and its weights.
 * @returns The network's outputs.
 * @throws {Error} If it is neither sequential nor functional, or a layer cannot be had.
 */
export function callKeras(topology: Written, context: KerasContext): Tensor[] {
  const { graph } = context;
  const layers = layersOf(topology, graph.where);
  graph.channelsFirst = isChannelsFirst(topology, graph.where);
  const inputs = layers.filter(({ class_name }) => class_name === "InputLayer");
  const [first] = layers;
  const given = inputs.length > 0 || isFunctional(topology) ? inputs : [{
    class_name: "InputLayer",
    config: { name: "input", batch_shape: shapeOf(first) ?? topology.config.build_input_shape },
  }];
  const tensors = given.map((input) => {
    const shape = shapeOf(input);
    if (Array.isArray(shape)) return graph.input(nameOf(input), shape);
    throw new Error(
      `Expected layers and the shape of their input but found none in ${graph.where}`,
    );
  });
  const ordered = isFunctional(topology)
    ? referencesIn(topology.config.input_layers, "input_layers", graph.where).map(([name]) =>
      tensors[inputs.findIndex((input) => nameOf(input) === name)]!
    )
    : tensors;
  return networkCall(topology, context)(ordered);
}

/** The shape of an input, or of a first layer that says it; of a network within, that of its own first. */
function shapeOf(layer: Written | undefined): unknown {
  const { batch_shape, batch_input_shape, layers } = layer?.config ?? {} as Settings;
  return batch_shape ?? batch_input_shape ??
    (Array.isArray(layers) ? shapeOf(layers[0] as Written) : undefined);
}

const isFunctional = ({ config }: Written): boolean => "output_layers" in config;

function isChannelsFirst(network: Written, where: string): boolean {
  const formats = new Set<unknown>();
  const visit = (layer: Written): void => {
    if (isNetwork(layer)) layersOf(layer, where).forEach(visit);
    else if (layer.class_name !== "Flatten") formats.add(layer.config.data_format);
  };
  visit(network);
  if (formats.has("channels_first") && formats.has("channels_last")) {
    throw new Error(`Expected one data_format but found both in ${where}`);
  }
  return formats.has("channels_first");
}

/** A network, ready to be called: its layers are the same at each call. */
function networkCall(network: Written, context: KerasContext, within?: string): Call {
  const { graph, placesOf, keras } = context;
  const { where } = graph;
  const layers = layersOf(network, where);
  const calls = new Map(layers.map((layer): [Written, Call] => {
    if (layer.class_name === "InputLayer") return [layer, (operands) => operands as Tensor[]];
    const own = nameOf(layer);
    if (isNetwork(layer)) return [layer, networkCall(layer, context, own)];
    const named = `"${own}" of class ${layer.class_name} in ${where}`;
    const name = graph.unusedName(own, within);
    const call = layerCall(layer, { graph, name, places: placesOf(layer), named, keras });
    return [layer, (operands) => [call(operands)]];
  }));
  if (isFunctional(network)) return (inputs) => functional(network, layers, calls, inputs, where);
  return (inputs) =>
    layers.reduce((tensors, layer) => calls.get(layer)!(tensors), inputs as Tensor[]);
}

/** Makes each call whose tensors are there, in passes over all layers, as tfjs does when it reads a network. */
function functional(
  { config }: Written,
  layers: Written[],
  calls: Map<Written, Call>,
  inputs: Operand[],
  where: string,
): Tensor[] {
  const values = new Map<string, Tensor[]>();
  const [entries, exits] = ["input_layers", "output_layers"].map((key) =>
    referencesIn(config[key], key, where)
  );
  entries!.forEach(([name], index) => values.set(`${name} 0`, [inputs[index] as Tensor]));
  let waiting = layers.flatMap((layer) => {
    const nodes = layer.inbound_nodes ?? [];
    if ((nodes.length === 0) !== (layer.class_name === "InputLayer")) {
      const found = `${nodes.length} of "${nameOf(layer)}"`;
      throw new Error(`Expected calls of all layers but inputs but found ${found} in ${where}`);
    }
    return nodes.map((node, index) => ({
      layer,
      index,
      operands: readCall(node, `layer "${nameOf(layer)}" in ${where}`),
    }));
  });
  const all = [...waiting.flatMap(({ operands }) => operands.filter(isReference)), ...exits!];
  /** Keras numbers the calls of a network within from 1: the first one made it. */
  const firsts = new Map(layers.map((layer) => {
    const name = nameOf(layer);
    const most = Math.max(...all.map(([other, call]) => other === name ? call : 0));
    return [name, isNetwork(layer) && most === layer.inbound_nodes?.length ? 1 : 0];
  }));
  const valueOf = ([name, call, output]: Reference): Tensor | undefined =>
    values.get(`${name} ${call - (firsts.get(name) ?? 0)}`)?.[output];
  const isThere = (operand: Argument): boolean =>
    !isReference(operand) || valueOf(operand) !== undefined;
  for (let before = Infinity; waiting.length < before;) {
    before = waiting.length;
    waiting = waiting.filter(({ layer, index, operands }) => {
      if (!operands.every(isThere)) return true;
      const given = operands.map((each): Operand => isReference(each) ? valueOf(each)! : each);
      values.set(`${nameOf(layer)} ${index}`, calls.get(layer)!(given));
      return false;
    });
  }
  const [stuck] = waiting;
  if (stuck !== undefined) {
    const [missing] = stuck.operands.find((operand) => !isThere(operand)) as Reference;
    throw new Error(
      `Expected layers that get their inputs from layers before them but found that ` +
        `"${nameOf(stuck.layer)}" waits for "${missing}" in ${where}`,
    );
  }
  return exits!.map((exit) => {
    const value = valueOf(exit);
    if (value !== undefined) return value;
    throw new Error(`Expected a call of a layer but found ${exit.join("/")} in ${where}`);
  });
}
