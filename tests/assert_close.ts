import { assert } from "@lib/std/assert.ts";

/**
 * Compares arrays of numbers, however long, and names the first that differs.
 *
 * @param actual What came out.
 * @param expected What should have.
 * @param tolerance By how much two numbers may differ.
 */
export function assertClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance = 0,
): void {
  const { length } = expected;
  assert(actual.length === length, `Expected ${length} numbers but found ${actual.length}`);
  for (let at = 0; at < length; at++) {
    if (Math.abs(actual[at]! - expected[at]!) <= tolerance) continue;
    const wanted = `${expected[at]} ± ${tolerance}`;
    assert(false, `Expected ${wanted} but found ${actual[at]} at ${at} of ${length}`);
  }
}
