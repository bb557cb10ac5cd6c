import type { LabelledImages } from "@lib/data/images.ts";
import { addCrossEntropy } from "@lib/network/cross_entropy.ts";
import { Graph, type Ref, WHOLE } from "@lib/network/graph.ts";
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
  const stepSeed = graph.placeholder("seed", "INT32");
  const weights = new Map(network.weights.map((weight, index): [tf.LayerVariable, Ref] => [
    weight,
    graph.placeholder(`weight_${index}`, "FLOAT"),
  ]));
  const seedOf = (index: number): Ref =>
    graph.node("AddV2", [stepSeed, graph.constant([0, index], "INT32")], WHOLE);
  const settings = { weights, seedOf, needsImageGradient: false };
  const nodes = addNetwork(graph, network, images, settings);
  const { slope } = addCrossEntropy(graph, network, nodes, labels);
  const count = graph.cast(graph.size(labels, "INT32"), "INT32", "FLOAT");
  const { byWeights } = nodes.backward(graph.node("RealDiv", [slope, count]));
  const statistics = network.nonTrainableWeights;
  const wanted = [
    ...chosen.map((weight) => byWeights.get(weight)!),
    ...statistics.map((weight) => nodes.moving.get(weight)!),
  ];
  const run = graph.compile();
  return (values, batch, step, follow) =>
    tf.tidy(() => {
      const fed = network.weights.map((weight, index): [string, tf.Tensor] => [
        `weight_${index}`,
        values[chosen.indexOf(weight)] ?? weight.read(),
      ]);
      const found = run({
        ...Object.fromEntries(fed),
        images: toTensor(batch),
        labels: tf.tensor1d(batch.labels, "int32"),
        seed: tf.tensor1d([seed, step * network.layers.length], "int32"),
      }, wanted);
      const moved = found.slice(chosen.length);
      if (follow) statistics.forEach((weight, index) => weight.write(moved[index]!));
      return found.slice(0, chosen.length);
    });
}
