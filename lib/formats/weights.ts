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

/**
 * Values in another order of axes.
 *
 * @param numbers Left as they are.
 * @param order Which axis of them each new axis is.
 */
export function transposed({ shape, values }: Numbers, order: readonly number[]): Numbers {
  // read outside of the tidy, which looks for tensors among all numbers that it returns
  const turned = tf.tidy(() => tf.transpose(tf.reshape(values, shape), [...order]));
  const numbers = { shape: turned.shape, values: turned.dataSync<"float32">() };
  turned.dispose();
  return numbers;
}

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

/**
 * Puts a network's weights in their places in a file that is to be written again.
 *
 * @param network With the weights.
 * @param own The file's network, of the same layers.
 * @param places In the file.
 * @param where The file's name, for errors.
 * @throws {Error} If the two differ in more than weights, or one is not finite.
 */
export function rewrite(
  network: tf.LayersModel,
  own: tf.LayersModel,
  places: Places,
  where: string,
): void {
  requireSame(network, own, where);
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

/** Refuses a network that has a layer that the file has not, or the other way round, or another shape. */
function requireSame(network: tf.LayersModel, own: tf.LayersModel, where: string): void {
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

/**
 * Refuses to write a file or folder over the one that it is made from.
 *
 * @param source A file or folder.
 * @param target Another.
 * @throws {Error} If they are the same, by whatever path, or the source is in the target.
 * @example
 * ```ts
 * import { expectOther } from "@lib/formats/weights.ts";
 * import { assertRejects } from "@lib/std/assert.ts";
 *
 * await assertRejects(() => expectOther("deno.json", "./lib/../deno.json"), Error, "but found");
 * ```
 */
export async function expectOther(source: string, target: string): Promise<void> {
  const [one, other] = await Promise.all(
    [source, target].map((path) => Deno.realPath(path).catch(() => undefined)),
  );
  if (one !== undefined && (one === other || one.startsWith(`${other}/`))) {
    throw new Error(`Expected a target other than the source but found ${target}`);
  }
}
