import { poisoningIn } from "@lib/attack/attacks.ts";
import type { Rates } from "@lib/attack/rates.ts";
import type { Dataset } from "@lib/data/dataset.ts";
import { DATASETS } from "@lib/data/datasets.ts";
import { chosen, outputPath } from "@lib/environment.ts";
import type { Verdict } from "@lib/recovery/defense.ts";
import type { Way } from "@lib/recovery/frequency_recovery.ts";
import { isAttackersFrequency } from "@lib/study/found_trigger.ts";
import { CLEAN_IMAGES, type DefenseRow, defenseRow } from "@lib/study/defense_rows.ts";
import { availableNetworks, isAttacked, type StudyNetwork } from "@lib/study/networks.ts";
import { type StudyParts, studyParts } from "@lib/study/study_networks.ts";

/** What frequency recovery found on a network and what came of it; shares from 0 to 1, on test. */
export interface RecoveryRow extends Verdict {
  title: string;
  /** The attacker's class; none for a clean network or a control. */
  target?: number;
  /** Whether what was found lies at the attacker's own frequency, and not just at its class; none where
   * there is no such frequency, or nothing was found. */
  atAttackers?: boolean;
  /** The network as it came. */
  before: Rates;
  /** What each way of repair makes of it against the recovered triggers; none without a suspect. */
  repaired: Partial<Record<Way, DefenseRow["repaired"][number]>>;
  cleanImages: number;
  /** From the network to the verdict. */
  seconds: number;
}

/** Whether the attacker's class was found. */
export const isRight = ({ suspected, target }: RecoveryRow): boolean =>
  suspected !== undefined && suspected === target;

/**
 * Frequency recovery on one network of the study.
 *
 * @param study The network.
 * @param dataset Its images.
 * @param cleanImages How many the defender has.
 * @param draw Which draw of so many: its seed.
 * @returns The row.
 * @throws {Error} If the network is not there.
 */
async function recoveryRow(
  study: StudyNetwork<object>,
  dataset: Dataset,
  cleanImages = CLEAN_IMAGES,
  draw = 1,
): Promise<RecoveryRow> {
  const row = await defenseRow(study, "frequency recovery", dataset, cleanImages, draw);
  const { data, attack } = study.experiment;
  const folder = outputPath(data.name, study.name);
  const { trigger, target } = await poisoningIn(folder, attack);
  const { suspected, coefficients } = row.verdict!;
  const attacked = isAttacked(study);
  const found = attacked && suspected === target ? coefficients : [];
  const atAttackers = isAttackersFrequency(found, trigger, dataset.testHalf);
  return {
    ...row.verdict!,
    title: study.title,
    ...(atAttackers !== undefined && { atAttackers }),
    ...(attacked ? { target } : {}),
    before: row.before,
    repaired: Object.fromEntries(row.repaired.map((each) => [each.way, each])),
    cleanImages: row.cleanImages,
    seconds: row.seconds,
  };
}

/** The rows of the tables. */
export interface RecoveryTables extends StudyParts<RecoveryRow> {
  /** The notebooks' BadNet with fewer clean images, several draws of each number. */
  fewerImages: RecoveryRow[];
}

/** The other numbers of clean images that a defender may have, and how often each is drawn. */
const FEWER_IMAGES: readonly number[] = [10, 50, 200];
const DRAWS = 5;

/**
 * All rows for the networks that have been trained.
 *
 * @param data The data set's name.
 * @param dataset Its images.
 * @param onRow Told of each network, how many are done and how many there are.
 * @returns The rows of the tables.
 * @example
 * ```ts ignore
 * const { recovery } = await recoveryTables("gtsrb", dataset);
 * ```
 */
export async function recoveryTables(
  data: string,
  dataset: Dataset,
  onRow: (row: RecoveryRow, done: number, total: number) => void | Promise<void> = () => {},
): Promise<RecoveryTables> {
  const parts = studyParts(data);
  const { isSynthetic } = chosen(DATASETS, data, "a data set");
  const fewer = isSynthetic ? [] : FEWER_IMAGES; // on synthetic images it says nothing
  const [badNet] = parts.recovery;
  type Task = [keyof RecoveryTables, StudyNetwork<object>, count?: number, draw?: number];
  const all = [
    ...(Object.keys(parts) as (keyof typeof parts)[])
      .flatMap((part) => parts[part].map((study): Task => [part, study])),
    ...fewer.flatMap((count) =>
      Array.from({ length: DRAWS }, (_, draw): Task => ["fewerImages", badNet!, count, draw + 1])
    ),
  ];
  const there = await availableNetworks(Object.values(parts).flat());
  const tasks = all.filter(([, study]) => there.includes(study));
  const tables: RecoveryTables = {
    ...{ recovery: [], generality: [], architectures: [], recipes: [], clean: [] },
    fewerImages: [],
  };
  for (const [index, [part, study, count, draw]] of tasks.entries()) {
    const row = await recoveryRow(study, dataset, count, draw);
    tables[part].push(row);
    await onRow(row, index + 1, tasks.length);
  }
  return tables;
}
