import { type Rates, ratesOf } from "@lib/attack/rates.ts";
import { poisoningIn } from "@lib/attack/attacks.ts";
import { canonical } from "@lib/canonical.ts";
import type { Dataset } from "@lib/data/dataset.ts";
import { outputPath } from "@lib/environment.ts";
import { exists, md5Of, writeWhole } from "@lib/files.ts";
import { disposeNetwork } from "@lib/network/copy_network.ts";
import type { TrainingHooks } from "@lib/network/train.ts";
import { badNet } from "@lib/study/bad_net.ts";
import {
  type DefenseDepends,
  defenseDepends,
  type DefenseRow,
  measureDefense,
} from "@lib/study/defense_rows.ts";
import type { Experiment } from "@lib/study/experiment.ts";
import { networkFolder } from "@lib/study/network_folder.ts";
import { type Sweep, type SweepRow, sweepRows } from "@lib/study/sweep.ts";

/** What made a result: versions, device, threads. It is kept, and decides nothing. */
export type MadeBy = Record<string, string | number>;

/** What is kept of a sweep's network, in one small file. */
export interface NetworkResult {
  experiment: Experiment<object>;
  /** Below `outputs/`. */
  folder: string;
  /** MD5 of its weights. */
  weights: string;
  /** Checksums of the data. */
  images: Dataset["checksums"];
  /** As it came; on test. */
  before: Rates;
  /** Of its training. */
  seconds: number;
  madeBy: MadeBy;
}

/** What is kept of a defense on it, in another one. */
export interface DefenseResult {
  depends: DefenseDepends;
  row: DefenseRow;
  madeBy: MadeBy;
}

/**
 * Where a result of a sweep lies.
 *
 * @param results The sweep's folder.
 * @param row The network's name.
 * @param what "network", or a defense of the list.
 * @returns A file's path.
 * @example
 * ```ts
 * import { resultFile } from "@lib/study/sweep_results.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const file = resultFile("outputs/sweep", "gtsrb-paper-ftrojan-1", "CLP");
 * assertEquals(file, "outputs/sweep/gtsrb-paper-ftrojan-1/CLP.json");
 * ```
 */
export function resultFile(results: string, row: string, what: string): string {
  return `${results}/${row}/${what}.json`;
}

/**
 * Trains a sweep's network, or goes on with its training, or takes the one that is there; measures it on
 * test and keeps what came out.
 *
 * @param results The sweep's folder.
 * @param row Which.
 * @param dataset Its images.
 * @param madeBy Kept with it.
 * @param hooks Told how the training goes.
 * @throws {Error} If what is there is damaged, or as {@link badNet}.
 * @example
 * ```ts ignore
 * const [row] = sweepRows(await readSweep(`${ROOT}/sweep/sweep.json`));
 * await keepNetwork(outputPath("sweep"), row!, dataset, versions());
 * await keepDefense(outputPath("sweep"), row!, "CLP", dataset, versions());
 * ```
 */
export async function keepNetwork(
  results: string,
  { id, experiment }: SweepRow,
  dataset: Dataset,
  madeBy: MadeBy,
  hooks: Pick<TrainingHooks, "onEpoch"> = {},
): Promise<void> {
  const { network, history } = await badNet(experiment, dataset, hooks);
  const folder = networkFolder(experiment);
  const { trigger, target } = await poisoningIn(outputPath(folder), experiment.attack);
  const before = await ratesOf(network, dataset.testHalf, trigger, target);
  disposeNetwork(network);
  const weights = await md5Of(outputPath(folder, "weights.bin"));
  const seconds = history.reduce((sum, epoch) => sum + epoch.seconds, 0);
  const images = dataset.checksums;
  const result: NetworkResult = { experiment, folder, weights, images, before, seconds, madeBy };
  await writeWhole(resultFile(results, id, "network"), asText(result));
}

