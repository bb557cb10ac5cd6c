/**
 * How sure a measured rate is.
 *
 * @module
 */
import type { Range } from "@lib/figures/rates.ts";
import { tf } from "@lib/network/tensorflow.ts";
import { seededRandom } from "@lib/random.ts";
import { atMost, requireTrials } from "@lib/recovery/clopper_pearson.ts";

/** Of the standard normal distribution: 95 % lie within ± this. */
const Z = 1.959963984540054;

/**
 * Wilson's 95 % interval of a rate (Wilson, 1927): right also near 0 and 1, where ± standard errors is not.
 *
 * @param hits How often it happened.
 * @param count Of how many.
 * @returns Shares from 0 to 1.
 * @throws {Error} If there are no trials or more hits than these.
 * @example
 * ```ts
 * import { wilson } from "@lib/study/statistics.ts";
 * import { assertAlmostEquals } from "@lib/std/assert.ts";
 *
 * assertAlmostEquals(wilson(0, 100).high, 0.037, 1e-3); // nothing seen in 100 is not nothing
 * ```
 */
export function wilson(hits: number, count: number): Range {
  requireTrials(hits, count);
  const rate = hits / count;
  const shrink = 1 + Z ** 2 / count;
  const centre = (rate + Z ** 2 / (2 * count)) / shrink;
  const half = Z / shrink * Math.sqrt(rate * (1 - rate) / count + Z ** 2 / (4 * count ** 2));
  return { low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
}

/**
 * McNemar's exact test (McNemar, 1947): whether two networks that answer the same images differ in how
 * often they are right. Only the images on which exactly one is right tell.
 *
 * @param one Whether the first was right; one an image.
 * @param other Whether the second was; of the same images.
 * @returns On how many images only the one, and only the other was right, and the two-sided p-value.
 * @throws {Error} If the lists differ in length.
 * @example
 * ```ts
 * import { mcNemar } from "@lib/study/statistics.ts";
 * import { assertAlmostEquals, assertEquals } from "@lib/std/assert.ts";
 *
 * const one = [true, true, true, false];
 * const other = [false, false, false, false];
 * const { onlyOne, onlyOther, p } = mcNemar(one, other);
 * assertEquals([onlyOne, onlyOther], [3, 0]);
 * assertAlmostEquals(p, 0.25, 1e-12);
 * ```
 */
export function mcNemar(
  one: readonly boolean[],
  other: readonly boolean[],
): { onlyOne: number; onlyOther: number; p: number } {
  if (one.length !== other.length) {
    throw new Error(`Expected answers to the same images but found ${one.length}, ${other.length}`);
  }
  const onlyOne = one.filter((right, image) => right && !other[image]).length;
  const onlyOther = other.filter((right, image) => right && !one[image]).length;
  return { onlyOne, onlyOther, p: signTest(onlyOne, onlyOne + onlyOther) };
}

/**
 * The sign test (Arbuthnot, 1710): how often a fair coin would show so many heads, or as many tails, or more.
 *
 * @param wins Heads.
 * @param count Of how many.
 * @returns The two-sided p-value.
 * @example
 * ```ts
 * import { signTest } from "@lib/study/statistics.ts";
 * import { assertAlmostEquals } from "@lib/std/assert.ts";
 *
 * assertAlmostEquals(signTest(5, 5), 2 / 32, 1e-12);
 * ```
 */
export function signTest(wins: number, count: number): number {
  return Math.min(1, 2 * atMost(Math.min(wins, count - wins), count, 0.5));
}

/**
 * Spearman's rank correlation (1904): whether two measurements put things in the same order.
 *
 * @param one A value a thing.
 * @param other The other values of the same things.
 * @returns −1 to 1; equal values share the mean of their ranks.
 * @throws {Error} If the lists differ in length.
 * @example
 * ```ts
 * import { rankCorrelation } from "@lib/study/statistics.ts";
 * import { assertAlmostEquals } from "@lib/std/assert.ts";
 *
 * assertAlmostEquals(rankCorrelation([1, 2, 3], [10, 500, 501]), 1, 1e-12);
 * ```
 */
export function rankCorrelation(one: ArrayLike<number>, other: ArrayLike<number>): number {
  if (one.length !== other.length) {
    throw new Error(`Expected two lists of one length but found ${one.length}, ${other.length}`);
  }
  const centre = (one.length - 1) / 2;
  const [a, b] = [one, other].map((values) => ranks(values).map((rank) => rank - centre));
  const product = (x: number[], y: number[]): number =>
    x.reduce((sum, value, index) => sum + value * y[index]!, 0);
  return product(a!, b!) / Math.sqrt(product(a!, a!) * product(b!, b!));
}

/** From 0. */
function ranks(values: ArrayLike<number>): number[] {
  const list = Array.from(values);
  const sorted = list.toSorted((a, b) => a - b);
  return list.map((value) => (sorted.indexOf(value) + sorted.lastIndexOf(value)) / 2);
}

/**
 * Bootstrap band of a curve (Efron, 1979): images are drawn with replacement, the whole curve follows
 * from each draw, and the middle 95 % at each step are kept.
 *
 * @param hits For each step, whether each image counts; the same images at all steps.
 * @param draws How many.
 * @param seed Of the draws.
 * @returns One interval a step.
 * @throws {Error} If there are no steps or they differ in length.
 * @example
 * ```ts
 * import { bootstrapBand } from "@lib/study/statistics.ts";
 * import { assert, assertEquals } from "@lib/std/assert.ts";
 *
 * const [all, half] = bootstrapBand([[true, true], [true, false]], 200, 1);
 * assertEquals(all, { low: 1, high: 1 });
 * assert(half!.low === 0 && half!.high === 1); // two images tell little
 * ```
 */
export function bootstrapBand(
  hits: readonly (readonly boolean[])[],
  draws: number,
  seed: number,
): Range[] {
  const images = hits[0]?.length ?? 0;
  const odd = hits.find((step) => step.length !== images || images === 0);
  if (hits.length === 0 || odd) {
    throw new Error(`Expected steps of ${images} images but found ${odd?.length ?? "none"}`);
  }
  const rates = tf.tidy(() => {
    const matrix = tf.tensor2d(Float32Array.from(hits.flat(), Number), [hits.length, images]);
    return tf.matMul(matrix, drawWeights(images, draws, seed)).div(images)
      .arraySync() as number[][];
  });
  return rates.map((step) => {
    const sorted = step.toSorted((a, b) => a - b);
    const at = (share: number): number => sorted[Math.round(share * (draws - 1))]!;
    return { low: at(0.025), high: at(0.975) };
  });
}

/** How often each image is in each draw; shape [images, draws]. */
function drawWeights(images: number, draws: number, seed: number): tf.Tensor2D {
  const random = seededRandom(seed);
  const weights = new Float32Array(images * draws);
  for (let draw = 0; draw < draws; draw++) {
    for (let picked = 0; picked < images; picked++) {
      weights[Math.floor(random() * images) * draws + draw]!++;
    }
  }
  return tf.tensor2d(weights, [images, draws]);
}
