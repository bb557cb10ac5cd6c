import type { ImageGradientOf } from "@lib/network/passes.ts";
import { tf } from "@lib/network/tensorflow.ts";

/**
 * A network's loss as an operation of tfjs's, through which gradients flow back to whatever made the images.
 *
 * @param gradientOf Of the network.
 * @param labels One class for each image.
 * @returns From images, 0–1, to the sum of their cross-entropies towards the labels, in nats.
 * @example
 * ```ts
 * import { imageGradient } from "@lib/network/engine.ts";
 * import { networkLoss } from "@lib/network/network_loss.ts";
 * import { paperCnn } from "@lib/network/paper_cnn.ts";
 * import { tf } from "@lib/network/tensorflow.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const lossOf = networkLoss(imageGradient(paperCnn(43, 1)), Int32Array.of(3));
 * const slope = tf.grad((light: tf.Tensor) => lossOf(tf.ones([1, 32, 32, 3]).mul(light)));
 * assertEquals(slope(tf.scalar(0.5)).shape, []);
 * ```
 */
export function networkLoss(
  gradientOf: ImageGradientOf,
  labels: Int32Array,
): (images: tf.Tensor) => tf.Tensor {
  return tf.customGrad((images, save) => {
    const wanted = tf.tensor1d(labels, "int32");
    const { losses, gradient } = gradientOf(images as tf.Tensor4D, wanted);
    (save as tf.GradSaveFunc)([gradient]);
    const gradFunc = (slope: tf.Tensor, [saved]: tf.Tensor[]): tf.Tensor => saved!.mul(slope);
    return { value: losses.sum(), gradFunc };
  });
}
