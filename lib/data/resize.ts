import type { Size } from "@lib/data/images.ts";
import type { RgbImage } from "@lib/data/ppm.ts";

/**
 * Resizes an image by bilinear interpolation between pixel centres, without smoothing first: what
 * OpenCV's `resize` does by default, with which GTSRB is usually prepared (paper, section 3.1). Equal to
 * OpenCV's within one level, since that rounds its weights.
 *
 * @param image Any size.
 * @param size The size wanted, in pixels; with one channel, luma (BT.601) is kept of the colours.
 * @returns Shape [height, width, channels], row-major, 0–255.
 * @example
 * ```ts
 * import { PAPER_SIZE } from "@lib/data/images.ts";
 * import { resize } from "@lib/data/resize.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const grey = { width: 2, height: 1, pixels: new Uint8Array(6).fill(90) };
 * assertEquals(resize(grey, PAPER_SIZE).every((level) => level === 90), true);
 * ```
 */
export function resize(image: RgbImage, size: Size): Uint8Array {
  const { height, width, channels } = size;
  const same = image.width === width && image.height === height;
  const pixels = same ? image.pixels : interpolated(image, size);
  return channels === 3 ? pixels : lumaOf(pixels);
}

function interpolated({ width, height, pixels }: RgbImage, size: Size): Uint8Array {
  const columns = neighbours(width, size.width);
  const rows = neighbours(height, size.height);
  const result = new Uint8Array(size.height * size.width * 3);
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

/** For each target pixel: the two source pixels around its centre and the upper one's share. */
function neighbours(
  length: number,
  wanted: number,
): { low: number; high: number; share: number }[] {
  return Array.from({ length: wanted }, (_, target) => {
    const centre = Math.min(length - 1, Math.max(0, (target + 0.5) * length / wanted - 0.5));
    const low = Math.floor(centre);
    return { low, high: Math.min(low + 1, length - 1), share: centre - low };
  });
}

function lumaOf(rgb: Uint8Array): Uint8Array {
  return Uint8Array.from(
    { length: rgb.length / 3 },
    (_, at) =>
      Math.round(0.299 * rgb[3 * at]! + 0.587 * rgb[3 * at + 1]! + 0.114 * rgb[3 * at + 2]!),
  );
}
