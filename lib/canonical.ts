import { createHash } from "node:crypto";

/**
 * A value as JSON with sorted keys: the same text for what is the same, in whatever order it was written.
 *
 * @param value Anything that JSON can hold.
 * @returns One line.
 * @example
 * ```ts
 * import { canonical } from "@lib/canonical.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * assertEquals(canonical({ b: 1, a: [2] }), canonical({ a: [2], b: 1 }));
 * ```
 */
export function canonical(value: unknown): string {
  return JSON.stringify(
    value,
    (_, each) =>
      typeof each === "object" && each !== null && !Array.isArray(each)
        ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => a < b ? -1 : 1))
        : each,
  );
}

/**
 * A short name of a value, for what depends on it.
 *
 * @param value Anything that JSON can hold.
 * @returns 16 hexadecimal digits of the SHA-256 of its {@link canonical} form.
 */
export function digestOf(value: unknown): string {
  return createHash("sha256").update(canonical(value)).digest("hex").slice(0, 16);
}
