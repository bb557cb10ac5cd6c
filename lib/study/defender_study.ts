/**
 * The defender's way on many networks, and beside other defenses: one row each for the tables. What is
 * in the summary already is not computed again.
 *
 * @module
 */
import { outputPath } from "@lib/environment.ts";
import { anyTrigger, type TriggerParameters } from "@lib/attack/any_trigger.ts";
import { type Coefficient, coefficientsOf } from "@lib/attack/spectrum_trigger.ts";
import type { Dataset } from "@lib/study/dataset.ts";
import { defend, sample } from "@lib/recovery/defend.ts";
import type { Diagnosis } from "@lib/recovery/diagnosis.ts";
import { type Rates, ratesOf, type RepairedRates, repairedRates } from "@lib/attack/rates.ts";
import { pruneChannels } from "@lib/pruning/repair.ts";
import { unlearn } from "@lib/recovery/unlearning.ts";
import { loadBadNet } from "@lib/study/bad_net.ts";
import type { Setting } from "@lib/study/experiment.ts";
import type { tf } from "@lib/network/tensorflow.ts";
import {
  availableNetworks,
  badNets,
  controls,
  otherAttacks,
  type StudyNetwork,
} from "@lib/study/study.ts";
import { addToSummary, type Json, readSummary } from "@lib/study/summary.ts";

/** How many clean images a defender has. */
export const CLEAN_IMAGES = 1000;

/** What a defender found on a network and what came of it; shares from 0 to 1, on test. */
export interface DefenderRow {
  title: string;
  /** The attacker's class; none for a network that is not attacked. */
  target?: number;
  /** The class found, if any. */
  suspected?: number;
  /** Of the class with the smallest working trigger. */
  outlierIndex: number;
  /** L1 norm of that trigger, in levels. */
  norm: number;
  /** Its strongest coefficients, at most four, and how many there are. */
  coefficients: Coefficient[];
  coefficientCount: number;
  /** The network as it came. */
  before: Rates;
  /** Channels pruned against the recovered triggers; none without a suspect. */
  pruned?: RepairedRates & { channelsPruned: number };
  /** The recovered triggers unlearned instead; none without a suspect. */
  unlearned?: RepairedRates;
  cleanImages: number;
  /** From the network to the verdict, and where there is a suspect to the chosen channels, or to the
   * network that unlearned. */
  seconds: { found: number; pruned?: number; unlearned?: number };
}

/**
 * A result from the summary, or else computed and put there.
 *
 * @param setting Which experiment's summary.
 * @param part Its first key.
 * @param name The key below it.
 * @param make Computes the result.
 * @returns The result, as JSON gives it back.
 * @example
 * ```ts ignore
 * const row = await remembered("gtsrb", "recovery", "badnet", () => rowOf(network));
 * ```
 */
export async function remembered<Result extends object>(
  setting: Setting,
  part: string,
  name: string,
  make: () => Promise<Result>,
): Promise<Result> {
  const known = (await readSummary(setting))[part] as Json | undefined;
  if (known?.[name] !== undefined) return known[name] as Result;
  const result = await make();
  await addToSummary(setting, { [part]: { [name]: result } });
  return result;
}

/**
 * The defender's way on one network of the study.
 *
 * @param study The network; attacked with its own trigger for the report.
 * @param dataset Its images: the defender's are drawn from the validation half, the report is on test.
 * @param cleanImages How many the defender has.
 * @param seed Of their draw.
 * @returns The row.
 * @throws {Error} As {@link defend} and if the network is not there.
 * @example
 * ```ts ignore
 * const row = await defenderRow(badNets("gtsrb")[0]!, dataset);
 * ```
 */
