import type { tf } from "@lib/network/tensorflow.ts";

/** What makes triggers from images. */
export interface Generators {
  /** Where: one channel. */
  mask: tf.LayersModel;
  /** What: as many channels as the images. */
  pattern: tf.LayersModel;
}

/** A generator's output as the mask it stands for: 0–1, most of it near one of them. */
export const maskOf = (made: tf.Tensor): tf.Tensor => made.mul(10).tanh().add(1).div(2);
/** A generator's output as a pattern: 0–1. */
export const patternOf = (made: tf.Tensor): tf.Tensor => made.add(1).div(2);

/**
 * Images with the trigger that belongs to them, or to others.
 *
 * @param generators Mask and pattern.
 * @param images Shape [N, height, width, channels], 0–1.
 * @param owners Whose triggers these are, of the same shape: the images themselves, or others.
 * @returns Images + (pattern − images) × mask, 0–1.
 */
export function withTriggers(
  { mask, pattern }: Generators,
  images: tf.Tensor4D,
  owners: tf.Tensor4D,
): tf.Tensor4D {
  const where = maskOf(mask.apply(owners) as tf.Tensor);
  const what = patternOf(pattern.apply(owners) as tf.Tensor);
  return images.add(what.sub(images).mul(where));
}

/**
 * How far images are apart and their masks or patterns are not: the mean ratio of their distances, each the
 * root of the mean square.
 *
 * @param images One each: shapes [N, height, width, channels].
 * @param made What was made of them.
 * @returns A scalar: the smaller, the more different images have different triggers.
 */
export function sameness(
  [one, other]: readonly [tf.Tensor, tf.Tensor],
  [first, second]: readonly [tf.Tensor, tf.Tensor],
): tf.Scalar {
  const distance = (a: tf.Tensor, b: tf.Tensor): tf.Tensor =>
    a.sub(b).square().mean([1, 2, 3]).add(1e-8).sqrt();
  return distance(one, other).div(distance(first, second)).mean().asScalar();
}
