/**
 * Assertions of `jsr:@std/assert`; where the jsr registry cannot be reached, the same built on
 * `node:assert`. The stated type makes code check the same in both places. Import assertions
 * from here.
 *
 * @module
 */
import { deepStrictEqual, ok, rejects, throws } from "node:assert/strict";

// deno-lint-ignore no-explicit-any -- any constructor's arguments will do
type ErrorClass = new (...args: any[]) => Error;

interface Assertions {
  assert(condition: unknown, message?: string): void;
  assertAlmostEquals(actual: number, expected: number, tolerance?: number, message?: string): void;
  assertEquals<T>(actual: T, expected: T, message?: string): void;
  assertRejects(
    run: () => PromiseLike<unknown>,
    type?: ErrorClass,
    messageIncludes?: string,
  ): Promise<unknown>;
  assertThrows(run: () => unknown, type?: ErrorClass, messageIncludes?: string): unknown;
}

const matches = (type: ErrorClass, part: string) => (error: unknown): boolean => {
  ok(error instanceof type, `Expected ${type.name} but found ${error}`);
  ok(
    error.message.includes(part),
    `Expected a message with "${part}" but found "${error.message}"`,
  );
  return true;
};

const onNode: Assertions = {
  assert: (condition, message) => ok(condition, message),
  assertAlmostEquals: (actual, expected, tolerance = 1e-7, message) =>
    ok(
      Object.is(actual, expected) || Math.abs(actual - expected) <= tolerance,
      message ?? `Expected ${expected} ± ${tolerance} but found ${actual}`,
    ),
  assertEquals: (actual, expected, message) => deepStrictEqual(actual, expected, message),
  assertRejects: (run, type = Error, part = "") =>
    rejects(async () => await run(), matches(type, part)),
  assertThrows: (run, type = Error, part = "") => throws(run, matches(type, part)),
};

const assertions: Assertions = await import("@std/assert").catch(() => onNode);

export const {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertRejects,
  assertThrows,
}: Assertions = assertions;
