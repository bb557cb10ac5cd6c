import { AssertionError } from "node:assert";

/**
 * Compares arrays of numbers, however long, and names the first that differs.
 *
 * @param found What came out.
 * @param expected What should have.
 * @param tolerance By how much two numbers may differ.
 */
export function assertArrays(
  found: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance = 0,
): void {
  if (found.length !== expected.length) {
    throw new AssertionError({
      message: `Expected ${expected.length} numbers but found ${found.length}`,
    });
  }
  for (let at = 0; at < found.length; at++) {
    if (Object.is(found[at], expected[at])) continue;
    if (Math.abs(found[at]! - expected[at]!) <= tolerance) continue;
    throw new AssertionError({
      message: `Expected ${expected[at]} but found ${found[at]} at ${at} of ${found.length}`,
    });
  }
}
