/**
 * Triggers that are given by all their DCT coefficients: what FTrojan's are special cases of, and what
 * a defender looks for.
 *
 * @module
 */
import { fromPlanes, YCRCB } from "@lib/attack/colour.ts";
import { cosines, idct2 } from "@lib/attack/dct.ts";
import { saturatedSum } from "@lib/attack/saturated_sum.ts";
import { requireImages, type Trigger } from "@lib/attack/trigger.ts";
import { IMAGE_BYTES, SIDE } from "@lib/data/images.ts";
import { tf } from "@lib/network/tensorflow.ts";

/** The planes of YCrCb, as a spectrum has them one after the other. */
export const PLANES = ["Y", "Cr", "Cb"] as const;

/** One frequency of one plane. */
export interface Coefficient {
  plane: typeof PLANES[number];
  /** Vertical frequency, 0–31. */
  row: number;
  /** Horizontal frequency, 0–31. */
  column: number;
  /** What is added there, in levels of the orthonormal DCT. */
  magnitude: number;
}

const PLANE = SIDE * SIDE;
const GREY = { ...YCRCB, offset: 0 };

/**
 * A trigger that adds the same spectrum to every image.
 *
 * @param spectrum Shape [3, 32, 32]: the planes Y, Cr, Cb; rows are vertical frequencies; levels.
 * @returns The trigger; like FTrojan's it rounds and clips once.
 * @throws {Error} If there are not 3,072 coefficients.
 * @example
 * ```ts
 * import { ftrojan, PAPER_TRIGGER } from "@lib/attack/ftrojan.ts";
 * import { spectrumTrigger } from "@lib/attack/spectrum_trigger.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const spectrum = new Float32Array(3072);
 * for (const plane of [1, 2]) {
 *   for (const band of [15, 31]) spectrum[plane * 1024 + band * 32 + band] = 30;
 * }
 * const grey = new Uint8Array(3072).fill(128);
 * assertEquals(spectrumTrigger(spectrum).apply(grey), ftrojan(PAPER_TRIGGER).apply(grey));
 * ```
 */
export function spectrumTrigger(spectrum: ArrayLike<number>): Trigger {
  if (spectrum.length !== IMAGE_BYTES) {
    throw new Error(`Expected ${IMAGE_BYTES} coefficients but found ${spectrum.length}`);
  }
  const all = Float64Array.from(spectrum);
  const planes = Float64Array.from(
    [0, 1, 2].flatMap((plane) => [...idct2(all.slice(plane * PLANE, (plane + 1) * PLANE), SIDE)]),
  );
  const pattern = Int16Array.from(fromPlanes(planes, GREY), Math.round);
  return {
    name: "spectrum",
    apply(pixels: Uint8Array): Uint8Array {
      requireImages(pixels);
      return saturatedSum(pixels, pattern);
    },
  };
}

/**
 * A spectrum's coefficients by size.
 *
 * @param spectrum Shape [3, 32, 32].
 * @returns Those that are not zero, the largest first.
 * @example
 * ```ts
 * import { coefficientsOf } from "@lib/attack/spectrum_trigger.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const spectrum = new Float32Array(3072);
 * spectrum[1024 + 2 * 32 + 7] = -5;
 * assertEquals(coefficientsOf(spectrum), [{ plane: "Cr", row: 2, column: 7, magnitude: -5 }]);
 * ```
 */
export function coefficientsOf(spectrum: ArrayLike<number>): Coefficient[] {
  return Array.from(spectrum, (magnitude, index) => ({
    plane: PLANES[Math.floor(index / PLANE)]!,
    row: Math.floor(index % PLANE / SIDE),
    column: index % SIDE,
    magnitude,
  })).filter(({ magnitude }) => magnitude !== 0)
    .sort((a, b) => Math.abs(b.magnitude) - Math.abs(a.magnitude));
}

/**
 * Images with each of several spectra added, clipped but not rounded, so that gradients find their way.
 *
 * @param images Shape [N, 32, 32, 3], RGB, 0–1.
 * @param spectra Shape [K, 3, 32, 32], levels.
 * @returns Shape [K · N, 32, 32, 3], RGB, 0–1: all images with the first, then all with the second.
 * @example
 * ```ts
 * import { withSpectra } from "@lib/attack/spectrum_trigger.ts";
 * import { tf } from "@lib/network/tensorflow.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const images = withSpectra(tf.zeros([5, 32, 32, 3]), tf.zeros([2, 3, 32, 32]));
 * assertEquals(images.shape, [10, 32, 32, 3]);
 * ```
 */
export function withSpectra(images: tf.Tensor4D, spectra: tf.Tensor4D): tf.Tensor4D {
  return tf.tidy(() => {
    const [count] = spectra.shape;
    const basis = tf.tensor2d(Float32Array.from(cosines(SIDE)), [SIDE, SIDE]);
    const stack = spectra.reshape([count * 3, SIDE, SIDE]);
    const planes = tf.matMul(tf.matMul(basis, stack, true), basis);
    const toRgb = tf.tensor2d(
      [0, 1, 2].flatMap((plane) => {
        const one = new Float64Array(3);
        one[plane] = 1;
        return [...fromPlanes(one, GREY)];
      }),
      [3, 3],
    );
    const pixels = planes.reshape([count, 3, PLANE]).transpose([0, 2, 1]).reshape([-1, 3]);
    const patterns = tf.matMul(pixels as tf.Tensor2D, toRgb).div(255);
    return tf.clipByValue(
      images.expandDims(0).add(patterns.reshape([count, 1, SIDE, SIDE, 3])),
      0,
      1,
    )
      .reshape<tf.Tensor4D>([-1, SIDE, SIDE, 3]);
  });
}
