import "@lib/network/network_nodes.ts"; // tfjs is to know the layers that are made there
import { type Place, type Places, readWeights, transposed } from "@lib/formats/weights.ts";
import { tf } from "@lib/network/tensorflow.ts";

/** What a layer takes and gives, of which only the shape is known. */
export type Tensor = tf.SymbolicTensor;

export type { Place };

/** Layers that treat each value alike, so that the order of values does not matter. */
const ELEMENTWISE = ["Activation", "Dropout", "ELU", "LeakyReLU", "ReLU"];

/**
 * Puts a network together from layers of tfjs, call by call, whatever format it comes from: a plain graph,
 * channels last, with the place in the file of each weight.
 */
export class LayerGraph {
  /** Whether images come channels first in the file. */
  channelsFirst = false;
  readonly #inputs: Tensor[] = [];
  readonly #names = new Set<string>();
  readonly #layers = new Map<string, tf.layers.Layer>();
  readonly #places = new Map<string, readonly Place[]>();
  /** Of flattened images that the file has channels first: their height, width and channels. */
  readonly #flattened = new Map<Tensor, number[]>();

  /** @param where The file's name, for errors. */
  constructor(readonly where: string) {}

  /** An input of the network; its shape is the file's, the batch's size first. */
  input(name: string, shape: (number | null)[]): Tensor {
    const [, ...own] = shape;
    const last = this.channelsFirst && own.length === 3 ? [own[1], own[2], own[0]] : own;
    const tensor = tf.input({ name: this.unusedName(name), shape: last as number[] });
    this.#layers.set(tensor.sourceLayer.name, tensor.sourceLayer);
    this.#inputs.push(tensor);
    return tensor;
  }

  /** Takes a name that no layer has yet: with the network's before it if need be, or a number behind it. */
  unusedName(name: string, network?: string): string {
    const prefixed = network === undefined ? name : `${network}_${name}`;
    let unused = name;
    for (let number = 0; this.#names.has(unused); number++) {
      unused = number === 0 && network !== undefined ? prefixed : `${prefixed}_${number}`;
    }
    this.#names.add(unused);
    return unused;
  }

  /** A layer by its class and settings as in tfjs, not yet called. */
  layer(className: string, config: Record<string, unknown> & { name: string }): tf.layers.Layer {
    const [Class, fromConfig] = tf.serialization.SerializationMap.getMap().classNameMap[className]!;
    const isTaken = this.#names.has(config.name) && !this.#layers.has(config.name);
    const name = isTaken ? config.name : this.unusedName(config.name);
    const layer = fromConfig(Class, { ...config, name } as never) as tf.layers.Layer;
    this.#layers.set(name, layer);
    return layer;
  }

  /** Calls a layer; its weights are where they are, in the layer's order. */
  apply(layer: tf.layers.Layer, inputs: Tensor[], places: readonly Place[] = []): Tensor {
    const output = layer.apply(inputs.length > 1 ? inputs : inputs[0]!) as Tensor;
    const order = inputs.map((input) => this.#flattened.get(input)).find((each) => each);
    const kind = layer.getClassName();
    if (order !== undefined && kind !== "Dense") {
      if (![...ELEMENTWISE, "BatchNormalization"].includes(kind)) {
        throw new Error(
          `Expected a dense layer behind flattened images but found ${kind} in ${this.where}`,
        );
      }
      this.#flattened.set(output, order);
    }
    const isMoved = (index: number): boolean =>
      order !== undefined && (kind === "BatchNormalization" || index === 0);
    const moved = places.map((place, index) => isMoved(index) ? rowsMoved(place, order!) : place);
    this.#places.set(layer.name, moved);
    return output;
  }

  /** Images as rows of values; `isSame` if the file too has the rows channels last. */
  flatten(input: Tensor, name: string, isSame = false): Tensor {
    const output = this.apply(this.layer("Flatten", { name }), [input]);
    const [, ...size] = input.shape as number[];
    if (this.channelsFirst && !isSame && size.length === 3 && size[0]! * size[1]! > 1) {
      this.#flattened.set(output, size);
    }
    return output;
  }

  /** The same values in another shape, without the batch's size; `isSame` if it has channels last anyway. */
  reshape(input: Tensor, shape: number[], name: string, isSame = false): Tensor {
    if (shape.length === 1 && input.shape.length === 4) return this.flatten(input, name);
    if (!this.channelsFirst || isSame || (shape.length < 3 && input.shape.length < 4)) {
      const [, ...sizes] = input.shape as number[];
      const product = (all: number[]): number => all.reduce((so, each) => so * each, 1);
      const rest = product(sizes) / -product(shape); // tfjs leaves a size of -1 open
      const targetShape = shape.map((size) => size === -1 ? rest : size);
      return this.apply(this.layer("Reshape", { name, targetShape }), [input]);
    }
    // as behind a global pooling: one pixel, whose channels may stand first or last
    if (shape.length === 3 && input.shape.length === 2 && shape[1] === 1 && shape[2] === 1) {
      return this.reshape(input, [1, 1, shape[0]!], name, true);
    }
    throw new Error(
      `Expected images channels first to be flattened but found shape ${shape} of ${input.shape} for ` +
        `"${name}" in ${this.where}`,
    );
  }

  /** A layer's settings with the axes of images as they are here, channels last. */
  lastChannels<T extends Record<string, unknown>>(config: T, { shape }: Tensor): T {
    if (!this.channelsFirst || shape.length !== 4) return config;
    const moved = (axis: unknown): unknown =>
      Array.isArray(axis) ? axis.map(moved) : [0, 3, 1, 2].at(axis as number);
    const axes = ["axis", "sharedAxes"].filter((key) => config[key] != null);
    return { ...config, ...Object.fromEntries(axes.map((key) => [key, moved(config[key])])) };
  }

  /** The network with the file's weights. */
  network(outputs: Tensor[], name: string): { network: tf.LayersModel; places: Places } {
    const odd = outputs.find((output) => this.#flattened.has(output));
    if (odd !== undefined) throw new Error(`Expected a classifier but found none in ${this.where}`);
    const network = tf.model({ inputs: this.#inputs, outputs, name });
    readWeights(network, this.#places, this.where);
    return { network, places: this.#places };
  }

  /** Frees what a network that cannot be finished has. */
  dispose(): void {
    for (const layer of this.#layers.values()) layer.weights.forEach((weight) => weight.dispose());
  }
}

/** A weight whose rows are flattened images', channels first in the file. */
function rowsMoved({ read, write }: Place, [height, width, channels]: number[]): Place {
  const count = height! * width! * channels!;
  const moved = (values: Float32Array, sizes: unknown[], order: number[]): Float32Array =>
    values.length % count > 0
      ? values // of another shape, which is refused
      : transposed({ shape: [...sizes as number[], values.length / count], values }, order).values;
  return {
    read: () => {
      const { shape, values } = read();
      return { shape, values: moved(values, [channels, height, width], [1, 2, 0, 3]) };
    },
    write: (values) => write(moved(values, [height, width, channels], [2, 0, 1, 3])),
  };
}
