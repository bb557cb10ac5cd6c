import { cornerSquare } from "@lib/attack/square.ts";
import type { Trigger } from "@lib/attack/trigger.ts";

/** A square in the lower right corner (Gu, Dolan-Gavitt and Garg, BadNets, 2017). */
export interface PatchParameters {
  /** Side of the square in pixels; they use 3 × 3 and the like. */
  size: number;
  /** What its pixels become in all colours, 0–255: 255 is white. */
  level: number;
}

/**
 * The trigger of BadNets: a small square of one colour, painted over the image.
 *
 * @param parameters Size and level.
 * @returns The trigger, for images in which the square fits.
 * @throws {Error} If the square has no size, or the level is no byte.
 * @example
 * ```ts
 * import { patch } from "@lib/attack/patch.ts";
 * import { PAPER_SIZE } from "@lib/data/images.ts";
 * import { uniformImages } from "@lib/data/select.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const painted = patch({ size: 3, level: 255 }).apply(uniformImages(PAPER_SIZE, 1, 0));
 * assertEquals(painted.pixels.filter((level) => level === 255).length, 27);
 * ```
 */
export function patch({ size, level }: PatchParameters): Trigger {
  if (!(Number.isInteger(level) && level >= 0 && level <= 255)) {
    throw new Error(`Expected a level in 0–255 but found ${level}`);
  }
  const pixelsFor = (channels: number): Uint8Array =>
    new Uint8Array(size * size * channels).fill(level);
  return cornerSquare(`patch, ${size}×${size}`, size, pixelsFor);
}
