import type { Table } from "@lib/figures/table_bundle.ts";
import type { Strip } from "@lib/figures/order_strips.ts";
import { WAYS } from "@lib/recovery/frequency_recovery.ts";
import { rangeWords, stripOf } from "@lib/study/order_tables.ts";
import { isRight, type RecoveryRow } from "@lib/study/recovery_rows.ts";
import { tableOf } from "@lib/study/table_of.ts";
import { percent, points } from "@lib/words.ts";

/**
 * What attacks cost in accuracy: beside clean networks, each by its own training.
 *
 * @param rows Attacked networks, from the study.
 * @param epochs How many each was trained for, by its title.
 * @param clean Networks from clean images alone.
 * @param cleanEpochs How many each of these was trained for; attacks of other lengths are not compared.
 * @param caption Stands below.
 * @returns The table; rates on test, differences to the clean networks' mean in percentage points.
 * @example
 * ```ts
 * import { costTable } from "@lib/study/comparison_tables.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const none = { outlierIndex: 1, norm: 9, coefficients: [], coefficientCount: 0, repaired: {}, seconds: 1 };
 * const row = (title: string, cleanAccuracy: number) => (
 *   { ...none, title, cleanImages: 9, before: { cleanAccuracy, attackSuccess: 0.5, robustAccuracy: 0 } }
 * );
 * const { rows } = costTable([row("SIG", 0.9)], { SIG: 6 }, [row("clean", 0.92)], 6, "");
 * assertEquals(rows, [["SIG", 6, "50.0 %", "90.0 %", "−2.00"]]);
 * ```
 */
export function costTable(
  rows: readonly RecoveryRow[],
  epochs: Record<string, number>,
  clean: readonly RecoveryRow[],
  cleanEpochs: number,
  caption: string,
): Table {
  const mean = clean.reduce((sum, { before }) => sum + before.cleanAccuracy, 0) / clean.length;
  return tableOf(rows, {
    "attack": ({ title }) => title,
    "epochs": ({ title }) => epochs[title]!,
    "attack success": ({ before }) => percent(before.attackSuccess),
    "clean accuracy": ({ before }) => percent(before.cleanAccuracy),
    "beside clean networks": ({ title, before }) =>
      clean.length > 0 && epochs[title] === cleanEpochs ? points(before.cleanAccuracy - mean) : "–",
  }, caption);
}

/**
 * What each way of repair leaves, to be drawn: a row a network on which the attacker's class was found, a
 * panel a way.
 *
 * @param rows From the study; the others are left out.
 * @returns Rates on test.
 * @example
 * ```ts
 * import { repairStrips } from "@lib/study/comparison_tables.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * assertEquals(repairStrips([]), []);
 * ```
 */
export function repairStrips(rows: readonly RecoveryRow[]): Strip[] {
  return rows.filter(isRight).map(({ title, repaired }) =>
    stripOf(title, (rate) => WAYS.map((way) => repaired[way] ? [repaired[way][rate]] : []))
  );
}

/**
 * What is found and left with different numbers of clean images, each drawn several times: a row a number.
 *
 * @param rows From the study, of one attacked network.
 * @param caption Stands below.
 * @returns The table; rates on test, the mean of the draws on which the target was found, and their range.
 * @example
 * ```ts
 * import { drawsTable } from "@lib/study/comparison_tables.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const before = { cleanAccuracy: 0.97, attackSuccess: 1, robustAccuracy: 0 };
 * const none = { outlierIndex: 1.2, norm: 900, coefficients: [], coefficientCount: 0, repaired: {} };
 * const row = { title: "BadNet", target: 2, before, ...none, cleanImages: 10, seconds: 40 };
 * assertEquals(drawsTable([row, row], "").rows[0]!.slice(0, 4), [10, 2, 0, "–"]);
 * ```
 */
export function drawsTable(rows: readonly RecoveryRow[], caption: string): Table {
  const counts = [...Map.groupBy(rows, ({ cleanImages }) => cleanImages).values()];
  const found = (rates: readonly number[]): string =>
    rates.length === 0 ? "–" : rangeWords(rates.map((rate) => 100 * rate), 2, " %");
  const ranges = WAYS.flatMap((way) =>
    ([["attack", "attackSuccess"], ["robust", "robustAccuracy"]] as const).map(([name, rate]) => [
      `${way}: ${name}`,
      (all: RecoveryRow[]): string =>
        found(all.filter(isRight).flatMap(({ repaired }) => repaired[way]?.[rate] ?? [])),
    ])
  );
  return tableOf(counts, {
    "clean images": ([row]) => row!.cleanImages,
    "draws": (all) => all.length,
    "target flagged": (all) => all.filter(isRight).length,
    ...Object.fromEntries(ranges),
  }, caption);
}
