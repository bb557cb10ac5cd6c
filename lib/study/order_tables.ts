/**
 * Orders of pruning as a table of plain numbers, as strips for a figure, and as a median curve.
 *
 * @module
 */
import type { Strip } from "@lib/figures/order_strips.ts";
import type { Range } from "@lib/figures/rates.ts";
import type { Table } from "@lib/figures/table_bundle.ts";
import type { PruningCurve } from "@lib/pruning/pruning_curve.ts";
import { median } from "@lib/recovery/outliers.ts";
import type { MeasuredOrder } from "@lib/study/orders.ts";

/**
 * Every repaired model of every order of every network: one number a cell.
 *
 * @param networks The orders of each, by its name.
 * @returns A row a repaired model; rates on test in per cent, drops in percentage points of validation
 * accuracy.
 * @example See {@link measureOrder}.
 */
export function repairedModels(networks: Record<string, readonly MeasuredOrder[]>): Table {
  return {
    columns: [
      ...["network", "order", "needs", "drop (points)", "channels pruned", "clean accuracy (%)"],
      ...["attack success (%)", "robust accuracy (%)", "defense effectiveness (%)"],
    ],
    rows: Object.entries(networks).flatMap(([network, orders]) =>
      orders.flatMap(({ name, needs, points }) =>
        points.map(({ drop, channelsPruned, test, defenseEffectiveness }) => {
          const { cleanAccuracy, attackSuccess, robustAccuracy } = test;
          const shares = [cleanAccuracy, attackSuccess, robustAccuracy, defenseEffectiveness];
          const rates = shares.map((share) => Number((100 * share).toFixed(3)));
          return [network, name, needs, Number((100 * drop).toFixed(3)), channelsPruned, ...rates];
        })
      )
    ),
  };
}

/**
 * Orders as strips: what their repaired models leave of the attack, and read rightly, on test.
 *
 * @param networks The orders of each, in the same sequence and at the same thresholds.
 * @param panels Which thresholds, by index.
 * @returns One strip an order with a value a network; a star marks what needs triggered images.
 * @example See {@link measureOrder}.
 */
export function orderStripsOf(
  networks: readonly (readonly MeasuredOrder[])[],
  panels: readonly number[],
): Strip[] {
  const [first = []] = networks;
  return first.map(({ name, needs }, order) =>
    stripOf(
      needs === "triggered images" ? `${name} *` : name,
      (rate) =>
        panels.map((panel) => networks.map((orders) => orders[order]!.points[panel]!.test[rate])),
    )
  );
}

/**
 * A strip from what it has of each of the two rates.
 *
 * @param name Of the strip.
 * @param of For each panel, the values of a rate.
 * @returns The strip.
 */
export function stripOf(
  name: string,
  of: (rate: "attackSuccess" | "robustAccuracy") => number[][],
): Strip {
  return { name, attackSuccess: of("attackSuccess"), robustAccuracy: of("robustAccuracy") };
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
 * The same in words.
 *
 * @param values At least one.
 * @param digits After the point.
 * @param unit After the mean.
 * @returns Such as "3.0 (1.0 to 5.0)"; of a single value itself.
 * @throws {Error} If there are none.
 * @example
 * ```ts
 * import { rangeWords } from "@lib/study/order_tables.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * assertEquals([rangeWords([3, 1, 5], 0, " %"), rangeWords([2], 1)], ["3 % (1 to 5)", "2.0"]);
 * ```
 */
export function rangeWords(values: readonly number[], digits: number, unit = ""): string {
  const { mean, min, max } = spreadOf(values);
  const [middle, low, high] = [mean, min, max].map((value) => value.toFixed(digits));
  return middle + unit + (values.length > 1 ? ` (${low} to ${high})` : "");
}

/**
 * Median curve of several and the range they cover, for a figure. A mean would draw a rate that none of them
 * has, where some have lost the attack and others not.
 *
 * @param name Of the line.
 * @param curves Of as many steps each.
 * @returns Clean accuracy and attack success on test: the median at each step, each of its own, and from the
 * smallest to the largest.
 * @throws {Error} If there are none.
 * @example See {@link measureOrder}.
 */
export function medianCurve(name: string, curves: readonly PruningCurve[]): {
  name: string;
  cleanAccuracy: number[];
  attackSuccess: number[];
  band: { cleanAccuracy: Range[]; attackSuccess: Range[] };
} {
  if (curves.length === 0) throw new Error("Expected at least one curve but found none");
  const at = (rate: "cleanAccuracy" | "attackSuccess"): number[][] =>
    curves[0]!.test[rate].map((_, step) => curves.map(({ test }) => test[rate][step]!));
  const [accuracy, success] = [at("cleanAccuracy"), at("attackSuccess")];
  const range = (values: number[]): Range => (
    { low: Math.min(...values), high: Math.max(...values) }
  );
  return {
    name,
    cleanAccuracy: accuracy.map(median),
    attackSuccess: success.map(median),
    band: { cleanAccuracy: accuracy.map(range), attackSuccess: success.map(range) },
  };
}
