import { attackOf } from "@lib/attack/attacks.ts";
import type { AttackChoice } from "@lib/attack/attack.ts";
import { chosen } from "@lib/environment.ts";
import { ARCHITECTURES } from "@lib/network/architectures.ts";
import { DEFENSES } from "@lib/peers/defenses.ts";
import { type Experiment, paperExperiment } from "@lib/study/experiment.ts";

/** A sweep: every data set × architecture × attack × seed is a network, and each meets every defense. */
export interface Sweep {
  /** In the list of data sets. */
  data: string[];
  /** In the list of architectures. */
  architectures: string[];
  /**
   * By a name of letters, digits and underscores: what differs from the paper's, FTrojan's parameters one by
   * one; and the epochs of the training, where they are not the data set's.
   */
  attacks: Record<string, Partial<AttackChoice<object>> & { epochs?: number }>;
  seeds: number[];
  /** In the list of defenses. */
  defenses: string[];
  /** Rows that are left out: patterns of their names, in which * is anything. */
  without?: string[];
}

/** A network of a sweep. */
export interface SweepRow {
  /** Such as "gtsrb-paper-ftrojan-1". */
  id: string;
  /** Its name but for the seed: what is averaged over seeds. */
  group: string;
  experiment: Experiment<object>;
}

/**
 * The networks of a sweep, in its order.
 *
 * @param sweep What is combined.
 * @returns One row a network.
 * @throws {Error} If a list is missing, or a name is not known or of other signs than letters, digits and
 * underscores.
 * @example
 * ```ts
 * import { paperExperiment } from "@lib/study/experiment.ts";
 * import { sweepRows } from "@lib/study/sweep.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const lists = { data: ["quick"], architectures: ["paper"], defenses: ["CLP"], without: ["*-1"] };
 * const rows = sweepRows({ ...lists, attacks: { ftrojan: {} }, seeds: [1, 2] });
 * assertEquals(rows.map(({ id }) => id), ["quick-paper-ftrojan-2"]);
 * assertEquals(rows[0]!.experiment, paperExperiment("quick", 2));
 * ```
 */
export function sweepRows(sweep: Sweep): SweepRow[] {
  const missing = (["data", "architectures", "attacks", "seeds", "defenses"] as const)
    .find((list) => sweep[list] === undefined);
  if (missing) throw new Error(`Expected a list of ${missing} but found none`);
  sweep.defenses.forEach((name) => chosen(DEFENSES, name, "a defense"));
  const patterns = (sweep.without ?? []).map(patternOf);
  const rows = sweep.data.flatMap((data) =>
    sweep.architectures.flatMap((architecture) =>
      Object.entries(sweep.attacks).flatMap(([name, { epochs, ...change }]) =>
        sweep.seeds.map((seed): SweepRow => {
          const group = [data, architecture, name].join("-");
          const { attack: papers, recipe, ...paper } = paperExperiment(data, seed);
          const attack = { ...papers, ...change };
          if (attack.name === papers.name) {
            attack.parameters = { ...papers.parameters, ...change.parameters };
          }
          const experiment = {
            ...{ ...paper, architecture, attack },
            recipe: { ...recipe, epochs: epochs ?? recipe.epochs },
          };
          return { id: `${group}-${seed}`, group, experiment };
        })
      )
    )
  );
  Object.entries(sweep.attacks).forEach(([name, change]) => requireChange(name, change));
  for (const { id, experiment } of rows) requireKnown(id, experiment);
  const twice = rows.find(({ id }, index) => rows.findIndex((row) => row.id === id) < index);
  if (twice) throw new Error(`Expected each network once but found ${twice.id} twice`);
  return rows.filter(({ id }) => !patterns.some((pattern) => pattern.test(id)));
}

/** The same for all data, but for its target. */
const PAPER_ATTACK = paperExperiment("quick").attack;

/** What an attack may differ in from it. */
const CHANGES = ["name", "parameters", "target", "injectionRate", "epochs"];

/** A misspelt change would train the paper's own attack. */
function requireChange(name: string, change: Sweep["attacks"][string]): void {
  const isOwn = change.name === undefined || change.name === PAPER_ATTACK.name;
  if (!isOwn && change.parameters === undefined) {
    throw new Error(`Expected parameters of ${change.name} but found none in ${name}`);
  }
  const parameters = isOwn ? Object.keys(change.parameters ?? {}) : [];
  const unknown = [
    ...Object.keys(change).filter((key) => !CHANGES.includes(key)),
    ...parameters.filter((key) => !Object.hasOwn(PAPER_ATTACK.parameters, key)),
  ];
  if (unknown.length === 0) return;
  const known = isOwn ? [...CHANGES, ...Object.keys(PAPER_ATTACK.parameters)] : CHANGES;
  throw new Error(`Expected one of ${known.join(", ")} but found "${unknown[0]}" in ${name}`);
}

/** Mistakes in a sweep are said before anything is trained. */
function requireKnown(
  id: string,
  { architecture, attack, seed, recipe }: Experiment<object>,
): void {
  chosen(ARCHITECTURES, architecture, "an architecture");
  attackOf(attack.name);
  if (!(attack.injectionRate >= 0 && attack.injectionRate <= 1)) {
    throw new Error(`Expected an injection rate in 0–1 but found ${attack.injectionRate} in ${id}`);
  }
  if (!/^\w+-\w+-\w+-\d+$/.test(id)) {
    throw new Error(`Expected a name of letters, digits and underscores but found ${id}`);
  }
  for (const [what, number] of Object.entries({ seed, epochs: recipe.epochs })) {
    if (Number.isInteger(number) && number > 0) continue;
    throw new Error(`Expected ${what} to be a whole number from 1 on but found ${number} in ${id}`);
  }
}

function patternOf(text: string): RegExp {
  const parts = text.split("*").map((part) => part.replace(/[^\w-]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`);
}

/**
 * Reads a sweep.
 *
 * @param file JSON.
 * @returns The sweep, whose names are all known.
 * @throws {Error} If the file cannot be read, or as {@link sweepRows}; names the file.
 * @example
 * ```ts
 * import { ROOT } from "@lib/environment.ts";
 * import { readSweep } from "@lib/study/sweep.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * assertEquals((await readSweep(`${ROOT}/sweep/sweep.json`)).seeds, [1, 2, 3]);
 * ```
 */
export async function readSweep(file: string): Promise<Sweep> {
  try {
    const sweep: Sweep = JSON.parse(await Deno.readTextFile(file));
    sweepRows(sweep);
    return sweep;
  } catch (error) {
    throw new Error(`Expected a sweep in ${file} but found: ${(error as Error).message}`);
  }
}
