import { digestOf } from "@lib/canonical.ts";
import type { Dataset } from "@lib/data/dataset.ts";
import { outputPath } from "@lib/environment.ts";
import { md5Of } from "@lib/files.ts";
import { type LoadedBadNet, withBadNet } from "@lib/study/bad_net.ts";
import type { Experiment } from "@lib/study/experiment.ts";
import { networkFolder } from "@lib/study/network_folder.ts";
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

/** The split that a result is of, to decide it too; the first was once the only one, and is not named. */
export const splitOf = (seed: number): { split?: number } => seed === 1 ? {} : { split: seed };

/**
 * The same of an attacked network: what it comes to depends on its experiment, weights and data too.
 *
 * @param experiment Whose network; the name of its folder is the key below the part.
 * @param dataset Its images.
 * @param part The summary's key.
 * @param dependsOn What else decides the result, as JSON holds it.
 * @param measure Computes the result from the network, which is disposed then.
 * @returns The result, as JSON gives it back.
 * @throws {Error} If the network is not there.
 */
export async function rememberedOf<Result extends object>(
  experiment: Experiment<object>,
  { checksums: images, seed }: Dataset,
  part: string,
  dependsOn: object,
  measure: (attacked: LoadedBadNet) => Promise<Result>,
): Promise<Result> {
  const [folder, data] = [networkFolder(experiment), experiment.data.name];
  const weights = await md5Of(outputPath(folder, "weights.bin"));
  const make = (): Promise<Result> => withBadNet(folder, experiment, measure);
  const name = folder.slice(data.length + 1);
  const depends = { experiment, weights, images, ...splitOf(seed), ...dependsOn };
  return await remembered(data, part, name, depends, make);
}
