import { digestOf } from "@lib/canonical.ts";
import { addToSummary, type Json, readSummary } from "@lib/study/summary.ts";

/**
 * A result from the summary, if what it depends on is the same; else computed and put there.
 *
 * @param data The data set's name: whose summary.
 * @param part The summary's key.
 * @param name The key below it.
 * @param dependsOn All that decides the result, as JSON holds it; its digest is kept with the result.
 * @param make Computes the result.
 * @returns The result, as JSON gives it back.
 */
export async function remembered<Result extends object>(
  data: string,
  part: string,
  name: string,
  dependsOn: object,
  make: () => Promise<Result>,
): Promise<Result> {
  const key = digestOf(dependsOn);
  const rows = (await readSummary(data))[part] as Json | undefined;
  const known = rows?.[name] as Result & { key: string } | undefined;
  if (known?.key === key) return known;
  const result = { ...await make(), key };
  await addToSummary(data, { [part]: { [name]: result } });
  return result;
}
