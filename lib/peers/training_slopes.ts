import type { LabelledImages } from "@lib/data/images.ts";
import { addCrossEntropy } from "@lib/network/cross_entropy.ts";
import { Graph } from "@lib/network/graph.ts";
import { addWeights, feedsOf } from "@lib/network/graph_passes.ts";
import { addSeeds, meanOf, seedTensor } from "@lib/network/graph_step.ts";
import { toTensor } from "@lib/network/image_input.ts";
import { addNetwork } from "@lib/network/network_nodes.ts";
import { tf } from "@lib/network/tensorflow.ts";
import { requireGraph } from "@lib/peers/weight_slopes.ts";

/**
 * The slope of a batch's mean cross-entropy by some weights, at given values of them. The step's number draws
 * the dropout; the moving statistics follow the batch's own where they are to. The caller disposes what it gets.
 */
export type TrainingSlopes = (
  values: readonly tf.Tensor[],
  batch: LabelledImages,
  step: number,
  follow: boolean,
) => tf.Tensor[];

/**
 * Slopes of a network's loss in training mode, by some of its weights.
 *
 * @param network One that has a graph; its other weights are taken as they are at each call.
 * @param chosen By which; trainable ones.
 * @param seed Of the dropout.
 * @returns From values in their places to one slope each.
 * @throws {Error} If the network has no graph.
 */
export function trainingSlopes(
  network: tf.LayersModel,
  chosen: readonly tf.LayerVariable[],
  seed: number,
): TrainingSlopes {
  requireGraph(network);
  const graph = new Graph();
  const images = graph.placeholder("images", "FLOAT");
  const labels = graph.placeholder("labels", "INT32");
  const weights = addWeights(graph, network);
  const settings = { weights, seedOf: addSeeds(graph), needsImageGradient: false };
  const nodes = addNetwork(graph, network, images, settings);
  const { slope } = addCrossEntropy(graph, network, nodes, labels);
  const { byWeights } = nodes.backward(meanOf(graph, slope, labels));
  const statistics = network.nonTrainableWeights;
  const wanted = [
    ...chosen.map((weight) => byWeights.get(weight)!),
    ...statistics.map((weight) => nodes.moving.get(weight)!),
  ];
  const run = graph.compile();
  return (values, batch, step, follow) =>
    tf.tidy(() => {
      const all = network.weights.map((weight) => values[chosen.indexOf(weight)] ?? weight.read());
      const found = run({
        ...feedsOf(all),
        images: toTensor(batch),
        labels: tf.tensor1d(batch.labels, "int32"),
        seed: seedTensor(network, seed, step),
      }, wanted);
      const moved = found.slice(chosen.length);
      if (follow) statistics.forEach((weight, index) => weight.write(moved[index]!));
      return found.slice(0, chosen.length);
    });
}
