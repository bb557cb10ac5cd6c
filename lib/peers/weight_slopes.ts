import type { LabelledImages } from "@lib/data/images.ts";
import { gradientGraph } from "@lib/network/graph_passes.ts";
import { toTensor } from "@lib/network/image_input.ts";
import { hasGraph } from "@lib/network/network_nodes.ts";
import { tf } from "@lib/network/tensorflow.ts";

/**
 * The slope of a batch's mean cross-entropy by some weights, at given values of them. The caller disposes
 * what it gets.
 */
export type WeightSlopes = (values: readonly tf.Tensor[], batch: LabelledImages) => tf.Tensor[];

/**
 * Slopes of a network's loss in inference mode, by some of its weights.
 *
 * @param network One that has a graph; all its other weights are taken as they are at each call.
 * @param chosen By which; trainable ones.
 * @returns From values in their places to one slope each.
 * @throws {Error} If the network has no graph.
 * @example
 * ```ts
 * import { syntheticSigns } from "@lib/data/synthetic_signs.ts";
 * import { paperCnn } from "@lib/network/paper_cnn.ts";
 * import { weightSlopes } from "@lib/peers/weight_slopes.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const network = paperCnn(43, 1);
 * const bias = network.trainableWeights.at(-1)!;
 * const [slope] = weightSlopes(network, [bias])([bias.read()], syntheticSigns(43, 1));
 * assertEquals(slope!.shape, [43]);
 * ```
 */
export function weightSlopes(
  network: tf.LayersModel,
  chosen: readonly tf.LayerVariable[],
): WeightSlopes {
  requireGraph(network);
  const graph = gradientGraph(network);
  const wanted = chosen.map((weight) => graph.byWeights.get(weight)!);
  return (values, batch) =>
    tf.tidy(() => {
      const all = network.weights.map((weight) => values[chosen.indexOf(weight)] ?? weight.read());
      const labels = tf.tensor1d(batch.labels, "int32");
      return graph.run(toTensor(batch), labels, all, wanted)
        .map((slope) => slope.div(batch.labels.length));
    });
}

/**
 * Makes sure that a network has a graph.
 *
 * @param network Any layers model.
 * @throws {Error} If it has none, with its kinds of layers.
 */
export function requireGraph(network: tf.LayersModel): void {
  if (hasGraph(network)) return;
  const kinds = network.layers.map((layer) => layer.getClassName()).join(", ");
  throw new Error(`Expected layers that can all be written as a graph but found ${kinds}`);
}
