/**
 * Many orders of pruning beside each other: measured alike, and put into the same tables.
 *
 * @module
 */
import {
  LOGIT_CONTRIBUTION_DESCENDING,
  TOTAL_CHANGE_DESCENDING,
} from "@lib/pruning/contributions.ts";
import { evidenceOf, type Needs, type Ranking } from "@lib/pruning/evidence.ts";
import { greedyRanking } from "@lib/pruning/greedy.ts";
import { type Interval, mcNemar } from "@lib/study/intervals.ts";
import type { Defense, MeasuredSet } from "@lib/pruning/measure.ts";
import { type PruningCurve, pruningCurve } from "@lib/pruning/pruning_curve.ts";
import { pruningSteps } from "@lib/pruning/pruning_steps.ts";
import {
  backdoorDescending,
  cleanAscending,
  differenceDescending,
  randomRanking,
  ratioDescending,
  type View,
} from "@lib/pruning/ranking.ts";
import { repairAt, type RepairPoint } from "@lib/pruning/repair.ts";
import { LIPSCHITZ_DESCENDING, WEIGHT_NORM_ASCENDING } from "@lib/pruning/weight_rankings.ts";
import type { Table } from "@lib/figures/table_bundle.ts";

const ACTIVE: View = { layer: "convolution", statistic: "active" };

/** The orders that the notebooks compare: the paper's first, its proposals, and what goes beyond. */
export const RANKINGS: readonly Ranking[] = [
  ...[cleanAscending(), cleanAscending(ACTIVE)],
  ...[backdoorDescending(), backdoorDescending(ACTIVE)],
  ...[differenceDescending(), differenceDescending(ACTIVE), ratioDescending()],
  ...[WEIGHT_NORM_ASCENDING, LIPSCHITZ_DESCENDING],
  ...[TOTAL_CHANGE_DESCENDING, LOGIT_CONTRIBUTION_DESCENDING, greedyRanking(), randomRanking(1)],
];

/** An order, its curve and the repaired models on it. */
export interface MeasuredOrder {
  name: string;
  needs: Needs;
  curve: PruningCurve;
  /** One a threshold: chosen on validation, reported on test. */
  points: RepairPoint[];
  /** What it took, apart from the forward pass. */
  seconds: { order: number; curve: number };
}

/**
 * Makes an order and its whole curve.
 *
 * @param defense The attacked network and its four measured sets.
 * @param ranking Any.
 * @param drops Thresholds of validation accuracy, 0.02 being two percentage points.
 * @returns The measured order.
 * @throws {Error} If accuracy never drops so far.
 * @example
 * ```ts ignore
 * const orders = RANKINGS.map((ranking) => measureOrder(defense, ranking, [0.01, 0.02]));
 * ```
 */
export function measureOrder(
  defense: Defense,
  ranking: Ranking,
  drops: readonly number[],
): MeasuredOrder {
  const start = performance.now();
  const order = ranking.order(evidenceOf(defense));
  const ordered = performance.now();
  const curve = pruningCurve(defense, order);
  const seconds = {
    order: (ordered - start) / 1000,
    curve: (performance.now() - ordered) / 1000,
  };
  const points = drops.map((drop) => repairAt(curve, drop));
  return { name: ranking.name, needs: ranking.needs, curve, points, seconds };
}

/** The rates of a repaired model that a table can be made of, with their names. */
export const RATES = {
  attackSuccessRate: "Attack success",
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
 * @example
 * ```ts ignore
 * await showTable(rateTable(orders, "robustAccuracy", 3));
 * ```
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
      ...points.map((point) => (100 * point[rate]).toFixed(1)),
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
 * @example
 * ```ts ignore
 * await showTable(spreadTable(networks, "attackSuccessRate", 2));
 * ```
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
          networks.map((each) => each[order]!.points[drop]![rate]),
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
 * import { spreadOf } from "@lib/study/laboratory.ts";
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
 * @example
 * ```ts ignore
 * await show(pruningCurveFigure([meanCurve("random", draws)]));
 * ```
 */
export function meanCurve(name: string, curves: readonly PruningCurve[]): {
  name: string;
  cleanAccuracy: number[];
  attackSuccess: number[];
  band: { cleanAccuracy: Interval[]; attackSuccess: Interval[] };
} {
  const over = (rate: "cleanAccuracy" | "attackSuccess"): ReturnType<typeof spreadOf>[] =>
    (curves[0]?.[rate] ?? []).map((_, step) => spreadOf(curves.map((curve) => curve[rate][step]!)));
  const [accuracy, success] = [over("cleanAccuracy"), over("attackSuccess")];
  const range = ({ min, max }: ReturnType<typeof spreadOf>): Interval => ({ low: min, high: max });
  return {
    name,
    cleanAccuracy: accuracy.map(({ mean }) => mean),
    attackSuccess: success.map(({ mean }) => mean),
    band: { cleanAccuracy: accuracy.map(range), attackSuccess: success.map(range) },
  };
}

/**
 * Whether each image is given a wanted class, after 0, 1, … channels are pruned.
 *
 * @param defense The attacked network.
 * @param set One of its measured sets.
 * @param order Channels, first to be pruned first.
 * @param wanted One class an image.
 * @returns For each step, one truth value an image.
 * @example
 * ```ts ignore
 * const right = hitsAlong(defense, defense.cleanTest, order, defense.cleanTest.labels);
 * ```
 */
export function hitsAlong(
  defense: Defense,
  set: MeasuredSet,
  order: readonly number[],
  wanted: Uint8Array,
): boolean[][] {
  return Array.from(
    pruningSteps(defense.network, set.activations, order),
    (answers) => Array.from(answers, (answer, image) => answer === wanted[image]),
  );
}

/**
 * Whether one order's repaired model stops the attack more often than another's, on the same triggered
 * test images: McNemar's exact test.
 *
 * @param defense The attacked network.
 * @param one An order.
 * @param other Another.
 * @param threshold Which of their repaired models, by index.
 * @returns Images on which only the one, and only the other stops it, and the two-sided p-value.
 * @example
 * ```ts ignore
 * const { p } = compareStopping(defense, proposal, paper, 1);
 * ```
 */
export function compareStopping(
  defense: Defense,
  one: MeasuredOrder,
  other: MeasuredOrder,
  threshold: number,
): ReturnType<typeof mcNemar> {
  const { badTest, target } = defense;
  const stopped = ({ curve, points }: MeasuredOrder): boolean[] => {
    const channels = curve.order.slice(0, points[threshold]!.channelsPruned);
    const targets = badTest.labels.map(() => target);
    return hitsAlong(defense, badTest, channels, targets).at(-1)!.map((hit) => !hit);
  };
  return mcNemar(stopped(one), stopped(other));
}

const dropColumns = (points: readonly RepairPoint[]): string[] =>
  points.map(({ drop }) => `${Math.round(1000 * drop) / 10} pts`);

const inPercent = (share: number): string => (100 * share).toFixed(1);
