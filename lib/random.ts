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
