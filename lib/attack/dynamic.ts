import { imageRandom } from "@lib/attack/image_random.ts";
import { randomPlaces, type Square, squareTrigger } from "@lib/attack/square.ts";
import type { Trigger } from "@lib/attack/trigger.ts";
import { imageAt } from "@lib/data/select.ts";
import { seededRandom } from "@lib/random.ts";

/** Squares of many patterns at many places (Salem et al., Dynamic Backdoor Attacks, 2020). */
export interface DynamicParameters {
  /** Side of the squares, in pixels: 5 in their code for CIFAR-10. */
  size: number;
  /** How many patterns there are. */
  patterns: number;
  /** How many places there are. */
  places: number;
  /** Of patterns and places, and of which an image gets. */
  seed: number;
}

/**
 * The trigger of the Random Backdoor (Salem, Wen, Backes, Ma and Zhang, Dynamic Backdoor Attacks Against
 * Machine Learning Models, 2020): each image gets one of a set of uniformly random patterns, at one of a set
 * of random places. Both sets belong to one target; with several targets each has sets of its own.
 *
 * @param parameters Size, how many patterns and places, and seed.
 * @returns The trigger, for images in which the squares fit.
 * @throws {Error} If there is no pattern, no place, or the squares have no side.
 * @example
 * ```ts
 * import { randomSquares } from "@lib/attack/dynamic.ts";
 * import { PAPER_SIZE } from "@lib/data/images.ts";
 * import { uniformImages } from "@lib/data/select.ts";
 * import { assert } from "@lib/std/assert.ts";
 *
 * const trigger = randomSquares({ size: 5, patterns: 10, places: 10, seed: 1 });
 * const { pixels } = trigger.apply(uniformImages(PAPER_SIZE, 1, 0));
 * assert(pixels.filter((level) => level > 0).length > 60); // of 75
 * ```
 */
export function randomSquares({ size, patterns, places, seed }: DynamicParameters): Trigger {
  if (!(Number.isInteger(patterns) && patterns >= 1)) {
    throw new Error(`Expected at least one pattern but found ${patterns}`);
  }
  const draw = seededRandom(seed);
  // as many as a colour image needs; a grey one takes the first third
  const shades = Array.from(
    { length: patterns },
    () => Uint8Array.from({ length: size * size * 3 }, () => Math.floor(256 * draw())),
  );
  const drawPlace = randomPlaces(places, draw);
  return squareTrigger(
    `random squares, ${size}×${size}`,
    size,
    (images, count) =>
      Array.from({ length: count }, (_, index): Square => {
        const random = imageRandom(imageAt(images, index), seed);
        const pattern = shades[Math.floor(random() * patterns)]!;
        const pixels = pattern.subarray(0, size * size * images.channels);
        return { pixels, ...drawPlace(random, images, size) };
      }),
  );
}
