/** The calls that connect a network's layers: which layer was called on which tensors. */

/** A tensor: a layer's name, the number of the layer's call that made it, the number in the call's outputs. */
export type Reference = [layer: string, call: number, output: number];

/** A layer and the tensors of each of its calls. */
export interface Calls {
  name: string;
  calls: Reference[][];
}

/**
 * Reads a call of a layer.
 *
 * @param node As Keras 3 writes it, `{ args, kwargs }`, or Keras 2, `[[layer, call, output, kwargs], …]`.
 * @param named The layer and its file, for errors.
 * @returns The tensors that the layer was called on.
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
export function readCall(node: unknown, named: string): Reference[] {
  const { args, kwargs } = Array.isArray(node)
    ? { args: node.map((item) => item.slice(0, 3)), kwargs: node.map((item) => item[3] ?? {}) }
    : { args: tensors((node as Keras3Call).args), kwargs: [(node as Keras3Call).kwargs ?? {}] };
  const options = kwargs.flatMap((each) => Object.entries(each));
  // without `training` and `mask`, as without `training: false`, layers predict
  const other = options.find(([, value]) => value !== null && value !== false);
  if (other !== undefined || args.length === 0 || !args.every(isReference)) {
    const found = JSON.stringify(other ?? args.find((item) => !isReference(item)) ?? "none");
    throw new Error(`Expected calls with tensors only but found ${found} for ${named}`);
  }
  return args;
}

/** Whether a tensor is written so. */
export const isReference = (item: unknown): item is Reference =>
  Array.isArray(item) && typeof item[0] === "string" && item.length === 3;

type Keras3Call = { args: unknown[]; kwargs?: Record<string, unknown> };

const tensors = (args: unknown[]): unknown[] =>
  args.flat(2).map((item) =>
    (item as { config?: { keras_history?: unknown } } | null)?.config?.keras_history ?? item
  );

/**
 * Numbers calls as tfjs does: in passes over all layers it makes each call whose tensors are there, so
 * that a layer's second call may come before its first. Where a tensor never comes it would wait for ever.
 *
 * @param layers In the file's order, their calls numbered as Keras does; those without calls are inputs.
 * @param where The file's name, for errors.
 * @returns Gives a tensor tfjs's number of its layer's call.
 * @throws {Error} If a call waits for a tensor that never comes.
 * @example
 * ```ts
 * import { tfjsNumbers } from "@lib/formats/keras_nodes.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const toTfjs = tfjsNumbers([
 *   { name: "images", calls: [] },
 *   { name: "shared", calls: [[["late", 0, 0]], [["images", 0, 0]]] },
 *   { name: "late", calls: [[["images", 0, 0]]] },
 * ], "network.keras");
 * assertEquals(toTfjs(["shared", 1, 0]), ["shared", 0, 0]);
 * ```
 */
export function tfjsNumbers(layers: Calls[], where: string): (tensor: Reference) => Reference {
  const key = ([layer, call]: readonly [string, number, ...unknown[]]): string =>
    `${call} ${layer}`;
  const inputs = layers.filter(({ calls }) => calls.length === 0);
  const numbers = new Map(inputs.map(({ name }) => [key([name, 0]), 0]));
  const counts = new Map<string, number>();
  let waiting = layers.flatMap(({ name, calls }) =>
    calls.map((tensors, call) => ({ name, tensors, key: key([name, call]) }))
  );
  for (let before = Infinity; waiting.length < before;) {
    before = waiting.length;
    waiting = waiting.filter((call) => {
      if (!call.tensors.every((tensor) => numbers.has(key(tensor)))) return true;
      const count = counts.get(call.name) ?? 0;
      numbers.set(call.key, count);
      counts.set(call.name, count + 1);
      return false;
    });
  }
  const [stuck] = waiting;
  if (stuck !== undefined) {
    const [layer] = stuck.tensors.find((tensor) => !numbers.has(key(tensor)))!;
    throw new Error(
      `Expected layers that get their inputs from layers before them but found that ` +
        `"${stuck.name}" waits for "${layer}" in ${where}`,
    );
  }
  return (tensor) => {
    const number = numbers.get(key(tensor));
    if (number === undefined) {
      throw new Error(`Expected a call of a layer but found ${tensor.join("/")} in ${where}`);
    }
    return [tensor[0], number, tensor[2]];
  };
}
