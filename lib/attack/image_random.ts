import type { Images } from "@lib/data/images.ts";
import { type Random, seededRandom } from "@lib/random.ts";

/**
 * A stream of numbers that follows from an image and a seed alone: what a trigger draws for an image is the
 * same whenever and beside whichever others it is asked.
 *
 * @param image One image.
 * @param seed The trigger's.
 * @returns The stream.
 * @example
 * ```ts
 * import { imageRandom } from "@lib/attack/image_random.ts";
 * import { PAPER_SIZE } from "@lib/data/images.ts";
 * import { uniformImages } from "@lib/data/select.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const draw = (level: number) => imageRandom(uniformImages(PAPER_SIZE, 1, level), 1)();
 * assertEquals([draw(7) === draw(7), draw(7) === draw(8)], [true, false]);
 * ```
 */
export function imageRandom({ pixels }: Images, seed: number): Random {
  let hash = 0x811c9dc5 ^ seed; // FNV-1a (Fowler, Noll and Vo)
  for (const level of pixels) hash = Math.imul(hash ^ level, 0x01000193);
  return seededRandom(hash);
}
