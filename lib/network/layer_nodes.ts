import type { Graph, Ref } from "@lib/network/graph.ts";
import { isInput, layerCalls } from "@lib/network/layer_calls.ts";
import { ACTIVATION_NODES } from "@lib/network/nodes/activation_nodes.ts";
import type { LayerNodes, Pass, PassContext } from "@lib/network/nodes/pass.ts";
import { SHAPE_NODES } from "@lib/network/nodes/shape_nodes.ts";
import { TRAINING_NODES } from "@lib/network/nodes/training_nodes.ts";
import { WINDOW_NODES } from "@lib/network/nodes/window_nodes.ts";
import { tf } from "@lib/network/tensorflow.ts";

/** Layers by their Keras class name. */
const LAYERS: Record<string, LayerNodes> = {
  ...ACTIVATION_NODES,
  ...SHAPE_NODES,
  ...TRAINING_NODES,
  ...WINDOW_NODES,
};

/**
 * Whether a network can be written as a graph here: it has layers of kinds and settings that are known,
 * each called once and none of them frozen, and TensorFlow itself is the backend.
 *
 * @param network Any layers model.
 * @returns Whether it can.
 * @example
 * ```ts
 * import { hasGraph } from "@lib/network/layer_nodes.ts";
 * import { paperCnn } from "@lib/network/paper_cnn.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * assertEquals(hasGraph(paperCnn(43, 1)), true);
 * ```
 */
export function hasGraph(network: tf.LayersModel): boolean {
  return tf.getBackend() === "tensorflow" &&
    (layerCalls(network)?.every(({ layer, inputs }) =>
      (inputs.length === 0 && isInput(layer)) ||
      (layer.trainable && LAYERS[layer.getClassName()]?.knows(layer.getConfig(), layer) === true)
    ) ?? false);
}

/**
 * Adds a layer to a graph.
 *
 * @param graph Gets the nodes.
 * @param layer Of a network that {@link hasGraph}.
 * @param inputs What goes in.
 * @param context Weights, and in training the seed.
 * @returns What comes out, and the way back.
 */
export function addLayer(
  graph: Graph,
  layer: tf.layers.Layer,
  inputs: Ref[],
  context: PassContext,
): Pass {
  const weights = layer.trainableWeights.map((weight) => context.weights.get(weight)!);
  return LAYERS[layer.getClassName()]!.add(
    graph,
    layer,
    inputs as [Ref, ...Ref[]],
    weights,
    context,
  );
}
