import { Graph, int, type Ref } from "@lib/network/graph.ts";
import { addNetwork, addWeights } from "@lib/network/network_nodes.ts";
import type { ImageGradientOf } from "@lib/network/passes.ts";
import type { tf } from "@lib/network/tensorflow.ts";

/** A network with the way back, in inference mode: each image's loss and what it depends on. */
export interface GradientGraph {
  /**
   * Runs the graph; only what is wanted is computed.
   *
   * @param images Shape [N, height, width, channels], 0–1.
   * @param labels Int32, shape [N].
   * @param weights In the order of `network.weights`.
   * @param wanted Of {@link GradientGraph.losses} and so on.
   * @returns One tensor each, which the caller disposes.
   */
  run(images: tf.Tensor4D, labels: tf.Tensor1D, weights: tf.Tensor[], wanted: Ref[]): tf.Tensor[];
  /** Cross-entropy of each image towards its label, in nats; shape [N]. */
  losses: Ref;
  /** Shape [N, classes]. */
  logits: Ref;
  /** Of the losses' sum by the images. */
  byImages: Ref;
  /** Of the losses' sum by each trainable weight. */
  byWeights: Map<tf.LayerVariable, Ref>;
}

/**
 * Writes a network and its gradients as one TensorFlow graph.
 *
 * @param network One that has a graph.
 * @param parts In how many equal parts a batch goes through, so that one's small layers fill another's
 * gaps; it must divide the number of images.
 * @returns The graph; it takes the weights at each run.
 * @example
 * ```ts
 * import { gradientGraph } from "@lib/network/graph_gradient.ts";
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
export function gradientGraph(network: tf.LayersModel, parts = 1): GradientGraph {
  const graph = new Graph();
  const images = graph.placeholder("images", "FLOAT");
  const labels = graph.placeholder("labels", "INT32");
  const weights = addWeights(graph, network);
  const labelParts = graph.divide(labels, parts, "INT32");
  const ways = graph.divide(images, parts).map((part, index) => {
    const nodes = addNetwork(graph, network, part, { weights, needsImageGradient: true });
    const logits = nodes.outputs.get(network.layers.at(-1)!)!;
    const { losses, slope } = graph.crossEntropy(logits, labelParts[index]!);
    return { losses, logits, ...nodes.backward(slope) };
  });
  const results = {
    losses: graph.join(ways.map(({ losses }) => losses)),
    logits: graph.join(ways.map(({ logits }) => logits)),
    byImages: graph.join(ways.map(({ byImages }) => byImages!)),
    byWeights: new Map(network.trainableWeights.map((weight) => {
      const slopes = ways.map(({ byWeights }) => byWeights.get(weight)!);
      return [weight, graph.node("AddN", slopes, { N: int(parts) })];
    })),
  };
  const run = graph.compile();
  const names = [...weights.values()];
  return {
    ...results,
    run: (images, labels, values, wanted) => {
      const feeds = Object.fromEntries(values.map((value, index) => [names[index]!, value]));
      return run({ images, labels, ...feeds }, wanted);
    },
  };
}

/** In so many parts a batch goes through the graph where they divide it. */
const PARTS = 8;

/**
 * The gradient of a network's loss by the images, as one TensorFlow graph.
 *
 * @param network One that has a graph.
 * @returns The gradient as a function.
 */
export function graphGradient(network: tf.LayersModel): ImageGradientOf {
  const graphs: Record<number, GradientGraph> = {};
  return (images, labels) => {
    const parts = images.shape[0] % PARTS === 0 ? PARTS : 1;
    const graph = graphs[parts] ??= gradientGraph(network, parts);
    const weights = network.weights.map((weight) => weight.read());
    const wanted = [graph.losses, graph.logits, graph.byImages];
    const found = graph.run(images, labels, weights, wanted);
    const [losses, logits, gradient] = found as [tf.Tensor1D, tf.Tensor2D, tf.Tensor4D];
    return { losses, logits, gradient };
  };
}
