import { exists } from "@lib/files.ts";
import { type NamedArrays, readSafetensors, writeSafetensors } from "@lib/network/safetensors.ts";
import { join } from "@lib/std/path.ts";

/** What an attack found on its way and its trigger is made from besides its parameters: arrays by name. */
export type Kept = NamedArrays["arrays"];

const FILE = "trigger.safetensors";

/**
 * Writes what a trigger is made from beside the attacked network, whole or not at all.
 *
 * @param folder The network's.
 * @param kept Nothing is written if there is none.
 * @example
 * ```ts
 * import { readKept, writeKept } from "@lib/attack/kept.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const folder = await Deno.makeTempDir();
 * const kept = { pattern: { shape: [1, 1, 3], values: Float32Array.of(255, 0, 7) } };
 * assertEquals(await readKept(folder), {});
 * await writeKept(folder, kept);
 * assertEquals(await readKept(folder), kept);
 * ```
 */
export async function writeKept(folder: string, kept: Kept): Promise<void> {
  if (Object.keys(kept).length === 0) return;
  await writeSafetensors(join(folder, FILE), { arrays: kept, metadata: {} });
}

/**
 * Reads what a trigger is made from.
 *
 * @param folder The attacked network's.
 * @returns Arrays by name; none if the attack has none.
 * @throws {Error} If the file is damaged; names it.
 * @example See {@link writeKept}.
 */
export async function readKept(folder: string): Promise<Kept> {
  const file = join(folder, FILE);
  return await exists(file) ? (await readSafetensors(file)).arrays : {};
}

/**
 * One of the arrays that a trigger is made from.
 *
 * @param kept As it lies beside the network.
 * @param name Which.
 * @param shape Its size along each axis; −1 for any.
 * @returns Its values, row-major.
 * @throws {Error} If there is none of that name and shape.
 * @example
 * ```ts
 * import { keptArray } from "@lib/attack/kept.ts";
 * import { assertThrows } from "@lib/std/assert.ts";
 *
 * assertThrows(() => keptArray({}, "patch", [8, 8, 3]), Error, "Expected patch of shape [8,8,3]");
 * ```
 */
export function keptArray(kept: Kept, name: string, shape: readonly number[]): Float32Array {
  const found = kept[name];
  const fits = found?.shape.length === shape.length &&
    shape.every((size, axis) => size === -1 || size === found.shape[axis]);
  if (fits) return found.values;
  throw new Error(
    `Expected ${name} of shape [${shape}] beside the network, in ${FILE}, but found ` +
      (found ? `[${found.shape}]` : "none"),
  );
}
