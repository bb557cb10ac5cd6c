/**
 * The upper end of Clopper and Pearson's exact interval of a rate (Clopper and Pearson, 1934): the rate with
 * which so few hits would be that unlikely.
 *
 * @param hits How often it happened.
 * @param count Of how many.
 * @param risk That the rate is larger all the same, 0–1.
 * @returns 0–1.
 * @throws {Error} If there are no trials or more hits than these.
 * @example
 * ```ts
 * import { clopperPearson } from "@lib/recovery/clopper_pearson.ts";
 * import { assertAlmostEquals } from "@lib/std/assert.ts";
 *
 * assertAlmostEquals(clopperPearson(0, 100, 0.05), 1 - 0.05 ** (1 / 100), 1e-12);
 * ```
 */
export function clopperPearson(hits: number, count: number, risk: number): number {
  requireTrials(hits, count);
  if (hits === count) return 1;
  let [low, high] = [hits / count, 1];
  for (let half = 0; half < 60; half++) {
    const middle = (low + high) / 2;
    if (atMost(hits, count, middle) > risk) low = middle;
    else high = middle;
  }
  return high;
}

/**
 * Checks a number of hits.
 *
 * @param hits How often something happened.
 * @param count Of how many.
 * @throws {Error} If there are no trials or more hits than these.
 */
export function requireTrials(hits: number, count: number): void {
  if (count >= 1 && hits >= 0 && hits <= count) return;
  throw new Error(`Expected 0–${count} hits of at least 1 but found ${hits}`);
}

/**
 * How likely so many hits or fewer are, by the binomial distribution.
 *
 * @param hits From 0 to the count.
 * @param count Of how many.
 * @param rate Of a hit, above 0 and below 1.
 * @returns 0–1.
 * @example
 * ```ts
 * import { atMost } from "@lib/recovery/clopper_pearson.ts";
 * import { assertAlmostEquals } from "@lib/std/assert.ts";
 *
 * assertAlmostEquals(atMost(1, 3, 0.5), 0.5, 1e-12);
 * ```
 */
export function atMost(hits: number, count: number, rate: number): number {
  let logarithm = count * Math.log1p(-rate);
  let sum = Math.exp(logarithm);
  for (let hit = 1; hit <= hits; hit++) {
    logarithm += Math.log((count - hit + 1) / hit) + Math.log(rate) - Math.log1p(-rate);
    sum += Math.exp(logarithm);
  }
  return sum;
}
