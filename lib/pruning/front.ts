import {
  type ChannelSearch,
  channelSearch,
  greedyOrder,
  localSearch,
  type SampleSettings,
} from "@lib/pruning/channel_search.ts";
import { evidenceOf } from "@lib/pruning/evidence.ts";
import { greedyRanking } from "@lib/pruning/greedy.ts";
import type { Defense } from "@lib/pruning/measure.ts";
import { pruningCurve } from "@lib/pruning/pruning_curve.ts";

/** A set of pruned channels and what is left of accuracy and attack; shares from 0 to 1. */
export interface FrontPoint {
  channels: readonly number[];
  validationAccuracy: number;
  cleanAccuracy: number;
  validationAttackSuccess: number;
  attackSuccess: number;
  robustAccuracy: number;
}

/** What decides between points. */
export type Decided = Pick<FrontPoint, "validationAccuracy" | "validationAttackSuccess">;

/** How the best sets are searched. */
export interface FrontSettings {
  /** λ, value after value; each local search begins where the last ended. Small ones end the attack, large
   * ones keep accuracy, and coming back down finds sets that going up did not. */
  weights: readonly number[];
  /** How many single changes are followed up by a second one before a search gives up. */
  lookAhead: number;
  sample: SampleSettings;
}

/** Made for networks of 128 channels: a minute on two cores. */
export const FRONT_SETTINGS: FrontSettings = {
  weights: [4, 6, 9, 14, 20, 30, 20, 14, 9, 6, 4, 2, 1],
  lookAhead: 3,
  sample: { images: 3000, sharpness: 4, seed: 1 },
};

/**
 * Sets of channels with the best exchange of clean accuracy for attack success: those that local searches
 * pass, from the best points of two greedy orders on. What is best is decided on validation; test only
 * reports.
 *
 * @param defense The attacked network and its four measured sets.
 * @param settings Weights, look-ahead and sample.
 * @param onProgress Told the share that is done, 0–1.
 * @returns From most accurate on validation to least: no point has another that is better in one and as
 * good in the other.
 * @example
 * ```ts ignore
 * const front = await searchFront(defense);
 * const { channels, attackSuccess } = bestWithin(front, 0.005, front[0]!.validationAccuracy);
 * ```
 */
export async function searchFront(
  defense: Defense,
  settings: FrontSettings = FRONT_SETTINGS,
  onProgress: (share: number) => void | Promise<void> = () => {},
): Promise<FrontPoint[]> {
  const evidence = evidenceOf(defense);
  const [first = 4] = settings.weights;
  const sets = new Map<string, readonly number[]>();
  const search = channelSearch(evidence, settings.sample);
  try {
    // two orders that differ: which one's neighbourhood holds the better sets differs by network
    const orders = [greedyRanking(first).order(evidence), greedyOrder(search, first)];
    for (const [index, order] of orders.entries()) {
      const tell = (share: number): void | Promise<void> => onProgress((index + share) / 2.1);
      for (const set of await walk(search, bestPrefix(search, order, first), settings, tell)) {
        sets.set(String([...set].sort()), [...set]);
      }
    }
  } finally {
    search.dispose();
  }
  const points = [[], ...sets.values()].map((channels) => pointOf(defense, channels));
  await onProgress(1);
  return paretoFront(points);
}

/** All sets that the local searches pass, weight after weight. */
async function walk(
  search: ChannelSearch,
  start: ReadonlySet<number>,
  { weights, lookAhead }: FrontSettings,
  onProgress: (share: number) => void | Promise<void>,
): Promise<ReadonlySet<number>[]> {
  const passed = [start];
  for (const [index, weight] of weights.entries()) {
    passed.push(...localSearch(search, passed.at(-1)!, weight, lookAhead));
    await onProgress((index + 1) / weights.length);
  }
  return passed;
}

function bestPrefix(search: ChannelSearch, order: readonly number[], weight: number): Set<number> {
  const prefixes = order.map((_, count) => new Set(order.slice(0, count)));
  const objectives = prefixes.map((prefix) => search.objective(prefix, weight));
  return prefixes[objectives.indexOf(Math.min(...objectives))]!;
}

/**
 * The points that no other beats, by clean accuracy and attack success on validation.
 *
 * @param points Any.
 * @returns From most accurate to least.
 * @example
 * ```ts
 * import { paretoFront } from "@lib/pruning/front.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const point = (validationAccuracy: number, validationAttackSuccess: number) => ({
 *   ...{ channels: [], validationAccuracy, validationAttackSuccess },
 *   ...{ cleanAccuracy: 0, attackSuccess: 0, robustAccuracy: 0 },
 * });
 * const front = paretoFront([point(0.8, 0.5), point(0.9, 0.2), point(0.95, 1)]);
 * assertEquals(front.map((each) => each.validationAccuracy), [0.95, 0.9]);
 * ```
 */
export function paretoFront<Point extends Decided>(points: readonly Point[]): Point[] {
  const sorted = points.toSorted((a, b) =>
    b.validationAccuracy - a.validationAccuracy ||
    a.validationAttackSuccess - b.validationAttackSuccess
  );
  let lowest = Infinity;
  return sorted.filter(({ validationAttackSuccess }) => {
    const better = validationAttackSuccess < lowest;
    lowest = Math.min(lowest, validationAttackSuccess);
    return better;
  });
}

/**
 * The point with the lowest attack success on validation whose accuracy there has dropped by no more
 * than so much.
 *
 * @param front From {@link searchFront}, with the network as it is among its points.
 * @param drop In accuracy on validation, 0.005 being half a percentage point.
 * @param before Accuracy on validation of the network as it is.
 * @returns The point, chosen on validation.
 * @throws {Error} If no point keeps the limit.
 * @example See {@link searchFront}.
 */
export function bestWithin<Point extends Decided>(
  front: readonly Point[],
  drop: number,
  before: number,
): Point {
  const within = front.filter(({ validationAccuracy }) =>
    before - validationAccuracy <= drop + 1e-12
  );
  if (within.length === 0) {
    throw new Error(`Expected a point within ${drop} of ${before} but found none`);
  }
  return within.reduce((best, point) =>
    point.validationAttackSuccess < best.validationAttackSuccess ? point : best
  );
}

/**
 * A set of channels as a point: where the curve ends that prunes just these.
 *
 * @param defense The attacked network and its four measured sets.
 * @param channels Any; none for the network as it is.
 * @returns The point.
 * @throws {Error} As {@link pruningCurve}.
 * @example
 * ```ts ignore
 * const before = pointOf(defense, []);
 * ```
 */
export function pointOf(defense: Defense, channels: readonly number[]): FrontPoint {
  const curve = pruningCurve(defense, channels);
  return {
    channels,
    validationAccuracy: curve.validationAccuracy.at(-1)!,
    cleanAccuracy: curve.cleanAccuracy.at(-1)!,
    validationAttackSuccess: curve.validationAttackSuccess.at(-1)!,
    attackSuccess: curve.attackSuccess.at(-1)!,
    robustAccuracy: curve.robustAccuracy.at(-1)!,
  };
}
