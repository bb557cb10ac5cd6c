import { countOf, imageBytes, type Images, type Size } from "@lib/data/images.ts";
import { slicedImages } from "@lib/data/select.ts";
import { Graph, type GraphFunction, type Ref } from "@lib/network/graph.ts";
import { addImages, bytesTensor, toTensor } from "@lib/network/image_input.ts";
import { addLayer, hasGraph } from "@lib/network/layer_nodes.ts";
import { tf } from "@lib/network/tensorflow.ts";

const BATCH = 512;

/** A batch goes through the graph in so many parts, so that one's small layers fill another's gaps. */
const PARTS = 8;

/** From this number of images on, it pays to fix the weights in the graph. */
const MANY = 4096;

/** From images to the outputs of chosen layers. */
type Forward = (images: Images) => tf.Tensor[];

/**
 * Runs images through a network, batch by batch, and hands over what chosen layers make of them. As one
 * TensorFlow graph where that is possible, else by tfjs's own layers.
 *
 * @param network Takes images, 0–1.
 * @param layers Whose outputs are wanted.
 * @param images Of the network's size.
 * @param use Gets the outputs of each batch and the index of its first image; all tensors are disposed
 * after it.
 * @param onProgress Told the share that is done, 0–1, after each batch.
 * @example
 * ```ts
 * import { PAPER_SIZE } from "@lib/data/images.ts";
 * import { forEachBatch } from "@lib/network/forward.ts";
 * import { paperCnn } from "@lib/network/paper_cnn.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const network = paperCnn(43, 1);
 * const shapes: number[][] = [];
 * const images = { ...PAPER_SIZE, pixels: new Uint8Array(600 * 3072) };
 * await forEachBatch(network, [network.layers.at(-1)!], images, ([logits]) => {
 *   shapes.push(logits!.shape);
 * });
 * assertEquals(shapes, [[512, 43], [88, 43]]);
 * ```
 */
export async function forEachBatch(
  network: tf.LayersModel,
  layers: tf.layers.Layer[],
  images: Images,
  use: (outputs: tf.Tensor[], start: number) => void,
  onProgress: (share: number) => void | Promise<void> = () => {},
): Promise<void> {
  const count = countOf(images);
  const forward = !hasGraph(network)
    ? plainForward(network, layers)
    : count >= MANY
    ? fixedForward(network, layers, images)
    : fedForward(network, layers, images);
  for (let start = 0; start < count; start += BATCH) {
    tf.tidy(() => use(forward(slicedImages(images, start, start + BATCH)), start));
    await onProgress(Math.min(1, (start + BATCH) / count));
  }
}

/** One TensorFlow graph that takes the weights at each run. */
function fedForward(network: tf.LayersModel, layers: tf.layers.Layer[], size: Size): Forward {
  const graph = new Graph();
  const names = network.weights.map((_, index) => `weight_${index}`);
  const weights = new Map(network.weights.map((weight, index) => {
    return [weight, graph.placeholder(names[index]!, "FLOAT")];
  }));
  const outputs = addNetwork(graph, network, weights, size);
  const run = graph.compile();
  const feeds = Object.fromEntries(
    network.weights.map((weight, index) => [names[index]!, weight.read()]),
  );
  return (images) => runParts(run, images, feeds, layers.map((layer) => outputs.get(layer)!));
}

/** A graph that holds a network's weights, and the identities of these. */
interface FixedGraph {
  weights: object[];
  run: GraphFunction;
  outputs: Map<tf.layers.Layer, Ref>;
}

let last: FixedGraph | undefined;

/** One TensorFlow graph that holds the weights. */
function fixedForward(network: tf.LayersModel, layers: tf.layers.Layer[], size: Size): Forward {
  return (images) => {
    // asked for with each batch: another network may have come in between
    const { run, outputs } = fixedGraph(network, size);
    return runParts(run, images, {}, layers.map((layer) => outputs.get(layer)!));
  };
}

