/**
 * Orders of pruning in tables and as a mean curve.
 *
 * @module
 */
import type { Table } from "@lib/figures/table_bundle.ts";
import type { PruningCurve } from "@lib/pruning/pruning_curve.ts";
import type { RepairPoint } from "@lib/pruning/repair.ts";
import type { MeasuredOrder } from "@lib/study/orders.ts";
import type { Interval } from "@lib/study/statistics.ts";

/** The rates of a repaired model that a table can be made of, with their names. */
export const RATES = {
  attackSuccess: "Attack success",
  robustAccuracy: "Robust accuracy (triggered images given their true class)",
  cleanAccuracy: "Clean accuracy",
  defenseEffectiveness: "Defense effectiveness rate",
} as const;

/**
 * One rate of many orders at all thresholds: a row an order.
 *
 * @param orders At the same thresholds.
 * @param rate Which.
 * @param number Of the table, for its caption.
 * @returns The table; in per cent.
 * @example See {@link measureOrder}.
 */
export function rateTable(
  orders: readonly MeasuredOrder[],
  rate: keyof typeof RATES,
  number: number,
): Table {
  return {
    columns: ["order", "needs", ...dropColumns(orders[0]?.points ?? [])],
    rows: orders.map(({ name, needs, points }) => [
      name,
      needs,
      ...points.map((point) => inPercent(rateOf(point, rate))),
    ]),
    caption: `Table ${number}. ${
      RATES[rate]
    } (%) on test when validation accuracy has dropped by so much.`,
  };
}

/**
 * The same for several networks: mean, and in brackets the smallest and the largest.
 *
 * @param networks The orders of each, in the same sequence and at the same thresholds.
 * @param rate Which.
 * @param number Of the table, for its caption.
 * @returns The table; in per cent.
 * @example See {@link measureOrder}.
 */
export function spreadTable(
  networks: readonly (readonly MeasuredOrder[])[],
  rate: keyof typeof RATES,
  number: number,
): Table {
  const [first = []] = networks;
  return {
    columns: ["order", "needs", ...dropColumns(first[0]?.points ?? [])],
    rows: first.map(({ name, needs, points }, order) => [
      name,
      needs,
      ...points.map((_, drop) => {
        const { mean, min, max } = spreadOf(
          networks.map((each) => rateOf(each[order]!.points[drop]!, rate)),
        );
        return `${inPercent(mean)} (${inPercent(min)}–${inPercent(max)})`;
      }),
    ]),
    caption: `Table ${number}. ${RATES[rate]} (%) on test: mean of ${networks.length} ` +
      `${networks.length === 1 ? "network" : "networks"} (smallest–largest).`,
  };
}

/**
 * Mean, smallest and largest value.
 *
 * @param values At least one.
 * @returns The three.
 * @throws {Error} If there are none.
 * @example
 * ```ts
 * import { spreadOf } from "@lib/study/order_tables.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * assertEquals(spreadOf([3, 1, 5]), { mean: 3, min: 1, max: 5 });
 * ```
 */
export function spreadOf(values: readonly number[]): { mean: number; min: number; max: number } {
  if (values.length === 0) throw new Error("Expected at least one value but found none");
  const mean = values.reduce((sum, value) => sum + value) / values.length;
  return { mean, min: Math.min(...values), max: Math.max(...values) };
}

/**
 * Mean curve of several and the range they cover, for a figure.
 *
 * @param name Of the line.
 * @param curves Of as many steps each.
 * @returns Mean and band of clean accuracy and attack success on test.
 * @throws {Error} If there are none.
 * @example See {@link measureOrder}.
 */
export function meanCurve(name: string, curves: readonly PruningCurve[]): {
  name: string;
  cleanAccuracy: number[];
  attackSuccess: number[];
  band: { cleanAccuracy: Interval[]; attackSuccess: Interval[] };
} {
  const over = (rate: "cleanAccuracy" | "attackSuccess"): ReturnType<typeof spreadOf>[] =>
    (curves[0]?.test[rate] ?? []).map((_, step) =>
      spreadOf(curves.map((curve) => curve.test[rate][step]!))
    );
  const [accuracy, success] = [over("cleanAccuracy"), over("attackSuccess")];
  const range = ({ min, max }: ReturnType<typeof spreadOf>): Interval => ({ low: min, high: max });
  return {
    name,
    cleanAccuracy: accuracy.map(({ mean }) => mean),
    attackSuccess: success.map(({ mean }) => mean),
    band: { cleanAccuracy: accuracy.map(range), attackSuccess: success.map(range) },
  };
}

const rateOf = (point: RepairPoint, rate: keyof typeof RATES): number =>
  rate === "defenseEffectiveness" ? point.defenseEffectiveness : point.test[rate];

const dropColumns = (points: readonly RepairPoint[]): string[] =>
  points.map(({ drop }) => `${Math.round(1000 * drop) / 10} pts`);

const inPercent = (share: number): string => (100 * share).toFixed(1);
