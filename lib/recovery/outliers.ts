import { normal, seededRandom } from "@lib/random.ts";

/** Makes the median absolute deviation of normal values their standard deviation. */
export const TO_DEVIATION = 1.4826;

/**
 * How far below the others each norm lies: (median − logarithm) / deviation, where the deviation is
 * 1.4826 times the median absolute deviation, as in Neural Cleanse (Wang et al., 2019). Norms differ by
 * factors, so their logarithms are compared.
 *
 * @param norms One a class; 0 of one for which nothing was found, as where all units are dead.
 * @returns One index a class; large where a norm is suspiciously small. A norm of 0 has the index 0, and is
 * left out of median and deviation; so have all where fewer than three are above 0.
 * @throws {Error} If there are fewer than three norms, or one is negative or no number.
 * @example
 * ```ts
 * import { outlierIndices } from "@lib/recovery/outliers.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const indices = outlierIndices([900, 1000, 1100, 60, 1050]);
 * assertEquals(indices.findIndex((index) => index > 5), 3);
 * ```
 */
export function outlierIndices(norms: readonly number[]): number[] {
  const stray = norms.findIndex((norm) => !(norm >= 0));
  if (norms.length < 3 || stray >= 0) {
    throw new Error(
      `Expected at least three norms but found ${norms.length}` +
        (stray >= 0 ? `, of which ${norms[stray]} for class ${stray}` : ""),
    );
  }
  const logs = norms.filter((norm) => norm > 0).map(Math.log);
  if (logs.length < 3) return norms.map(() => 0);
  const middle = median(logs);
  const deviation = medianDeviation(logs, middle);
  return norms.map((norm) => {
    const below = norm > 0 ? middle - Math.log(norm) : 0;
    return below === 0 ? 0 : below / deviation;
  });
}

/** Networks drawn to estimate a rate: enough for two digits of a per cent. */
const DRAWN = 20_000;

/**
 * How often a clean network would raise an alarm if the logarithms of its norms were normal, which they
 * are only roughly: estimated from drawn networks, as median and deviation come from the norms themselves.
 * With few classes that is often.
 *
 * @param classes How many, from 3 on.
 * @param index That a class must exceed.
 * @returns Share of 20,000 networks, 0–1; always the same ones.
 * @throws {Error} If there are fewer than three classes.
 * @example
 * ```ts
 * import { falseAlarmRate } from "@lib/recovery/outliers.ts";
 * import { assertAlmostEquals } from "@lib/std/assert.ts";
 *
 * assertAlmostEquals(falseAlarmRate(3, 5), 3 / Math.PI * Math.atan(Math.sqrt(3) / 15.826), 0.01);
 * ```
 */
export function falseAlarmRate(classes: number, index: number): number {
  return drawnIndices(classes).filter((largest) => largest > index).length / DRAWN;
}

/**
 * Share of clean networks that pass {@link outlierLimit}, were the logarithms of norms normal. For 43 classes
 * that is an index of 5: Neural Cleanse takes 2, Iglewicz and Hoaglin (1993) 3.5, which one class passes in every
 * twentieth network, since the deviation too is estimated from the norms ({@link falseAlarmRate}).
 */
export const ALARM_RATE = 0.002;

/**
 * The index above which a class counts as an outlier: the fewer classes, the further off it must lie.
 *
 * @param classes How many, from 3 on.
 * @returns What one of five hundred drawn networks passes.
 * @throws {Error} If there are fewer than three classes.
 * @example
 * ```ts
 * import { outlierLimit } from "@lib/recovery/outliers.ts";
 * import { assert, assertAlmostEquals } from "@lib/std/assert.ts";
 *
 * assertAlmostEquals(outlierLimit(43), 5, 0.05);
 * assert(outlierLimit(10) > 8);
 * ```
 */
export function outlierLimit(classes: number): number {
  const sorted = drawnIndices(classes).toSorted((one, other) => other - one);
  return sorted[Math.round(ALARM_RATE * DRAWN)]!;
}

const drawn = new Map<number, number[]>();

/** The largest index of each of the drawn networks. */
function drawnIndices(classes: number): number[] {
  const known = drawn.get(classes);
  if (known) return known;
  const random = seededRandom(1);
  const indices = Array.from({ length: DRAWN }, () => {
    const norms = Array.from({ length: classes }, () => Math.exp(normal(random)));
    return Math.max(...outlierIndices(norms));
  });
  drawn.set(classes, indices);
  return indices;
}

/**
 * The median.
 *
 * @param values At least one.
 * @returns The middle one, or the mean of the two in the middle.
 * @example
 * ```ts
 * import { median } from "@lib/recovery/outliers.ts";
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

/**
 * The median absolute deviation, as large as the standard deviation of normal values is.
 *
 * @param values At least one.
 * @param middle Their median.
 * @returns 1.4826 times the median distance from it.
 */
export function medianDeviation(values: readonly number[], middle: number): number {
  return TO_DEVIATION * median(values.map((value) => Math.abs(value - middle)));
}
