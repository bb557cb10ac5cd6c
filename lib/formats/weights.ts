import { isInput } from "@lib/network/layer_calls.ts";
import { tf } from "@lib/network/tensorflow.ts";

/** Numbers of a shape, row by row. */
export interface Numbers {
  shape: number[];
  values: Float32Array;
}

/** Where a weight of a layer lies in a file, in the layer's own order of values. */
export interface Place {
  read(): Numbers;
  write(values: Float32Array): void;
}

/** Places of the weights of layers by name. */
export type Places = ReadonlyMap<string, readonly Place[]>;

/** Sets a network's weights to those in a file. */
export function readWeights(network: tf.LayersModel, places: Places, where: string): void {
  for (const { weight, place, named } of placedWeights(network, places, where)) {
    const { shape, values } = place.read();
    if (String(withoutOnes(shape)) !== String(withoutOnes(weight.shape as number[]))) {
      throw new Error(`Expected shape [${weight.shape}] but found [${shape}] for ${named}`);
    }
    checkFinite(values, named);
    tf.tidy(() => void weight.write(tf.tensor(values, weight.shape as number[])));
  }
}

/** Puts a network's weights in their places in a file. */
export function writeWeights(network: tf.LayersModel, places: Places, where: string): void {
  for (const { weight, place, named } of placedWeights(network, places, where)) {
    const values = weight.read().dataSync<"float32">();
    checkFinite(values, named);
    place.write(values);
  }
}

const withoutOnes = (shape: number[]): number[] => shape.filter((size) => size !== 1);

function* placedWeights(
  network: tf.LayersModel,
  places: Places,
  where: string,
): Generator<{ weight: tf.LayerVariable; place: Place; named: string }> {
  for (const { name, weights } of network.layers) {
    const own = places.get(name) ?? [];
    if (own.length !== weights.length) {
      const found = `${own.length} in ${where}`;
      throw new Error(`Expected ${weights.length} weights of "${name}" but found ${found}`);
    }
    for (const [index, weight] of weights.entries()) {
      yield { weight, place: own[index]!, named: `${weight.originalName} in ${where}` };
    }
  }
}

/**
 * Checks that a network is one of a file's layers.
 *
 * @param network The one that is to be written.
 * @param own The file's.
 * @param where The file's name, for errors.
 * @throws {Error} If one has a layer that the other has not, or a weight of another shape.
 */
export function requireSame(network: tf.LayersModel, own: tf.LayersModel, where: string): void {
  const find = ({ layers }: tf.LayersModel, name: string): tf.layers.Layer | undefined =>
    layers.find((layer) => layer.name === name);
  const extra = network.layers.find(({ name, weights }) => weights.length > 0 && !find(own, name));
  if (extra !== undefined) {
    throw new Error(`Expected only layers of ${where} but found also "${extra.name}"`);
  }
  for (const { name, weights } of own.layers.filter((layer) => !isInput(layer))) {
    const layer = find(network, name);
    if (layer === undefined) {
      throw new Error(`Expected a layer "${name}" as in ${where} but found none`);
    }
    const [wanted, found] = [weights, layer.weights].map((each) =>
      each.map(({ shape }) => `[${shape}]`).join(" ")
    );
    if (wanted !== found) {
      throw new Error(`Expected weights ${wanted} of "${name}" as in ${where} but found ${found}`);
    }
  }
}

/** An error of reading a file, whatever went wrong, with the file's name. */
export function readingError(error: unknown, format: string, where: string): Error {
  const { message } = error as Error;
  if (message.startsWith("Expected")) return error as Error;
  return new Error(
    error instanceof TypeError
      ? `Expected a topology of ${format} but found in ${where}: ${message}`
      : `Expected layers that fit together but found in ${where}: ${message}`,
  );
}

/** A weight whose rows are flattened images', channels first in the file. */
export function rowsMoved({ read, write }: Place, [height, width, channels]: number[]): Place {
  const pixels = height! * width!;
  /** The row in the file of each of the layer's. */
  const rows = Array.from(
    { length: pixels * channels! },
    (_, row) => (row % channels!) * pixels + Math.floor(row / channels!),
  );
  const moved = (values: Float32Array, isRead: boolean): Float32Array => {
    const result = new Float32Array(values.length);
    const length = values.length / rows.length;
    for (const [row, other] of rows.entries()) {
      const [from, to] = isRead ? [other, row] : [row, other];
      result.set(values.subarray(from * length, (from + 1) * length), to * length);
    }
    return result;
  };
  return {
    read: () => {
      const { shape, values } = read();
      return { shape, values: moved(values, true) };
    },
    write: (values) => write(moved(values, false)),
  };
}

/**
 * Checks that weights are numbers.
 *
 * @param values Of one weight.
 * @param named Its name and file, for errors.
 * @throws {Error} If one is infinite or not a number.
 * @example
 * ```ts
 * import { checkFinite } from "@lib/formats/weights.ts";
 * import { assertThrows } from "@lib/std/assert.ts";
 *
 * assertThrows(() => checkFinite(Float32Array.of(0, NaN), "bias in a.h5"), Error, "NaN at 1 of bias");
 * ```
 */
export function checkFinite(values: Float32Array, named: string): void {
  const other = values.findIndex((value) => !Number.isFinite(value));
  if (other >= 0) {
    throw new Error(`Expected finite weights but found ${values[other]} at ${other} of ${named}`);
  }
}
