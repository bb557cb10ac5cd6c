import { Graph, int, output, type Ref, type } from "@lib/network/graph.ts";
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
 * @param parts In how many equal parts a batch goes through, so that one's small layers fill another's
 * gaps; it must divide the number of images.
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
  parts = 1,
): GradientGraph {
  const graph = new Graph();
  const images = graph.placeholder("images", "FLOAT");
  const labels = graph.placeholder("labels", "INT32");
  const names = network.weights.map((_, index) => `weight_${index}`);
  const weights = new Map(network.weights.map((weight, index) => {
    return [weight, graph.placeholder(names[index]!, "FLOAT")];
  }));
  const labelParts = graph.divide(labels, parts, "INT32");
  const ways = graph.divide(images, parts).map((part, index) =>
    addWay(graph, layers, weights, part, labelParts[index]!)
  );
  const all = (what: "losses" | "logits" | "byImages"): Ref =>
    graph.join(ways.map((way) => way[what]));
  const results = {
    losses: all("losses"),
    logits: all("logits"),
    byImages: all("byImages"),
    byWeights: new Map(network.trainableWeights.map((weight) => {
      const slopes = ways.map(({ byWeights }) => byWeights.get(weight)!);
      return [weight, graph.node("AddN", slopes, { N: int(parts) })];
    })),
  };
  const run = graph.compile();
  return {
    ...results,
    run: (images, labels, weights, wanted) => {
      const feeds = Object.fromEntries(weights.map((value, index) => [names[index]!, value]));
      return run({ images, labels, ...feeds }, wanted);
    },
  };
}

/** The way of some images through the layers and back. */
function addWay(
  graph: Graph,
  layers: tf.layers.Layer[],
  weights: Map<tf.LayerVariable, Ref>,
  images: Ref,
  labels: Ref,
): Omit<GradientGraph, "run"> {
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
  return { losses, logits, byImages: slope, byWeights };
}
