/**
 * Above this index a class counts as an outlier. Neural Cleanse takes 2, Iglewicz and Hoaglin (1993) 3.5;
 * the norms of clean networks have heavier tails than a normal distribution, and of some classes come to
 * 3.5 (notebook 08).
 */
export const OUTLIER_INDEX = 5;

/** Makes the median absolute deviation of normal values their standard deviation. */
const TO_DEVIATION = 1.4826;

/**
 * How far below the others each norm lies: (median − logarithm) / deviation, where the deviation is
 * 1.4826 times the median absolute deviation, as in Neural Cleanse (Wang et al., 2019). Norms differ by
 * factors, so their logarithms are compared.
 *
 * @param norms One a class, above 0.
 * @returns One index a class; large where a norm is suspiciously small.
 * @throws {Error} If there are fewer than three norms, or one is not above 0.
 * @example
 * ```ts
 * import { OUTLIER_INDEX, outlierIndices } from "@lib/defense/outliers.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const indices = outlierIndices([900, 1000, 1100, 60, 1050]);
 * assertEquals(indices.findIndex((index) => index > OUTLIER_INDEX), 3);
 * ```
 */
export function outlierIndices(norms: readonly number[]): number[] {
  const stray = norms.findIndex((norm) => !(norm > 0));
  if (norms.length < 3 || stray >= 0) {
    throw new Error(
      `Expected at least three norms above 0 but found ${norms.length}` +
        (stray >= 0 ? `, of which ${norms[stray]} for class ${stray}` : ""),
    );
  }
  const logs = norms.map(Math.log);
  const middle = median(logs);
  const deviation = TO_DEVIATION * median(logs.map((log) => Math.abs(log - middle)));
  return logs.map((log) => log === middle ? 0 : (middle - log) / deviation);
}

/**
 * How often a clean network would raise an alarm if the logarithms of its norms were normal, which they
 * are only roughly: a lower bound of the truth.
 *
 * @param classes How many.
 * @param index That a class must exceed, above 2.
 * @returns 1 − Φ(index)^classes, 0–1.
 * @example
 * ```ts
 * import { falseAlarmRate } from "@lib/defense/outliers.ts";
 * import { assertAlmostEquals } from "@lib/std/assert.ts";
 *
 * assertAlmostEquals(falseAlarmRate(43, 3.5), 0.00995, 1e-4);
 * ```
 */
export function falseAlarmRate(classes: number, index = OUTLIER_INDEX): number {
  return 1 - (1 - upperTail(index)) ** classes;
}

/** 1 − Φ(x) for x > 2, by its continued fraction (Abramowitz and Stegun, 26.2.14). */
function upperTail(x: number): number {
  let fraction = x;
  for (let k = 60; k >= 1; k--) fraction = x + k / fraction;
  return Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI) / fraction;
}

/**
 * The median.
 *
 * @param values At least one.
 * @returns The middle one, or the mean of the two in the middle.
 * @example
 * ```ts
 * import { median } from "@lib/defense/outliers.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * assertEquals(median([5, 1, 2, 9]), 3.5);
 * ```
 */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}
