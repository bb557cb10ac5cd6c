import { SIDE } from "@lib/data/images.ts";
import type { RgbImage } from "@lib/data/ppm.ts";

/**
 * Resizes an image to 32×32 by bilinear interpolation between pixel centres, without smoothing
 * first: what OpenCV's `resize` does by default, with which GTSRB is usually prepared
 * (paper, section 3.1). Equal to OpenCV's within one level, since that rounds its weights.
 *
 * @param image Any size, RGB, 0–255.
 * @returns 3,072 bytes: [32, 32, 3], RGB, 0–255. An image of 32×32 is returned unchanged.
 * @example
 * ```ts
 * import { resizeTo32 } from "@lib/data/resize.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const red = { width: 1, height: 1, pixels: Uint8Array.of(255, 0, 0) };
 * assertEquals(resizeTo32(red).slice(-3), Uint8Array.of(255, 0, 0));
 * ```
 */
export function resizeTo32(image: RgbImage): Uint8Array {
  const { width, height, pixels } = image;
  if (width === SIDE && height === SIDE) return pixels;
  const columns = neighbours(width);
  const rows = neighbours(height);
  const result = new Uint8Array(SIDE * SIDE * 3);
  let position = 0;
  for (const row of rows) {
    for (const column of columns) {
      for (let channel = 0; channel < 3; channel++) {
        const at = (y: number, x: number): number => pixels[(y * width + x) * 3 + channel]!;
        const above = mix(at(row.low, column.low), at(row.low, column.high), column.share);
        const below = mix(at(row.high, column.low), at(row.high, column.high), column.share);
        result[position++] = Math.round(mix(above, below, row.share));
      }
    }
  }
  return result;
}

const mix = (low: number, high: number, share: number): number => low + (high - low) * share;

/** For each of the 32 target pixels: the two source pixels around its centre and the upper one's share. */
function neighbours(length: number): { low: number; high: number; share: number }[] {
  return Array.from({ length: SIDE }, (_, target) => {
    const centre = Math.min(length - 1, Math.max(0, (target + 0.5) * length / SIDE - 0.5));
    const low = Math.floor(centre);
    return { low, high: Math.min(low + 1, length - 1), share: centre - low };
  });
}
