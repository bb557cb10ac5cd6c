import { countOf, imageBytes, type Images, type Size } from "@lib/data/images.ts";
import { addCrossEntropy } from "@lib/network/cross_entropy.ts";
import { isOnCard } from "@lib/network/device.ts";
import { Graph, int, type Ref } from "@lib/network/graph.ts";
import { addImages, bytesTensor } from "@lib/network/image_input.ts";
import type { GraphFunction } from "@lib/network/loaded_graphs.ts";
import { addNetwork } from "@lib/network/network_nodes.ts";
import type { Forward, ImageGradientOf } from "@lib/network/passes.ts";
import { tf } from "@lib/network/tensorflow.ts";

/**
 * A batch goes through a graph in so many parts, so that one's small layers fill another's gaps; a graphics
 * card has none.
 */
const partsHere = (): number => isOnCard(tf.backend()) ? 1 : 8;

/** From this number of images on, it pays to fix the weights in the graph. */
const MANY = 4096;
/** More weights than this are fed: a graph is one text, whose length has a limit. */
const MOST_WEIGHTS = 2 ** 23;

/**
 * Runs images through a network as one TensorFlow graph.
 *
 * @param network One that has a graph.
 * @param layers Whose outputs are wanted.
 * @param images Of which there are so many to run.
 * @returns The pass as a function.
 */
export function graphForward(
  network: tf.LayersModel,
  layers: tf.layers.Layer[],
  images: Images,
): Forward {
  const isFixed = countOf(images) >= MANY && network.countParams() < MOST_WEIGHTS;
  const parts = partsHere();
  const fed = isFixed ? undefined : forwardGraph(network, images);
  const feeds = isFixed ? {} : feedsOf(network.weights.map((weight) => weight.read()));
  return (batch) => {
    // asked for with each batch: another network may have come in between
    const { run, outputs } = fed ?? fixedGraph(network, images);
    // filled up with black images to what the parts divide
    const count = countOf(batch);
    const whole = Math.ceil(count / parts) * parts;
    const pixels = new Uint8Array(whole * imageBytes(batch));
    pixels.set(batch.pixels);
    const wanted = layers.map((layer) => outputs.get(layer)!);
    const found = run({ images: bytesTensor({ ...batch, pixels }), ...feeds }, wanted);
    return whole === count ? found : found.map((value) => value.slice(0, count));
  };
}

interface ForwardGraph {
  run: GraphFunction;
  outputs: Map<tf.layers.Layer, Ref>;
}

/** The last graph that holds the weights, and their identities. */
let last: ForwardGraph & { weights: object[] } | undefined;

/** A graph that holds the weights; it is kept as long as they do not change. */
function fixedGraph(network: tf.LayersModel, size: Size): ForwardGraph {
  const values = network.weights.map((weight) => weight.read());
  const weights = values.map((value) => value.dataId);
  // a copy may share its original's values, but not its layers
  const same = last !== undefined && last.outputs.has(network.layers.at(-1)!) &&
    weights.every((weight, index) => weight === last!.weights[index]);
  if (last === undefined || !same) {
    last?.run.release();
    const graph = forwardGraph(network, size, (graph, index) => graph.tensor(values[index]!));
    last = { weights, ...graph };
  }
  return last;
}

function forwardGraph(network: tf.LayersModel, size: Size, addWeight?: AddWeight): ForwardGraph {
  const graph = new Graph();
  const weights = addWeights(graph, network, addWeight);
  const settings = { weights, needsImageGradient: false, areOwn: true };
  const ways = graph.divide(addImages(graph, size), partsHere()).map((part) =>
    addNetwork(graph, network, part, settings).outputs
  );
  const outputs = new Map(network.layers.map((layer) => {
    return [layer, graph.join(ways.map((outputs) => outputs.get(layer)!))];
  }));
  return { run: graph.compile(), outputs };
}

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
 * @param areOwn Whether it will be run with the network's own weights alone, as they are now.
 * @returns The graph; it takes the weights at each run.
 * @example
 * ```ts
 * import { gradientGraph } from "@lib/network/graph_passes.ts";
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
  parts = 1,
  areOwn = false,
): GradientGraph {
  const graph = new Graph();
  const images = graph.placeholder("images", "FLOAT");
  const labels = graph.placeholder("labels", "INT32");
  const weights = addWeights(graph, network);
  const labelParts = graph.divide(labels, parts, "INT32");
  const ways = graph.divide(images, parts).map((part, index) => {
    const settings = { weights, needsImageGradient: true, areOwn };
    const nodes = addNetwork(graph, network, part, settings);
    const { slope, ...rest } = addCrossEntropy(graph, network, nodes, labelParts[index]!);
    return { ...rest, ...nodes.backward(slope) };
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
  return {
    ...results,
    run: (images, labels, values, wanted) => run({ images, labels, ...feedsOf(values) }, wanted),
  };
}

/**
 * The gradient of a network's loss by the images, as one TensorFlow graph.
 *
 * @param network One that has a graph.
 * @param isTrained Whether its weights change between calls.
 * @returns The gradient as a function.
 */
export function graphGradient(network: tf.LayersModel, isTrained = false): ImageGradientOf {
  const graphs: Record<number, GradientGraph> = {};
  return (images, labels) => {
    const most = partsHere();
    const parts = images.shape[0] % most === 0 ? most : 1;
    const graph = graphs[parts] ??= gradientGraph(network, parts, !isTrained);
    const weights = network.weights.map((weight) => weight.read());
    const wanted = [graph.losses, graph.logits, graph.byImages];
    const found = graph.run(images, labels, weights, wanted);
    const [losses, logits, gradient] = found as [tf.Tensor1D, tf.Tensor2D, tf.Tensor4D];
    return { losses, logits, gradient };
  };
}

/** Adds the weight of a number to a graph. */
export type AddWeight = (graph: Graph, index: number) => Ref;

/** What a graph takes at each run whose weights are not fixed. */
export const feedsOf = (weights: tf.Tensor[]): Record<string, tf.Tensor> =>
  Object.fromEntries(weights.map((value, index) => [`weight_${index}`, value]));

/** Adds all weights of a network: such as {@link feedsOf} gives, if no other. */
export const addWeights = (
  graph: Graph,
  { weights }: tf.LayersModel,
  add: AddWeight = (graph, index) => graph.placeholder(`weight_${index}`, "FLOAT"),
): Map<tf.LayerVariable, Ref> =>
  new Map(weights.map((weight, index) => [weight, add(graph, index)]));
