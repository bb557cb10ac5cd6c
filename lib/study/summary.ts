import { outputPath } from "@lib/environment.ts";
import { exists, locked, writeWhole } from "@lib/files.ts";

/** A JSON object. */
export type Json = { [key: string]: unknown };

/**
 * Puts results into `outputs/<data>/summary.json`, beside what is there already.
 *
 * @param data The data set's name.
 * @param part What to put in: keys and the keys below them are merged, what is there is replaced.
 * @returns The whole summary.
 * @throws {Error} If what is there is no JSON object.
 * @example
 * ```ts ignore
 * await addToSummary("gtsrb", { badNet: { cleanAccuracy: 0.98 } });
 * ```
 */
export async function addToSummary(data: string, part: Json): Promise<Json> {
  return await addTo(outputPath(data, "summary.json"), part);
}

/**
 * All results of a data set so far.
 *
 * @param data The data set's name.
 * @returns What `outputs/<data>/summary.json` holds; nothing if there is none.
 * @throws {Error} If the file is no JSON object.
 */
export async function readSummary(data: string): Promise<Json> {
  return await readJson(outputPath(data, "summary.json"));
}

/**
 * Puts results into a file of JSON; of several processes that do so at once, none loses another's.
 *
 * @param file Made if it is not there.
 * @param part What to put in: keys and the keys below them are merged, what is there is replaced.
 * @returns All that is in the file now.
 * @throws {Error} If what is there is no JSON object.
 * @example
 * ```ts
 * import { addTo } from "@lib/study/summary.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const file = `${await Deno.makeTempDir()}/summary.json`;
 * await addTo(file, { seeds: { one: 1 } });
 * assertEquals(await addTo(file, { seeds: { two: 2 } }), { seeds: { one: 1, two: 2 } });
 * ```
 */
export async function addTo(file: string, part: Json): Promise<Json> {
  using _lock = await locked(file);
  const summary = merged(await readJson(file), part);
  const text = JSON.stringify(summary, null, 2)
    // a channel order on one line reads better than on 128
    .replace(/\[[\s\d,.]+\]/g, (numbers) => numbers.replace(/\s+/g, " "));
  await writeWhole(file, text + "\n");
  return summary;
}

async function readJson(file: string): Promise<Json> {
  if (!await exists(file)) return {};
  const text = await Deno.readTextFile(file);
  try {
    const summary: unknown = JSON.parse(text);
    if (isObject(summary)) return summary;
    throw new Error(Array.isArray(summary) ? "an array" : String(summary));
  } catch (error) {
    throw new Error(`Expected a JSON object but found ${(error as Error).message} in ${file}`);
  }
}

const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function merged(old: Json, part: Json): Json {
  const result = { ...old };
  for (const [key, value] of Object.entries(part)) {
    const before = result[key];
    result[key] = isObject(before) && isObject(value) ? { ...before, ...value } : value;
  }
  return result;
}
