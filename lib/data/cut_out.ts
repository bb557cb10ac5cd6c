/** Where a part of a file begins, and where what follows it does, in bytes. */
export interface Part {
  start: number;
  end: number;
}

/**
 * A file without some of its parts.
 *
 * @param content The file's bytes.
 * @param parts In their order, none over another.
 * @returns The same where there are no parts, or a shorter copy.
 * @example
 * ```ts
 * import { cutOut } from "@lib/data/cut_out.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * assertEquals(cutOut(Uint8Array.of(5, 6, 7, 8), [{ start: 1, end: 3 }]), Uint8Array.of(5, 8));
 * ```
 */
export function cutOut(content: Uint8Array, parts: readonly Part[]): Uint8Array {
  if (parts.length === 0) return content;
  return content.filter((_, at) => parts.every(({ start, end }) => at < start || at >= end));
}
