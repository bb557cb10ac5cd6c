import { Graph, output, type Ref, type } from "@lib/network/graph.ts";
import { addLayer, type Pass } from "@lib/network/layer_nodes.ts";
import { tf } from "@lib/network/tensorflow.ts";

/** A network with the way back, in inference mode: each image's loss and what it depends on. */
export interface GradientGraph {
  /**
   * Runs the graph; only what is wanted is computed.
   *
   * @param images Shape [N, 32, 32, 3], RGB, 0–1.
   * @param labels Int32, shape [N].
   * @param weights In the order of `network.weights`.
   * @param wanted Of {@link GradientGraph.losses} and so on.
   * @returns One tensor each, which the caller disposes.
   */
  run(
    images: tf.Tensor4D,
    labels: tf.Tensor1D,
    weights: tf.Tensor[],
    wanted: Ref[],
  ): tf.Tensor[];
  /** Cross-entropy of each image towards its label, in nats; shape [N]. */
  losses: Ref;
  /** Shape [N, classes]. */
  logits: Ref;
  /** Of the losses' sum by the images; shape [N, 32, 32, 3]. */
  byImages: Ref;
  /** Of the losses' sum by each trainable weight. */
  byWeights: Map<tf.LayerVariable, Ref>;
}

/**
 * Writes a network and its gradients as one TensorFlow graph.
 *
 * @param network One that has a graph.
 * @param layers Its layers in the order in which they are to be run.
 * @returns The graph; it takes the weights at each run.
 * @example
 * ```ts
 * import { gradientGraph } from "@lib/network/gradient_graph.ts";
 * import { paperCnn } from "@lib/network/paper_cnn.ts";
 * import { tf } from "@lib/network/tensorflow.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const network = paperCnn(43, 1);
 * const { run, byWeights } = gradientGraph(network);
 * const bias = byWeights.get(network.trainableWeights.at(-1)!)!;
 * const labels = tf.tensor1d([3, 4], "int32");
 * const [slope] = run(tf.zeros([2, 32, 32, 3]), labels, network.weights.map((each) => each.read()), [bias]);
 * assertEquals(slope!.shape, [43]);
 * ```
 */
export function gradientGraph(
  network: tf.LayersModel,
  layers: tf.layers.Layer[] = network.layers,
): GradientGraph {
  const graph = new Graph();
  const images = graph.placeholder("images", "FLOAT");
  const labels = graph.placeholder("labels", "INT32");
  const names = network.weights.map((_, index) => `weight_${index}`);
  const weights = new Map(network.weights.map((weight, index) => {
    return [weight, graph.placeholder(names[index]!, "FLOAT")];
  }));
  const passes: Pass[] = [];
  for (const layer of layers) {
    const input = passes.at(-1)?.output ?? images;
    passes.push(addLayer(graph, layer, input, { weights, needsInputGradient: true }));
  }
  const logits = passes.at(-1)!.output;
  const losses = graph.node("SparseSoftmaxCrossEntropyWithLogits", [logits, labels], {
    Tlabels: type("INT32"),
  });
  const byWeights = new Map<tf.LayerVariable, Ref>();
  let slope = output(losses, 1);
  passes.toReversed().forEach((pass, index) => {
    const back = pass.backward(slope);
    layers.at(-1 - index)!.trainableWeights.forEach((weight, at) => {
      byWeights.set(weight, back.weights[at]!);
    });
    slope = back.input!;
  });
  const run = graph.compile();
  return {
    run: (images, labels, weights, wanted) => {
      const feeds = Object.fromEntries(weights.map((value, index) => [names[index]!, value]));
      return run({ images, labels, ...feeds }, wanted);
    },
    losses,
    logits,
    byImages: slope,
    byWeights,
  };
}
