/**
 * Many orders of pruning beside each other, measured alike.
 *
 * @module
 */
import {
  LOGIT_CONTRIBUTION_DESCENDING,
  TOTAL_CHANGE_DESCENDING,
} from "@lib/pruning/contributions.ts";
import type { Evidence, Halves, MeasuredSet } from "@lib/pruning/evidence.ts";
import { greedyRanking } from "@lib/pruning/greedy.ts";
import type { Needs, Ranking } from "@lib/pruning/order.ts";
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
import { mcNemar } from "@lib/study/statistics.ts";

/** The two other things that "activation" may mean: the mean, and the count, at "activation_5" itself. */
const [MEAN, ACTIVE]: View[] = [
  { layer: "convolution", statistic: "mean" },
  { layer: "convolution", statistic: "active" },
];

/** The orders that the notebooks compare: the paper's first, its proposals, and what goes beyond. */
export const RANKINGS: readonly Ranking[] = [
  ...[cleanAscending(), cleanAscending(MEAN), cleanAscending(ACTIVE)],
  ...[backdoorDescending(), backdoorDescending(MEAN), backdoorDescending(ACTIVE)],
  ...[differenceDescending(), ratioDescending(), WEIGHT_NORM_ASCENDING, LIPSCHITZ_DESCENDING],
  ...[TOTAL_CHANGE_DESCENDING, LOGIT_CONTRIBUTION_DESCENDING, greedyRanking()],
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
 * @param measured What the network said of both halves.
 * @param ranking Any.
 * @param drops Thresholds of validation accuracy, 0.02 being two percentage points.
 * @returns The measured order.
 * @throws {Error} If accuracy never drops so far.
 * @example
 * ```ts
 * import { ftrojan, PAPER_TRIGGER } from "@lib/attack/ftrojan.ts";
 * import { syntheticSigns } from "@lib/data/synthetic_signs.ts";
 * import { paperCnn } from "@lib/network/paper_cnn.ts";
 * import { disposeEvidence, measureHalves } from "@lib/pruning/evidence.ts";
 * import { cleanAscending } from "@lib/pruning/ranking.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 * import { medianCurve, orderStripsOf, repairedModels } from "@lib/study/order_tables.ts";
 * import { compareStopping, hitsAlong, measureOrder, randomOrders } from "@lib/study/orders.ts";
 *
 * const network = paperCnn(4, 1);
 * const halves = { validation: syntheticSigns(40, 1, 4), test: syntheticSigns(40, 2, 4) };
 * const trigger = ftrojan(PAPER_TRIGGER);
 * const triggers = { validation: trigger, test: trigger };
 * const measured = await measureHalves(network, halves, triggers, 2);
 *
 * const orders = [measureOrder(measured, cleanAscending(), [0]), ...randomOrders(measured, [0], 1)];
 * assertEquals(orders[0]!.points[0]!.channelsPruned, 0);
 * assertEquals(repairedModels({ badnet: orders }).rows.length, 2);
 * assertEquals(orderStripsOf([orders, orders], [0])[0]!.attackSuccess[0]!.length, 2);
 * assertEquals(medianCurve("both", orders.map(({ curve }) => curve)).cleanAccuracy.length, 129);
 *
 * const { backdoor } = measured.test;
 * const hits = hitsAlong(measured.test, backdoor, orders[0]!.curve.order, backdoor.labels);
 * assertEquals([hits.length, hits[0]!.length], [129, 30]);
 * assertEquals(compareStopping(measured.test, orders[0]!, orders[1]!, 0).p, 1); // nothing is pruned yet
 * disposeEvidence(measured.validation, measured.test);
 * ```
 */
export function measureOrder(
  measured: Halves<Evidence>,
  ranking: Ranking,
  drops: readonly number[],
): MeasuredOrder {
  const start = performance.now();
  const order = ranking.order(measured.validation);
  const ordered = performance.now();
  const curve = pruningCurve(measured, order);
  const seconds = {
    order: (ordered - start) / 1000,
    curve: (performance.now() - ordered) / 1000,
  };
  const points = drops.map((drop) => repairAt(curve, drop));
  return { name: ranking.name, needs: ranking.needs, curve, points, seconds };
}

/**
 * Random orders, to compare with: one that does no better than most of them knows nothing.
 *
 * @param measured What the network said of both halves.
 * @param drops As {@link measureOrder}'s.
 * @param draws How many, from seeds of their own.
 * @returns The measured orders.
 * @example See {@link measureOrder}.
 */
export function randomOrders(
  measured: Halves<Evidence>,
  drops: readonly number[],
  draws: number,
): MeasuredOrder[] {
  return Array.from(
    { length: draws },
    (_, seed) => measureOrder(measured, randomRanking(seed), drops),
  );
}

/**
 * Whether each image is given a wanted class, after 0, 1, … channels are pruned.
 *
 * @param evidence Of the network.
 * @param set One of its two sets.
 * @param order Channels, first to be pruned first.
 * @param wanted One class an image.
 * @returns For each step, one truth value an image.
 * @example See {@link measureOrder}.
 */
export function hitsAlong(
  evidence: Evidence,
  set: MeasuredSet,
  order: readonly number[],
  wanted: Int32Array,
): boolean[][] {
  return Array.from(
    pruningSteps(evidence.network, set.activations, order),
    (answers) => Array.from(answers, (answer, image) => answer === wanted[image]),
  );
}

/**
 * Whether one order's repaired model stops the attack more often than another's, on the same triggered
 * test images: McNemar's exact test.
 *
 * @param evidence Of the test half.
 * @param one An order.
 * @param other Another.
 * @param threshold Which of their repaired models, by index.
 * @returns Images on which only the one, and only the other stops it, and the two-sided p-value.
 * @example See {@link measureOrder}.
 */
export function compareStopping(
  evidence: Evidence,
  one: MeasuredOrder,
  other: MeasuredOrder,
  threshold: number,
): ReturnType<typeof mcNemar> {
  const { backdoor, target } = evidence;
  const stopped = ({ curve, points }: MeasuredOrder): boolean[] => {
    const channels = curve.order.slice(0, points[threshold]!.channelsPruned);
    const targets = backdoor.labels.map(() => target);
    return hitsAlong(evidence, backdoor, channels, targets).at(-1)!.map((hit) => !hit);
  };
  return mcNemar(stopped(one), stopped(other));
}