/** The last graph is kept as long as the weights do not change. */
function fixedGraph(network: tf.LayersModel, size: Size): FixedGraph {
  const values = network.weights.map((weight) => weight.read());
  const weights = values.map((value) => value.dataId);
  // a copy may share its original's values, but not its layers
  const same = last !== undefined && last.outputs.has(network.layers[0]!) &&
    weights.every((weight, index) => weight === last!.weights[index]);
  if (last === undefined || !same) {
    last?.run.release();
    const graph = new Graph();
    const fixed = network.weights.map((weight, index) => {
      return [weight, graph.tensor(values[index]!)] as const;
    });
    const outputs = addNetwork(graph, network, new Map(fixed), size);
    last = { weights, run: graph.compile(), outputs };
  }
  return last;
}

/**
 * Adds a network to a graph.
 *
 * @returns Each layer's output, its batch put together again from the parts.
 */
function addNetwork(
  graph: Graph,
  network: tf.LayersModel,
  weights: Map<tf.LayerVariable, Ref>,
  size: Size,
): Map<tf.layers.Layer, Ref> {
  const ways = graph.divide(addImages(graph, size), PARTS).map((part) =>
    addLayers(graph, network, weights, part)
  );
  return new Map(network.layers.map((layer) => {
    return [layer, graph.join(ways.map((outputs) => outputs.get(layer)!))];
  }));
}

function addLayers(
  graph: Graph,
  network: tf.LayersModel,
  weights: Map<tf.LayerVariable, Ref>,
  images: Ref,
): Map<tf.layers.Layer, Ref> {
  const outputs = new Map<tf.layers.Layer, Ref>();
  const context = { weights, needsInputGradient: false };
  let value = images;
  network.layers.forEach((layer, index) => {
    const before = network.layers[index - 1];
    // with positive scales the maximum may come first: a quarter of the values is left to normalise
    if (before !== undefined && layer.getClassName() === "MaxPooling2D" && isIncreasing(before)) {
      const input = outputs.get(network.layers[index - 2]!) ?? images;
      const pooled = addLayer(graph, layer, input, context);
      value = addLayer(graph, before, pooled.output, context).output;
    } else {
      value = addLayer(graph, layer, value, context).output;
    }
    outputs.set(layer, value);
  });
  return outputs;
}

/**
 * Whether a layer is a batch normalisation that turns no order of values round.
 *
 * @param layer Any.
 * @returns False for all other layers.
 * @example
 * ```ts
 * import { isIncreasing } from "@lib/network/forward.ts";
 * import { paperCnn } from "@lib/network/paper_cnn.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * assertEquals(paperCnn(43, 1).layers.filter(isIncreasing).length, 6);
 * ```
 */
export function isIncreasing(layer: tf.layers.Layer): boolean {
  if (layer.getClassName() !== "BatchNormalization") return false;
  return layer.trainableWeights[0]!.read().dataSync().every((scale) => scale >= 0);
}

/** Runs a batch, filled up with black images to what the parts divide. */
function runParts(
  run: GraphFunction,
  images: Images,
  feeds: Record<string, tf.Tensor>,
  fetches: Ref[],
): tf.Tensor[] {
  const count = countOf(images);
  const whole = Math.ceil(count / PARTS) * PARTS;
  const pixels = new Uint8Array(whole * imageBytes(images));
  pixels.set(images.pixels);
  const found = run({ images: bytesTensor({ ...images, pixels }), ...feeds }, fetches);
  return whole === count ? found : found.map((value) => value.slice(0, count));
}

/** The same by tfjs's own layers. */
function plainForward(network: tf.LayersModel, layers: tf.layers.Layer[]): Forward {
  const outputs = layers.map((layer) => layer.output as tf.SymbolicTensor);
  const model = tf.model({ inputs: network.inputs, outputs });
  return (images) => [model.apply(toTensor(images))].flat() as tf.Tensor[];
}
