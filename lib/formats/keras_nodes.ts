/** The calls that connect a network's layers: what each was called on. */
import type { Constant } from "@lib/formats/arithmetic.ts";

/** A tensor: a layer's name, the number of the layer's call that made it, the number in the call's outputs. */
export type Reference = [layer: string, call: number, output: number];

/** What a layer is called on. */
export type Argument = Reference | Constant;

/** Whether a tensor is written so. */
export const isReference = (item: unknown): item is Reference =>
  Array.isArray(item) && item.length === 3 && typeof item[0] === "string" &&
  item.slice(1).every(Number.isInteger);

/**
 * All tensors of a list, a list of lists, or one by name.
 *
 * @param written As Keras writes a network's inputs and outputs.
 * @param key The setting, for errors.
 * @param where The file's name, for errors.
 */
export function referencesIn(written: unknown, key: string, where: string): Reference[] {
  if (isReference(written)) return [written];
  if (typeof written !== "object" || written === null) {
    throw new Error(`Expected tensors as ${key} but found ${JSON.stringify(written)} in ${where}`);
  }
  return Object.values(written).flatMap((item) => referencesIn(item, key, where));
}

/**
 * Reads a call of a layer.
 *
 * @param node As Keras 3 writes it, `{ args, kwargs }`, or Keras 2, `[[layer, call, output, kwargs], …]`.
 * @param named The layer and its file, for errors.
 * @returns The tensors and constants that the layer was called on.
 * @throws {Error} If it was called with anything else that counts when it predicts.
 * @example
 * ```ts
 * import { readCall } from "@lib/formats/keras_nodes.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const call = [["left", 0, 0, {}], ["right", 0, 0, {}]];
 * assertEquals(readCall(call, "the sum"), [["left", 0, 0], ["right", 0, 0]]);
 * ```
 */
export function readCall(node: unknown, named: string): Argument[] {
  const { args, options } = Array.isArray(node) ? keras2Call(node) : keras3Call(node);
  const operands = options.filter(([key]) => OPERANDS.includes(key)).map(([, value]) => value);
  const others = options.filter(([key]) => !OPERANDS.includes(key));
  // without `training` and `mask`, as without `training: false`, layers predict
  const other = others.find(([key, value]) =>
    value !== null && value !== false && !IDLE.includes(key)
  );
  const read = [...args, ...operands].map((item) => isReference(item) ? item : constant(item));
  const strange = read.indexOf(undefined);
  if (other !== undefined || read.length === 0 || strange >= 0) {
    const found = JSON.stringify(other ?? [...args, ...operands][strange] ?? "none");
    throw new Error(`Expected calls with tensors only but found ${found} for ${named}`);
  }
  return read as Argument[];
}

/** What changes no value: a name, or that numbers are floating-point ones of a size. */
const IDLE = ["name", "dtype"];

/** What Keras calls the operands of arithmetic. */
const OPERANDS = ["x1", "x2", "x", "y"];

interface Call {
  args: unknown[];
  options: [key: string, value: unknown][];
}

/** A single call may stand without its list; a constant in the first place is marked as one. */
function keras2Call(node: unknown[]): Call {
  const items = (typeof node[0] === "string" ? [node] : node) as unknown[][];
  const args = items.map((item) => item[0] === "_CONSTANT_VALUE" ? item[2] : item.slice(0, 3));
  return { args, options: items.flatMap((item) => Object.entries(item[3] ?? {})) };
}

function keras3Call(node: unknown): Call {
  const { args, kwargs = {} } = node as { args: unknown[]; kwargs?: Record<string, unknown> };
  // which a network that predicts overrules
  const { training: _, ...others } = kwargs;
  const options = Object.entries(others).map(([key, value]) => [key, tensor(value)] as const);
  // several tensors stand in a list
  return { args: args.flat(2).map(tensor), options: options as Call["options"] };
}

const tensor = (item: unknown): unknown =>
  (item as { config?: { keras_history?: unknown } } | null)?.config?.keras_history ?? item;

/** A number, or an array as Keras writes it. */
function constant(item: unknown): Constant | undefined {
  const written = (item as { config?: { value?: unknown } } | null)?.config?.value ?? item;
  const shape: number[] = [];
  for (let part = written; Array.isArray(part); part = part[0]) shape.push(part.length);
  const values = [written].flat(Infinity) as number[];
  return values.every(Number.isFinite) ? { shape, values } : undefined;
}
