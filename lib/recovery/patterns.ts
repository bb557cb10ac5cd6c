import type { Size } from "@lib/data/images.ts";
import { tf } from "@lib/network/tensorflow.ts";
import { type Family, FREQUENCIES } from "@lib/recovery/family.ts";

/**
 * Images with each of several patterns added, clipped but not rounded, so that gradients find their way.
 *
 * @param images Shape [N, height, width, channels], 0–1.
 * @param values What the patterns are made of, shape [K, channels, height, width], levels.
 * @param family What the values stand for.
 * @returns Shape [K · N, height, width, channels], 0–1: all images with the first, then all with the second.
 * @example
 * ```ts
 * import { withPatterns } from "@lib/recovery/patterns.ts";
 * import { tf } from "@lib/network/tensorflow.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const images = withPatterns(tf.zeros([5, 32, 24, 3]), tf.zeros([2, 3, 32, 24]));
 * assertEquals(images.shape, [10, 32, 24, 3]);
 * ```
 */
export function withPatterns(
  images: tf.Tensor4D,
  values: tf.Tensor4D,
  family: Family = FREQUENCIES,
): tf.Tensor4D {
  return tf.tidy(() => {
    const [count, channels, height, width] = values.shape;
    const stack = values.reshape([count * channels, height, width]);
    const [rows, columns] = [height, width].map((side) =>
      tf.tensor2d(Float32Array.from(family.basis(side)), [side, side])
    );
    const planes = tf.matMul(tf.matMul(rows!, stack, true), columns!);
    const pixels = planes.reshape([count, channels, height * width]).transpose([0, 2, 1]);
    const flat = pixels.reshape<tf.Tensor2D>([-1, channels]);
    const colours = tf.tensor2d(family.colours(channels as Size["channels"]));
    const patterns = tf.matMul(flat, colours).div(255);
    const added = images.expandDims(0).add(patterns.reshape([count, 1, height, width, channels]));
    return tf.clipByValue(added, 0, 1).reshape<tf.Tensor4D>([-1, height, width, channels]);
  });
}
