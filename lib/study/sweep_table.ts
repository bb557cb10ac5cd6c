/**
 * A sweep's results as a tidy table of plain numbers, and as means over seeds.
 *
 * @module
 */
import { DATASETS } from "@lib/data/datasets.ts";
import type { Table } from "@lib/figures/table_bundle.ts";
import { type RepairedRates, unrepaired, wayName } from "@lib/study/defense_rows.ts";
import { otherAttacks } from "@lib/study/other_attacks.ts";
import { spreadOf } from "@lib/study/order_tables.ts";
import type { Sweep, SweepRow } from "@lib/study/sweep.ts";
import { type FoundResults, sweepResults } from "@lib/study/sweep_results.ts";

/** What a defense, in one of its ways, made of one network. */
export interface SweepLine {
  row: SweepRow;
  /** With its way where it has several; "none" for the network as it came. */
  defense: string;
  /** Shares from 0 to 1, on test; none where there is no result. */
  rates?: RepairedRates;
  /** From the network to the repaired one; none where nothing was repaired. */
  seconds?: number;
  /** What the defense ran on. */
  device?: string;
}

/**
 * Reads all results of a sweep that fit today.
 *
 * @param sweep Which.
 * @param results Its folder.
 * @returns A line a network and defense, with or without a result; a defense that repaired nothing leaves the
 * rates as they were. And what was not taken, with the reason.
 * @throws {Error} As {@link sweepRows}.
 * @example
 * ```ts
 * import { outputPath, ROOT } from "@lib/environment.ts";
 * import { readSweep } from "@lib/study/sweep.ts";
 * import { spreadsTable, sweepLines, sweepSpreads } from "@lib/study/sweep_table.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const sweep = await readSweep(`${ROOT}/sweep/sweep.json`);
 * const { lines } = await sweepLines(sweep, outputPath("sweep"));
 * const { columns, rows } = spreadsTable(sweepSpreads(lines, "attackSuccess"), "");
 * assertEquals([columns[1], rows[0]![0]], ["none", "FTrojan"]);
 * ```
 */
export async function sweepLines(
  sweep: Sweep,
  results: string,
): Promise<{ lines: SweepLine[]; misfits: FoundResults["misfits"] }> {
  const found = await sweepResults(sweep, results);
  const ways = sweep.defenses.flatMap((name) => {
    const repaired = found.flatMap(({ defenses }) => defenses[name]?.row.repaired ?? []);
    const own = [...new Set(repaired.map(({ way }) => way))];
    return (own.length > 0 ? own : [undefined]).map((way) => ({ name, way }));
  });
  const lines = found.flatMap(({ row, network, defenses }): SweepLine[] => [
    { row, defense: "none", rates: network && unrepaired(network.before) },
    ...ways.map(({ name, way }) => {
      const defense = wayName(name, way);
      if (defenses[name] === undefined) return { row, defense };
      const { row: result, madeBy } = defenses[name];
      const repair = result.repaired.length === 0
        ? { ...unrepaired(result.before), seconds: undefined }
        : result.repaired.find((each) => each.way === way);
      const device = madeBy.device as string | undefined;
      return { row, defense, rates: repair, seconds: repair?.seconds, device };
    }),
  ]);
  return { lines, misfits: found.flatMap(({ misfits }) => misfits) };
}

/** What the table has of a result, and how it is called there. */
const RATES = {
  cleanAccuracy: "clean accuracy (%)",
  attackSuccess: "attack success (%)",
  robustAccuracy: "robust accuracy (%)",
  defenseEffectiveness: "defense effectiveness (%)",
} as const;

/** One of them. */
export type SweepRate = keyof typeof RATES;

/**
 * A sweep's results, one number a cell. Times are left out, since they are never the same twice.
 *
 * @param lines From {@link sweepLines}.
 * @returns A row a line; rates on test in per cent, and empty where there is no result.
 * @example See {@link sweepLines}.
 */
export function sweepTable(lines: readonly SweepLine[]): Table {
  const rates = Object.keys(RATES) as SweepRate[];
  return {
    columns: ["data", "architecture", "attack", "seed", "defense", ...Object.values(RATES)],
    rows: lines.map(({ row, defense, rates: found }) => [
      ...row.id.split("-"),
      defense,
      ...rates.map((rate) => found ? Number((100 * found[rate]).toFixed(3)) : ""),
    ]),
  };
}

/** One rate over seeds. */
export interface SweepSpread extends ReturnType<typeof spreadOf> {
  /** Of how many seeds there is a result. */
  count: number;
}

/** Mean, smallest and largest over seeds of one rate, attack by attack and defense by defense. */
export interface SweepSpreads {
  attacks: string[];
  defenses: string[];
  /** A row an attack; none where there is no result. */
  cells: (SweepSpread | undefined)[][];
}

/**
 * One rate of all results, over seeds.
 *
 * @param lines From {@link sweepLines}.
 * @param rate Which.
 * @returns Shares from 0 to 1, attacks by their titles.
 * @example See {@link sweepLines}.
 */
export function sweepSpreads(lines: readonly SweepLine[], rate: SweepRate): SweepSpreads {
  const groups = [...new Set(lines.map(({ row }) => row.group))];
  const defenses = [...new Set(lines.map(({ defense }) => defense))];
  const isOne = new Set(groups.map((group) => group.replace(/-\w+$/, ""))).size === 1;
  const worded = (group: string): string => {
    const [data, architecture, attack] = group.split("-") as [string, string, string];
    const title = titleOf(data, attack);
    return isOne ? title : `${DATASETS[data]!.title}, ${architecture}, ${title}`;
  };
  const cells = groups.map((group) =>
    defenses.map((defense) => {
      const values = lines.flatMap(({ row, ...line }) =>
        row.group === group && line.defense === defense && line.rates ? [line.rates[rate]] : []
      );
      return values.length > 0 ? { ...spreadOf(values), count: values.length } : undefined;
    })
  );
  return { attacks: groups.map(worded), defenses, cells };
}

/** What an attack of a sweep is called: as in the study, where it has one of that name. */
function titleOf(data: string, attack: string): string {
  if (attack === "ftrojan") return "FTrojan";
  const found = otherAttacks(data).find(({ name }) => name === attack);
  return found?.title ?? attack.replaceAll("_", " ");
}

/**
 * The same as a table for people.
 *
 * @param spreads From {@link sweepSpreads}.
 * @param caption Stands below.
 * @returns A row an attack, a column a defense: "12.3 (1.0–20.1)" in per cent, without a range where there is
 * one seed, or a dash.
 * @example See {@link sweepLines}.
 */
export function spreadsTable({ attacks, defenses, cells }: SweepSpreads, caption: string): Table {
  const points = (share: number): string => (100 * share).toFixed(1);
  return {
    columns: ["attack", ...defenses],
    rows: attacks.map((attack, index) => [
      attack,
      ...cells[index]!.map((cell) => {
        if (cell === undefined) return "–";
        const { mean, min, max, count } = cell;
        return count === 1 ? points(mean) : `${points(mean)} (${points(min)}–${points(max)})`;
      }),
    ]),
    caption,
  };
}