/**
 * Runs a defense on a sweep's network, and keeps what came out.
 *
 * @param results The sweep's folder.
 * @param row Which.
 * @param name The defense, in the list.
 * @param dataset The images.
 * @param madeBy Kept with it.
 * @throws {Error} If the network is not there or damaged, or was measured on other data, or there is no such
 * defense.
 * @example See {@link keepNetwork}.
 */
export async function keepDefense(
  results: string,
  { id, experiment }: SweepRow,
  name: string,
  dataset: Dataset,
  madeBy: MadeBy,
): Promise<void> {
  const file = resultFile(results, id, "network");
  const measured = await readResult<NetworkResult>(file);
  if (measured && canonical(measured.images) !== canonical(dataset.checksums)) {
    throw new Error(`Expected the data of ${file} but found others: it is to be moved away first`);
  }
  const folder = networkFolder(experiment);
  const weights = await md5Of(outputPath(folder, "weights.bin"));
  const depends = defenseDepends(experiment, name, weights, dataset.checksums);
  const row = await measureDefense(folder, experiment, name, dataset);
  const result: DefenseResult = { depends, row, madeBy };
  await writeWhole(resultFile(results, id, name), asText(result));
}

const asText = (result: object): string => JSON.stringify(result, null, 2) + "\n";

/** What is known of a row: nothing of what was never computed, is damaged, or is of something else. */
export interface FoundResults {
  row: SweepRow;
  network?: NetworkResult;
  /** By defense. */
  defenses: Record<string, DefenseResult>;
  /** Files that are there but not taken, each with the reason. */
  misfits: { file: string; why: string }[];
}

/**
 * Reads the results of a sweep. A result is taken only if all that decided it is the same today: experiment,
 * settings, the digest of the weights; and its data are those of the network's own result.
 *
 * @param sweep Which.
 * @param results Its folder.
 * @returns For each network, in the sweep's order, what fits and what does not.
 * @throws {Error} As `sweepRows`.
 * @example See {@link sweepLines}.
 */
export async function sweepResults(sweep: Sweep, results: string): Promise<FoundResults[]> {
  const found: FoundResults[] = [];
  for (const row of sweepRows(sweep)) found.push(await resultsOf(results, row, sweep.defenses));
  return found;
}

/** What a file holds; none if it is not there, cannot be read, or holds null. */
const readResult = <Result extends object>(file: string): Promise<Result | undefined> =>
  Deno.readTextFile(file).then((text) => JSON.parse(text) ?? undefined).catch(() => undefined);

async function resultsOf(
  results: string,
  row: SweepRow,
  defenses: readonly string[],
): Promise<FoundResults> {
  const { id, experiment } = row;
  const found: FoundResults = { row, defenses: {}, misfits: [] };
  const read = async <Result extends object>(
    what: string,
    faultOf: (result: Result) => string | undefined,
  ) => {
    const file = resultFile(results, id, what);
    if (!await exists(file)) return undefined;
    const result = await readResult<Result>(file);
    const why = result === undefined ? "it is no whole JSON" : faultOf(result);
    if (why === undefined) return result;
    found.misfits.push({ file, why });
  };
  const file = outputPath(networkFolder(experiment), "weights.bin");
  const there = await exists(file) ? await md5Of(file) : undefined;
  found.network = await read<NetworkResult>("network", (result) => {
    if (canonical(result.experiment) !== canonical(experiment)) return "its experiment is another";
    if (there !== undefined && result.weights !== there) return "the network has other weights";
  });
  const weights = there ?? found.network?.weights ?? "";
  for (const name of defenses) {
    const result = await read<DefenseResult>(name, ({ depends }) => {
      const images = found.network?.images ?? depends?.images;
      const today = defenseDepends(experiment, name, weights, images);
      if (canonical(depends) !== canonical(today)) return "what it depends on has changed";
    });
    if (result) found.defenses[name] = result;
  }
  return found;
}
