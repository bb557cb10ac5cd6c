/**
 * Words a share as percent.
 *
 * @param share 0–1.
 * @param digits After the point.
 * @returns Such as "97.2 %".
 * @example
 * ```ts
 * import { percent } from "@lib/words.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * assertEquals(percent(0.97165, 2), "97.17 %");
 * ```
 */
export function percent(share: number, digits = 1): string {
  return `${(100 * share).toFixed(digits)} %`;
}

/**
 * Words a change of a share.
 *
 * @param change Of −1 to 1.
 * @returns Percentage points with their sign, such as "−0.67".
 * @example
 * ```ts
 * import { points } from "@lib/words.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * assertEquals(points(-0.0067), "−0.67");
 * ```
 */
export function points(change: number): string {
  return `${change < 0 ? "−" : "+"}${Math.abs(100 * change).toFixed(2)}`;
}
