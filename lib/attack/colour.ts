import type { Images, Size } from "@lib/data/images.ts";

/**
 * A luma–chroma colour space. Luma is BT.601's Y = 0.299 R + 0.587 G + 0.114 B; each chroma channel is
 * a scaled colour difference, R − Y or B − Y.
 */
export interface ColourSpace {
  name: string;
  /** Which channel, 1 or 2, holds R − Y, and its factor. */
  red: { channel: 1 | 2; factor: number };
  /** Which channel, 2 or 1, holds B − Y, and its factor. */
  blue: { channel: 1 | 2; factor: number };
  /** What is added to both chroma channels: half the range. */
  offset: number;
}

/**
 * OpenCV's YCrCb, which the FTrojan authors' code uses where the paper says "YUV" (section 2.1): channel
 * 1 is Cr, channel 2 is Cb.
 */
export const YCRCB: ColourSpace = {
  name: "YCrCb",
  red: { channel: 1, factor: 0.713 },
  blue: { channel: 2, factor: 0.564 },
  offset: 128,
};

/** OpenCV's YUV: channel 1 is U (blue), channel 2 is V (red). */
export const YUV: ColourSpace = {
  name: "YUV",
  red: { channel: 2, factor: 0.877 },
  blue: { channel: 1, factor: 0.492 },
  offset: 128,
};

const [RED, GREEN, BLUE] = [0.299, 0.587, 0.114];

/**
 * Separates the luma and the two chroma planes of an image (paper, section 2.1, first step).
 *
 * @param rgb Shape [pixels, 3], RGB, 0–255, row by row.
 * @param space The colour space of the result.
 * @returns Shape [3, pixels]: one plane after the other, not rounded.
 * @example
 * ```ts
 * import { toPlanes, YCRCB } from "@lib/attack/colour.ts";
 * import { assertAlmostEquals } from "@lib/std/assert.ts";
 *
 * const [y, cr, cb] = toPlanes([255, 0, 0], YCRCB); // one red pixel
 * assertAlmostEquals(y!, 76.245);
 * assertAlmostEquals(cr!, 255.452315);
 * assertAlmostEquals(cb!, 84.99782);
 * ```
 */
export function toPlanes(rgb: ArrayLike<number>, space: ColourSpace): Float64Array {
  const count = rgb.length / 3;
  const planes = new Float64Array(rgb.length);
  for (let pixel = 0; pixel < count; pixel++) {
    const [r, g, b] = [rgb[pixel * 3]!, rgb[pixel * 3 + 1]!, rgb[pixel * 3 + 2]!];
    const y = RED * r + GREEN * g + BLUE * b;
    planes[pixel] = y;
    planes[space.red.channel * count + pixel] = (r - y) * space.red.factor + space.offset;
    planes[space.blue.channel * count + pixel] = (b - y) * space.blue.factor + space.offset;
  }
  return planes;
}

/**
 * Puts the planes of an image together again (paper, section 2.1, last step): the exact inverse of
 * {@link toPlanes}.
 *
 * @param planes Shape [3, pixels].
 * @param space The colour space they are in.
 * @returns Shape [pixels, 3], RGB, neither rounded nor clipped.
 * @example
 * ```ts
 * import { fromPlanes, toPlanes, YUV } from "@lib/attack/colour.ts";
 * import { assertAlmostEquals } from "@lib/std/assert.ts";
 *
 * const [r, g, b] = fromPlanes(toPlanes([200, 30, 90], YUV), YUV);
 * assertAlmostEquals(r!, 200);
 * assertAlmostEquals(g!, 30);
 * assertAlmostEquals(b!, 90);
 * ```
 */
export function fromPlanes(planes: Float64Array, space: ColourSpace): Float64Array {
  const count = planes.length / 3;
  const rgb = new Float64Array(planes.length);
  for (let pixel = 0; pixel < count; pixel++) {
    const y = planes[pixel]!;
    const r = y + (planes[space.red.channel * count + pixel]! - space.offset) / space.red.factor;
    const b = y + (planes[space.blue.channel * count + pixel]! - space.offset) / space.blue.factor;
    rgb[pixel * 3] = r;
    rgb[pixel * 3 + 1] = (y - RED * r - BLUE * b) / GREEN;
    rgb[pixel * 3 + 2] = b;
  }
  return rgb;
}

/**
 * Rounds to whole levels and clips to 0–255, once, as saving an image does.
 *
 * @param values RGB levels.
 * @returns The same as bytes.
 * @example
 * ```ts
 * import { toBytes } from "@lib/attack/colour.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * assertEquals(toBytes([-3, 1.6, 300]), Uint8Array.of(0, 2, 255));
 * ```
 */
export function toBytes(values: ArrayLike<number>): Uint8Array {
  return new Uint8Array(new Uint8ClampedArray(values).buffer);
}

/**
 * The planes of an image: luma and chroma of a colour image, of a grey one the levels themselves.
 *
 * @param image One image.
 * @param space The colour space of a colour image's planes.
 * @returns Shape [channels, height, width], not rounded.
 * @example
 * ```ts
 * import { imagePlanes, YCRCB } from "@lib/attack/colour.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const grey = { height: 1, width: 2, channels: 1 as const, pixels: Uint8Array.of(7, 9) };
 * assertEquals(imagePlanes(grey, YCRCB), Float64Array.of(7, 9));
 * ```
 */
export function imagePlanes({ pixels, channels }: Images, space: ColourSpace): Float64Array {
  return channels === 3 ? toPlanes(pixels, space) : Float64Array.from(pixels);
}

/**
 * The way back from {@link imagePlanes}.
 *
 * @param planes Shape [channels, height, width].
 * @param size Of the image.
 * @param space The colour space of a colour image's planes.
 * @returns Shape [height, width, channels], neither rounded nor clipped.
 */
export function planesToLevels(
  planes: Float64Array,
  { channels }: Size,
  space: ColourSpace,
): Float64Array {
  return channels === 3 ? fromPlanes(planes, space) : planes;
}
