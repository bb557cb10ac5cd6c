import type { Rates } from "@lib/attack/rates.ts";
import {
  type ChannelSearch,
  channelSearch,
  greedyOrder,
  localSearch,
  type SampleSettings,
} from "@lib/pruning/channel_search.ts";
import type { Evidence } from "@lib/pruning/evidence.ts";
import { greedyRanking } from "@lib/pruning/greedy.ts";
import { rateCurve } from "@lib/pruning/pruning_curve.ts";
import { ratesAt } from "@lib/pruning/repair.ts";

/** A set of channels to prune, and the rates with them pruned on the images that decide. */
export interface PrunedSet {
  channels: readonly number[];
  rates: Rates;
}

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
const FRONT_SETTINGS: FrontSettings = {
  weights: [4, 6, 9, 14, 20, 30, 20, 14, 9, 6, 4, 2, 1],
  lookAhead: 3,
  sample: { images: 3000, sharpness: 4, seed: 1 },
};

/**
 * Sets of channels with the best exchange of clean accuracy for attack success: those that local searches
 * pass, from the best points of two greedy orders on.
 *
 * @param evidence Of the images that decide.
 * @param settings Weights, look-ahead and sample.
 * @param onProgress Told the share that is done, 0–1.
 * @returns From most accurate to least: no point has another that is better in one and as
 * good in the other.
 * @example See {@link measureHalves}.
 */
export async function searchFront(
  evidence: Evidence,
  settings: FrontSettings = FRONT_SETTINGS,
  onProgress: (share: number) => void | Promise<void> = () => {},
): Promise<PrunedSet[]> {
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
  const points = [[], ...sets.values()].map((channels) => prunedSet(evidence, channels));
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
 * The sets that no other beats, by clean accuracy and attack success.
 *
 * @param sets Measured on the same images.
 * @returns From the highest accuracy down, with ever lower attack success.
 * @example
 * ```ts
 * import { paretoFront } from "@lib/pruning/front.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const set = (cleanAccuracy: number, attackSuccess: number) => (
 *   { channels: [], rates: { cleanAccuracy, attackSuccess, robustAccuracy: 0 } }
 * );
 * const front = paretoFront([set(0.8, 0.5), set(0.9, 0.2), set(0.95, 1)]);
 * assertEquals(front.map(({ rates }) => rates.cleanAccuracy), [0.95, 0.9]);
 * ```
 */
export function paretoFront(sets: readonly PrunedSet[]): PrunedSet[] {
  const sorted = sets.toSorted(({ rates: a }, { rates: b }) =>
    b.cleanAccuracy - a.cleanAccuracy || a.attackSuccess - b.attackSuccess
  );
  let lowest = Infinity;
  return sorted.filter(({ rates: { attackSuccess } }) => {
    const better = attackSuccess < lowest;
    lowest = Math.min(lowest, attackSuccess);
    return better;
  });
}

/**
 * The set with the lowest attack success whose accuracy has dropped by no more than so much.
 *
 * @param front Sets to choose from.
 * @param drop The largest drop allowed, 0.01 being one percentage point.
 * @param before Accuracy of the network before pruning, 0–1.
 * @returns The best of them.
 * @throws {Error} If none is within the drop.
 * @example See {@link measureHalves}.
 */
export function bestWithin(front: readonly PrunedSet[], drop: number, before: number): PrunedSet {
  const within = front.filter(({ rates }) => before - rates.cleanAccuracy <= drop + 1e-12);
  if (within.length === 0) {
    throw new Error(`Expected a point within ${drop} of ${before} but found none`);
  }
  return within.reduce((best, set) =>
    set.rates.attackSuccess < best.rates.attackSuccess ? set : best
  );
}

/**
 * Rates with a set of channels pruned: where the curve ends that prunes just these.
 *
 * @param evidence Of the images to measure on.
 * @param channels Of the last convolution, in any order.
 * @returns The set with its rates.
 * @throws {Error} As `rateCurve`.
 * @example See {@link measureHalves}.
 */
export function prunedSet(evidence: Evidence, channels: readonly number[]): PrunedSet {
  const rates = ratesAt(rateCurve(evidence, channels), channels.length);
  return { channels, rates };
}
