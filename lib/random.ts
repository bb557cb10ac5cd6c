/**
 * Seeded randomness: every draw in this project comes from a stream made here, so the same seed
 * gives the same experiment.
 *
 * @module
 */
import { mersenne } from "pure-rand/generator/mersenne";

/** A seeded stream: each call gives the next number in [0, 1), with 32 random bits. */
export type Random = () => number;

/**
 * Makes a stream of uniform numbers from a seed (Mersenne Twister, by `pure-rand`).
 *
 * @param seed Any 32-bit integer; other numbers are cut to one.
 * @example
 * ```ts
 * import { seededRandom } from "@lib/random.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * assertEquals(seededRandom(7)(), seededRandom(7)());
 * ```
 */
export function seededRandom(seed: number): Random {
  const generator = mersenne(seed | 0);
  return () => (generator.next() >>> 0) / 2 ** 32;
}

/**
 * A uniformly random order of 0 … count − 1 (Fisher–Yates).
 *
 * @example
 * ```ts
 * import { seededRandom, shuffled } from "@lib/random.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * assertEquals([...shuffled(4, seededRandom(1))].sort(), [0, 1, 2, 3]);
 * ```
 */
export function shuffled(count: number, random: Random): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, index) => index);
  for (let last = count - 1; last > 0; last--) {
    const pick = Math.floor(random() * (last + 1));
    [order[last], order[pick]] = [order[pick]!, order[last]!];
  }
  return order;
}

/**
 * Draws a standard normal number (Box and Muller, 1958).
 *
 * @param random Where it comes from; two of its numbers are used.
 * @returns The number.
 * @example
 * ```ts
 * import { normal, seededRandom } from "@lib/random.ts";
 * import { assert } from "@lib/std/assert.ts";
 *
 * const random = seededRandom(1);
 * const drawn = Array.from({ length: 1000 }, () => normal(random));
 * assert(Math.abs(drawn.reduce((sum, each) => sum + each)) < 100);
 * ```
 */
export function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