export async function defenderRow(
  { name, title, experiment }: StudyNetwork<TriggerParameters>,
  dataset: Dataset,
  cleanImages = CLEAN_IMAGES,
  seed = 1,
): Promise<DefenderRow> {
  const { network } = await loadBadNet(outputPath(experiment.setting, name), experiment);
  try {
    const clean = sample(dataset.validationHalf, cleanImages, seed);
    const trigger = anyTrigger(experiment.trigger);
    const measured = (network: tf.LayersModel): Promise<Rates> =>
      ratesOf(network, dataset.testHalf, trigger, experiment.target);
    const before = await measured(network);
    const { diagnosis, recovered, channels, seconds } = await defend(network, clean);
    const row = {
      title,
      ...(experiment.injectionRate > 0 ? { target: experiment.target } : {}),
      ...foundIn(diagnosis),
      before,
      cleanImages: clean.labels.length,
    };
    if (channels === undefined) return { ...row, seconds };
    const pruned = await pruneChannels(network, channels);
    const start = performance.now();
    const unlearned = await unlearn(network, clean, recovered);
    const unlearning = (performance.now() - start) / 1000;
    const repaired = {
      pruned: { ...repairedRates(before, await measured(pruned)), channelsPruned: channels.length },
      unlearned: repairedRates(before, await measured(unlearned)),
    };
    for (const each of [pruned, unlearned]) each.dispose();
    return { ...row, ...repaired, seconds: { ...seconds, unlearned: seconds.found + unlearning } };
  } finally {
    network.dispose();
  }
}

function foundIn(
  { smallest, suspect, indices }: Diagnosis,
): Pick<DefenderRow, "suspected" | "outlierIndex" | "norm" | "coefficients" | "coefficientCount"> {
  const coefficients = coefficientsOf(smallest.spectrum);
  return {
    ...(suspect ? { suspected: suspect.label } : {}),
    outlierIndex: indices[smallest.label]!,
    norm: smallest.norm,
    coefficients: coefficients.slice(0, 4),
    coefficientCount: coefficients.length,
  };
}

/** The rows of the three tables, by the networks' names. */
export interface DefenderTables {
  /** The BadNets of all seeds, and the controls. */
  recovery: DefenderRow[];
  /** The notebooks' BadNet with fewer clean images. */
  fewerImages: DefenderRow[];
  /** Other attacks. */
  generality: DefenderRow[];
}

/** The other numbers of clean images that a defender may have. */
export const FEWER_IMAGES: readonly number[] = [10, 50, 200];

/**
 * All rows for the networks that have been trained.
 *
 * @param setting Which experiment.
 * @param dataset Its images.
 * @param onRow Told of each network, how many are done and how many there are.
 * @returns The rows of the tables; they are also in the summary.
 * @example
 * ```ts ignore
 * const { recovery } = await defenderTables("gtsrb", dataset);
 * ```
 */
export async function defenderTables(
  setting: Setting,
  dataset: Dataset,
  onRow: (row: DefenderRow, done: number, total: number) => void | Promise<void> = () => {},
): Promise<DefenderTables> {
  const seeds = await availableNetworks(badNets(setting));
  const task = (
    study: StudyNetwork<TriggerParameters>,
    count = CLEAN_IMAGES,
  ): { study: typeof study; count: number } => ({ study, count });
  const tasks = {
    recovery: [...seeds, ...await availableNetworks(controls(setting))].map((study) => task(study)),
    // the quick setting only shows that all works
    fewerImages: seeds.slice(0, setting === "quick" ? 0 : 1)
      .flatMap((study) => FEWER_IMAGES.map((count) => task(study, count))),
    generality: (await availableNetworks(otherAttacks(setting))).map((study) => task(study)),
  };
  const total = Object.values(tasks).flat().length;
  const tables: DefenderTables = { recovery: [], fewerImages: [], generality: [] };
  let done = 0;
  for (const part of ["recovery", "fewerImages", "generality"] as const) {
    for (const { study, count } of tasks[part]) {
      const name = part === "fewerImages" ? String(count) : study.name;
      const make = (): Promise<DefenderRow> => defenderRow(study, dataset, count);
      const row = await remembered(setting, part, name, make);
      tables[part].push(row);
      await onRow(row, ++done, total);
    }
  }
  return tables;
}
