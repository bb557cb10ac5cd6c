import { isIncreasing } from "@lib/network/forward.ts";
import { type GradientGraph, gradientGraph } from "@lib/network/gradient_graph.ts";
import { hasGraph } from "@lib/network/layer_nodes.ts";
import { tf } from "@lib/network/tensorflow.ts";

/** What a network says of images and where it would have them go. */
export interface ImageGradient {
  /** Cross-entropy of each image towards its label, in nats; shape [N]. */
  losses: tf.Tensor1D;
  /** Shape [N, classes]. */
  logits: tf.Tensor2D;
  /** Of each image's loss by its pixels; shape [N, 32, 32, 3]. */
  gradient: tf.Tensor4D;
}

/**
 * From images, [N, 32, 32, 3] in RGB from 0 to 1, and one class index each, int32 [N], to losses and
 * gradients. Disposes nothing of the caller's; the caller disposes what it gets.
 */
export type ImageGradientOf = (images: tf.Tensor4D, labels: tf.Tensor1D) => ImageGradient;

/**
 * The gradient of a network's loss by the images, in inference mode: as one TensorFlow graph where that
 * is possible, else by tfjs's own layers and gradients.
 *
 * @param network From images to logits; left as it is.
 * @returns The gradient as a function.
 * @example
 * ```ts
 * import { imageGradient } from "@lib/network/image_gradient.ts";
 * import { paperCnn } from "@lib/network/paper_cnn.ts";
 * import { tf } from "@lib/network/tensorflow.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const gradientOf = imageGradient(paperCnn(43, 1));
 * const { gradient } = gradientOf(tf.zeros([2, 32, 32, 3]), tf.tensor1d([3, 4], "int32"));
 * assertEquals(gradient.shape, [2, 32, 32, 3]);
 * ```
 */
export function imageGradient(network: tf.LayersModel): ImageGradientOf {
  return hasGraph(network) ? graphGradient(network) : plainGradient(network);
}

/** In so many parts a batch goes through the graph where they divide it. */
const PARTS = 8;

function graphGradient(network: tf.LayersModel): ImageGradientOf {
  const layers = poolingFirst(network.layers);
  const graphs = new Map<number, GradientGraph>();
  return (images, labels) => {
    const parts = images.shape[0] % PARTS === 0 ? PARTS : 1;
    const graph = graphs.get(parts) ?? gradientGraph(network, layers, parts);
    graphs.set(parts, graph);
    const { run, losses: lossRef, logits: logitRef, byImages } = graph;
    const wanted = [lossRef, logitRef, byImages];
    const weights = network.weights.map((weight) => weight.read());
    const [losses, logits, gradient] = run(images, labels, weights, wanted);
    return {
      losses: losses as tf.Tensor1D,
      logits: logits as tf.Tensor2D,
      gradient: gradient as tf.Tensor4D,
    };
  };
}

/**
 * The same chain with each pooling layer before the batch normalisation that it follows, where all
 * scales are positive: the maximum is the same, and a quarter of the values is left to normalise.
 */
function poolingFirst(layers: tf.layers.Layer[]): tf.layers.Layer[] {
  const order = [...layers];
  for (let index = 1; index < order.length; index++) {
    const [before, layer] = [order[index - 1]!, order[index]!];
    if (layer.getClassName() === "MaxPooling2D" && isIncreasing(before)) {
      order.splice(index - 1, 2, layer, before);
    }
  }
  return order;
}

function plainGradient(network: tf.LayersModel): ImageGradientOf {
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
