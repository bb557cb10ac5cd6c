import { outputPath } from "@lib/environment.ts";
import type { Setting } from "@lib/study/experiment.ts";
import { exists, writeWhole } from "@lib/files.ts";

/**
 * Puts results into `outputs/<setting>/summary.json`, beside what is there already.
 *
 * @param setting Which experiment.
 * @param part What to put in; objects are merged key by key, everything else is replaced.
 * @returns The whole summary.
 * @throws {Error} If what is there is no JSON object.
 * @example
 * ```ts ignore
 * await addToSummary("gtsrb", { badNet: { cleanAccuracy: 0.98 } });
 * ```
 */
export async function addToSummary(setting: Setting, part: Json): Promise<Json> {
  const summary = merged(await readSummary(setting), part);
  const text = JSON.stringify(summary, null, 2)
    // a channel order on one line reads better than on 128
    .replace(/\[[\s\d,.]+\]/g, (numbers) => numbers.replace(/\s+/g, " "));
  await writeWhole(outputPath(setting, "summary.json"), text + "\n");
  return summary;
}

/**
 * All results of an experiment so far.
 *
 * @param setting Which experiment.
 * @returns What `outputs/<setting>/summary.json` holds; nothing if there is none.
 * @throws {Error} If the file is no JSON object.
 * @example
 * ```ts ignore
 * const { badNet } = await readSummary("gtsrb");
 * ```
 */
export async function readSummary(setting: Setting): Promise<Json> {
  const file = outputPath(setting, "summary.json");
  if (!await exists(file)) return {};
  const text = await Deno.readTextFile(file);
  try {
    const summary: unknown = JSON.parse(text);
    if (isObject(summary)) return summary;
    throw new Error(typeof summary);
  } catch (error) {
    throw new Error(`Expected a JSON object but found ${(error as Error).message} in ${file}`);
  }
}

/** A JSON object. */
export type Json = { [key: string]: unknown };

const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function merged(old: Json, part: Json): Json {
  const result = { ...old };
  for (const [key, value] of Object.entries(part)) {
    const before = result[key];
    result[key] = isObject(before) && isObject(value) ? merged(before, value) : value;
  }
  return result;
}
