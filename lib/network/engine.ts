import { graphForward, graphGradient } from "@lib/network/graph_passes.ts";
import { graphStep } from "@lib/network/graph_step.ts";
import { hasGraph } from "@lib/network/network_nodes.ts";
import { plainForward, plainGradient, plainStep } from "@lib/network/plain_layers.ts";
import type { ImageGradientOf } from "@lib/network/passes.ts";
import type { tf } from "@lib/network/tensorflow.ts";

/** Whole TensorFlow graphs, written here: forward, back to the images, and in training. */
const GRAPHS = { forward: graphForward, gradient: graphGradient, step: graphStep };

/** tfjs's own layers, one operation after the other: two to three times slower, for every kind of layer. */
const LAYERS = { forward: plainForward, gradient: plainGradient, step: plainStep };

/**
 * The engine of a network: graphs where all its layers can be written so.
 *
 * @param network Any layers model.
 * @returns The one place where that is decided.
 */
export const engineOf = (network: tf.LayersModel): typeof GRAPHS =>
  hasGraph(network) ? GRAPHS : LAYERS;

/**
 * The gradient of a network's loss by the images, in inference mode.
 *
 * @param network From images to logits; left as it is.
 * @param isTrained Whether its weights change between one call of the gradient and the next.
 * @returns The gradient as a function.
 * @example
 * ```ts
 * import { imageGradient } from "@lib/network/engine.ts";
 * import { paperCnn } from "@lib/network/paper_cnn.ts";
 * import { tf } from "@lib/network/tensorflow.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const gradientOf = imageGradient(paperCnn(43, 1));
 * const { gradient } = gradientOf(tf.zeros([2, 32, 32, 3]), tf.tensor1d([3, 4], "int32"));
 * assertEquals(gradient.shape, [2, 32, 32, 3]);
 * ```
 */
export function imageGradient(network: tf.LayersModel, isTrained = false): ImageGradientOf {
  return engineOf(network).gradient(network, isTrained);
}
