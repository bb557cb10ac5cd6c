/**
 * Forward pass and gradient by tfjs's own layers.
 *
 * @module
 */
import { toTensor } from "@lib/network/image_input.ts";
import type { Forward, ImageGradientOf } from "@lib/network/passes.ts";
import { tf } from "@lib/network/tensorflow.ts";

/** Runs images through a network's layers one by one. */
export function plainForward(network: tf.LayersModel, layers: tf.layers.Layer[]): Forward {
  const outputs = layers.map((layer) => layer.output as tf.SymbolicTensor);
  const model = tf.model({ inputs: network.inputs, outputs });
  return (images) => [model.apply(toTensor(images))].flat() as tf.Tensor[];
}

/** The gradient of a network's loss by the images, by tfjs's own gradients. */
export function plainGradient(network: tf.LayersModel): ImageGradientOf {
  return (images, labels) =>
    tf.tidy(() => {
      const classes = network.outputShape[1] as number;
      const truth = tf.oneHot(labels, classes);
      const lossesOf = (logits: tf.Tensor): tf.Tensor1D =>
        truth.mul(tf.logSoftmax(logits)).sum<tf.Tensor1D>(1).neg();
      const logits = network.apply(images) as tf.Tensor2D;
      const gradient = tf.grad((input) => lossesOf(network.apply(input) as tf.Tensor))(images);
      return { losses: lossesOf(logits), logits, gradient: gradient as tf.Tensor4D };
    });
}
