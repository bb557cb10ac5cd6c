/**
 * Where the repository is and what its environment says; nothing here needs the set-up to have run.
 *
 * @module
 */
import { join } from "node:path";

/** The repository's folder. */
export const ROOT: string = join(import.meta.dirname!, "..");

/** Name of the environment variable that chooses what notebooks run on. */
export const DATASET_VARIABLE = "FREQUENCY_BACKDOOR_DATASET";

/** Where images and archives are looked for, in this order; downloads go to the first. */
export const DATA_FOLDERS: readonly string[] = [
  join(ROOT, "data"),
  join(ROOT, "..", "shared", "data"),
];

/**
 * Where results are: `outputs/<name>/…`.
 *
 * @param name The data set's name, below which everything of its experiments lies.
 * @param parts Path below its folder.
 * @returns An absolute path, whatever the working directory.
 * @example
 * ```ts
 * import { outputPath } from "@lib/environment.ts";
 * import { assert } from "@lib/std/assert.ts";
 *
 * assert(outputPath("gtsrb", "summary.json").endsWith("outputs/gtsrb/summary.json"));
 * ```
 */
export function outputPath(name: string, ...parts: string[]): string {
  return join(ROOT, "outputs", name, ...parts);
}

/**
 * What a list has under a name.
 *
 * @param list Things by name.
 * @param name Which.
 * @param what What things they are, with article, for the error.
 * @returns The thing.
 * @throws {Error} If there is none of that name; tells the names there are.
 * @example
 * ```ts
 * import { chosen } from "@lib/environment.ts";
 * import { assertThrows } from "@lib/std/assert.ts";
 *
 * const list = { one: 1, two: 2 };
 * assertThrows(() => chosen(list, "toString", "a number"), Error, 'of one, two but found "toString"');
 * ```
 */
export function chosen<Thing>(list: Record<string, Thing>, name: string, what: string): Thing {
  if (Object.hasOwn(list, name)) return list[name]!;
  const known = Object.keys(list).join(", ");
  throw new Error(`Expected ${what} of ${known} but found "${name}"`);
}
