import { toBytes } from "@lib/attack/colour.ts";
import { type Images, requireImages, sizeText } from "@lib/data/images.ts";

/**
 * Peak signal-to-noise ratio of two images: how little their pixels differ.
 *
 * @param first One image, or as many as the second.
 * @param second Of the same size.
 * @returns Decibels; infinite for equal images; above 40 dB a difference is hard to see.
 * @throws {Error} If numbers or sizes differ.
 * @example
 * ```ts
 * import { psnr } from "@lib/attack/similarity.ts";
 * import { assertAlmostEquals } from "@lib/std/assert.ts";
 *
 * const [black, half] = [Uint8Array.of(0, 0), Uint8Array.of(0, 255)]
 *   .map((pixels) => ({ height: 1, width: 2, channels: 1 as const, pixels }));
 * assertAlmostEquals(psnr(black!, half!), 10 * Math.log10(2));
 * ```
 */
export function psnr(first: Images, second: Images): number {
  requireSame(first, second);
  const squares = first.pixels.reduce(
    (sum, level, index) => sum + (level - second.pixels[index]!) ** 2,
    0,
  );
  return 10 * Math.log10(255 ** 2 * first.pixels.length / squares);
}

/**
 * What changed between two images, magnified around middle grey, to look at.
 *
 * @param first One image, or as many as the second.
 * @param second Of the same size.
 * @param factor By which differences are multiplied.
 * @returns As many images: 128 where nothing changed, clipped to 0–255.
 * @throws {Error} If numbers or sizes differ.
 * @example
 * ```ts
 * import { magnifiedDifference } from "@lib/attack/similarity.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const [one, other] = [Uint8Array.of(5, 5, 5), Uint8Array.of(5, 7, 0)]
 *   .map((pixels) => ({ height: 1, width: 1, channels: 3 as const, pixels }));
 * assertEquals(magnifiedDifference(one!, other!, 10).pixels, Uint8Array.of(128, 148, 78));
 * ```
 */
export function magnifiedDifference(first: Images, second: Images, factor: number): Images {
  requireSame(first, second);
  const { height, width, channels } = first;
  const change = Float64Array.from(
    second.pixels,
    (level, at) => 128 + factor * (level - first.pixels[at]!),
  );
  return { height, width, channels, pixels: toBytes(change) };
}

/**
 * Structural similarity of two images (Wang, Bovik, Sheikh and Simoncelli, 2004): Gaussian window of
 * 11×11 with σ = 1.5, K₁ = 0.01, K₂ = 0.03, the mean over all whole windows and all channels.
 *
 * @param first One image of at least 11×11.
 * @param second Of the same size.
 * @returns At most 1, which only equal images reach.
 * @throws {Error} If sizes differ or no window fits.
 * @example
 * ```ts
 * import { ssim } from "@lib/attack/similarity.ts";
 * import { PAPER_SIZE } from "@lib/data/images.ts";
 * import { uniformImages } from "@lib/data/select.ts";
 * import { assertAlmostEquals } from "@lib/std/assert.ts";
 *
 * const grey = uniformImages(PAPER_SIZE, 1, 99);
 * assertAlmostEquals(ssim(grey, grey), 1);
 * ```
 */
export function ssim(first: Images, second: Images): number {
  requireSame(first, second);
  const { height, width, channels } = first;
  if (height < KERNEL.length || width < KERNEL.length) {
    throw new Error(`Expected images of at least 11×11 but found ${sizeText(first)}`);
  }
  const smooth = (levels: Float64Array): Float64Array => smoothed(levels, height, width);
  const [c1, c2] = [(0.01 * 255) ** 2, (0.03 * 255) ** 2];
  let total = 0;
  let windows = 0;
  for (let channel = 0; channel < channels; channel++) {
    const [a, b] = [first, second].map(({ pixels }) =>
      Float64Array.from({ length: height * width }, (_, at) => pixels[at * channels + channel]!)
    ) as [Float64Array, Float64Array];
    const [meanA, meanB] = [smooth(a), smooth(b)];
    const squareA = smooth(a.map((level) => level ** 2));
    const squareB = smooth(b.map((level) => level ** 2));
    const product = smooth(a.map((level, index) => level * b[index]!));
    meanA.forEach((ma, index) => {
      const mb = meanB[index]!;
      const variances = squareA[index]! - ma ** 2 + squareB[index]! - mb ** 2;
      const covariance = product[index]! - ma * mb;
      total += (2 * ma * mb + c1) * (2 * covariance + c2) /
        ((ma ** 2 + mb ** 2 + c1) * (variances + c2));
      windows++;
    });
  }
  return total / windows;
}

function requireSame(first: Images, second: Images): void {
  requireImages(first);
  if (sizeText(first) !== sizeText(second) || first.pixels.length !== second.pixels.length) {
    throw new Error(
      `Expected ${first.pixels.length} bytes in images of ${
        sizeText(first)
      } to compare but found ` +
        `${second.pixels.length} in images of ${sizeText(second)}`,
    );
  }
}

const RADIUS = 5;
const raw = Array.from({ length: 11 }, (_, k) => Math.exp(-((k - RADIUS) ** 2) / (2 * 1.5 ** 2)));
const KERNEL = raw.map((weight) => weight / raw.reduce((sum, each) => sum + each));

/** Gaussian means at the centres of all whole windows. */
function smoothed(levels: Float64Array, height: number, width: number): Float64Array {
  const [down, across] = [height - 2 * RADIUS, width - 2 * RADIUS];
  const rows = Float64Array.from({ length: height * across }, (_, index) => {
    const start = Math.floor(index / across) * width + index % across;
    return KERNEL.reduce((sum, weight, k) => sum + weight * levels[start + k]!, 0);
  });
  return Float64Array.from(
    { length: down * across },
    (_, index) => KERNEL.reduce((sum, weight, k) => sum + weight * rows[index + k * across]!, 0),
  );
}
