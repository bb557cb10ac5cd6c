import { toBytes } from "@lib/attack/colour.ts";
import { requireImages } from "@lib/attack/trigger.ts";
import { SIDE } from "@lib/data/images.ts";

/**
 * Peak signal-to-noise ratio of two images: how little their pixels differ.
 *
 * @param first Bytes, RGB, 0–255.
 * @param second As many bytes.
 * @returns Decibels; infinite for equal images; above 40 dB a difference is hard to see.
 * @throws {Error} If the lengths differ.
 * @example
 * ```ts
 * import { psnr } from "@lib/attack/similarity.ts";
 * import { assertAlmostEquals } from "@lib/std/assert.ts";
 *
 * assertAlmostEquals(psnr(Uint8Array.of(0, 0), Uint8Array.of(0, 255)), 10 * Math.log10(2));
 * ```
 */
export function psnr(first: Uint8Array, second: Uint8Array): number {
  requireSameLength(first, second);
  const squares = first.reduce((sum, level, index) => sum + (level - second[index]!) ** 2, 0);
  return 10 * Math.log10(255 ** 2 * first.length / squares);
}

/**
 * What changed between two images, magnified around middle grey, to look at.
 *
 * @param first Bytes, RGB, 0–255.
 * @param second As many bytes.
 * @param factor By which differences are multiplied.
 * @returns As many bytes: 128 where nothing changed, clipped to 0–255.
 * @throws {Error} If the lengths differ.
 * @example
 * ```ts
 * import { magnifiedDifference } from "@lib/attack/similarity.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const difference = magnifiedDifference(Uint8Array.of(5, 5, 5), Uint8Array.of(5, 7, 0), 10);
 * assertEquals(difference, Uint8Array.of(128, 148, 78));
 * ```
 */
export function magnifiedDifference(
  first: Uint8Array,
  second: Uint8Array,
  factor: number,
): Uint8Array {
  requireSameLength(first, second);
  return toBytes(Float64Array.from(second, (level, at) => 128 + factor * (level - first[at]!)));
}

/**
 * Structural similarity of two images (Wang, Bovik, Sheikh and Simoncelli, 2004): Gaussian window of
 * 11×11 with σ = 1.5, K₁ = 0.01, K₂ = 0.03, the mean over all whole windows and the three channels.
 *
 * @param first 3,072 bytes: [32, 32, 3], RGB, 0–255.
 * @param second The same.
 * @returns At most 1, which equal images have.
 * @throws {Error} If either is no 32×32 image.
 * @example
 * ```ts
 * import { ssim } from "@lib/attack/similarity.ts";
 * import { assertAlmostEquals } from "@lib/std/assert.ts";
 *
 * const image = Uint8Array.from({ length: 3072 }, (_, index) => index % 256);
 * assertAlmostEquals(ssim(image, image), 1);
 * ```
 */
export function ssim(first: Uint8Array, second: Uint8Array): number {
  requireImages(first);
  requireImages(second);
  const [c1, c2] = [(0.01 * 255) ** 2, (0.03 * 255) ** 2];
  let total = 0;
  let windows = 0;
  for (let channel = 0; channel < 3; channel++) {
    const a = plane(first, channel);
    const b = plane(second, channel);
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

function requireSameLength(first: Uint8Array, second: Uint8Array): void {
  if (first.length !== second.length) {
    throw new Error(`Expected ${first.length} bytes to compare but found ${second.length}`);
  }
}

const RADIUS = 5;
const raw = Array.from({ length: 11 }, (_, k) => Math.exp(-((k - RADIUS) ** 2) / (2 * 1.5 ** 2)));
const KERNEL = raw.map((weight) => weight / raw.reduce((sum, each) => sum + each));

function plane(image: Uint8Array, channel: number): Float64Array {
  return Float64Array.from({ length: SIDE * SIDE }, (_, pixel) => image[pixel * 3 + channel]!);
}

/** Gaussian means at the centres of all whole windows, 22 × 22 of them. */
function smooth(levels: Float64Array): Float64Array {
  const inner = SIDE - 2 * RADIUS;
  const rows = Float64Array.from({ length: SIDE * inner }, (_, index) => {
    const start = Math.floor(index / inner) * SIDE + index % inner;
    return KERNEL.reduce((sum, weight, k) => sum + weight * levels[start + k]!, 0);
  });
  return Float64Array.from(
    { length: inner * inner },
    (_, index) => KERNEL.reduce((sum, weight, k) => sum + weight * rows[index + k * inner]!, 0),
  );
}
