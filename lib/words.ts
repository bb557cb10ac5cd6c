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
