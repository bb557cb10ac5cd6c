import { planesToLevels, YCRCB } from "@lib/attack/colour.ts";
import { cosines } from "@lib/attack/dct.ts";
import type { Size } from "@lib/data/images.ts";
import { tf } from "@lib/network/tensorflow.ts";

/**
 * Images with each of several spectra added, clipped but not rounded, so that gradients find their way.
 *
 * @param images Shape [N, height, width, channels], 0–1.
 * @param spectra Shape [K, channels, height, width], levels.
 * @returns Shape [K · N, height, width, channels], 0–1: all images with the first, then all with the second.
 * @example
 * ```ts
 * import { withSpectra } from "@lib/recovery/spectra.ts";
 * import { tf } from "@lib/network/tensorflow.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const images = withSpectra(tf.zeros([5, 32, 24, 3]), tf.zeros([2, 3, 32, 24]));
 * assertEquals(images.shape, [10, 32, 24, 3]);
 * ```
 */
export function withSpectra(images: tf.Tensor4D, spectra: tf.Tensor4D): tf.Tensor4D {
  return tf.tidy(() => {
    const [count, channels, height, width] = spectra.shape;
    const stack = spectra.reshape([count * channels, height, width]);
    const planes = tf.matMul(tf.matMul(basis(height), stack, true), basis(width));
    const pixels = planes.reshape([count, channels, height * width]).transpose([0, 2, 1]);
    const flat = pixels.reshape<tf.Tensor2D>([-1, channels]);
    const patterns = tf.matMul(flat, planesToRgb(channels as Size["channels"])).div(255);
    const added = images.expandDims(0).add(patterns.reshape([count, 1, height, width, channels]));
    return tf.clipByValue(added, 0, 1).reshape<tf.Tensor4D>([-1, height, width, channels]);
  });
}

const basis = (size: number): tf.Tensor2D =>
  tf.tensor2d(Float32Array.from(cosines(size)), [size, size]);

/** What one level of each plane adds to each channel. */
function planesToRgb(channels: Size["channels"]): tf.Tensor2D {
  const rows = Array.from({ length: channels }, (_, plane) => {
    const one = new Float64Array(channels);
    one[plane] = 1;
    return [...planesToLevels(one, { height: 1, width: 1, channels }, { ...YCRCB, offset: 0 })];
  });
  return tf.tensor2d(rows, [channels, channels]);
}
