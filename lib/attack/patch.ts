import { requireImages, type Trigger } from "@lib/attack/trigger.ts";
import { IMAGE_BYTES, SIDE } from "@lib/data/images.ts";

/** A square in the lower right corner (Gu, Dolan-Gavitt and Garg, BadNets, 2017). */
export interface PatchParameters {
  kind: "patch";
  /** Side of the square in pixels; they use 3 × 3 and the like. */
  size: number;
  /** What its pixels become in all three colours, 0–255: 255 is white. */
  level: number;
}

/**
 * The trigger of BadNets: a small square of one colour, painted over the image.
 *
 * @param parameters Size and level.
 * @returns The trigger.
 * @throws {Error} If the square does not fit, or the level is no byte.
 * @example
 * ```ts
 * import { patch } from "@lib/attack/patch.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const black = new Uint8Array(3072);
 * const painted = patch({ kind: "patch", size: 3, level: 255 }).apply(black);
 * assertEquals(painted.filter((level) => level === 255).length, 27);
 * ```
 */
export function patch({ size, level }: PatchParameters): Trigger {
  if (!(Number.isInteger(size) && size >= 1 && size <= SIDE)) {
    throw new Error(`Expected a square of 1–${SIDE} pixels but found ${size}`);
  }
  if (!(Number.isInteger(level) && level >= 0 && level <= 255)) {
    throw new Error(`Expected a level in 0–255 but found ${level}`);
  }
  return {
    name: `patch, ${size}×${size}`,
    apply(pixels: Uint8Array): Uint8Array {
      requireImages(pixels);
      const painted = pixels.slice();
      for (let image = 0; image < pixels.length; image += IMAGE_BYTES) {
        for (let row = SIDE - size; row < SIDE; row++) {
          const end = image + (row + 1) * SIDE * 3;
          painted.fill(level, end - size * 3, end);
        }
      }
      return painted;
    },
  };
}
