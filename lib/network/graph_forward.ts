import { countOf, imageBytes, type Images, type Size } from "@lib/data/images.ts";
import { Graph, type GraphFunction, type Ref } from "@lib/network/graph.ts";
import { addImages, bytesTensor } from "@lib/network/image_input.ts";
import { addNetwork } from "@lib/network/network_nodes.ts";
import type { Forward } from "@lib/network/passes.ts";
import type { tf } from "@lib/network/tensorflow.ts";

/** A batch goes through the graph in so many parts, so that one's small layers fill another's gaps. */
const PARTS = 8;

/** From this number of images on, it pays to fix the weights in the graph. */
const MANY = 4096;

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
  return (countOf(images) >= MANY ? fixedForward : fedForward)(network, layers, images);
}

/** A graph that takes the weights at each run. */
function fedForward(network: tf.LayersModel, layers: tf.layers.Layer[], size: Size): Forward {
  const graph = new Graph();
  const names = network.weights.map((_, index) => `weight_${index}`);
  const weights = new Map(network.weights.map((weight, index) => {
    return [weight, graph.placeholder(names[index]!, "FLOAT")];
  }));
  const outputs = addParts(graph, network, weights, size);
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

/** A graph that holds the weights. */
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
  const same = last !== undefined && last.outputs.has(network.layers.at(-1)!) &&
    weights.every((weight, index) => weight === last!.weights[index]);
  if (last === undefined || !same) {
    last?.run.release();
    const graph = new Graph();
    const fixed = network.weights.map((weight, index) => {
      return [weight, graph.tensor(values[index]!)] as const;
    });
    const outputs = addParts(graph, network, new Map(fixed), size);
    last = { weights, run: graph.compile(), outputs };
  }
  return last;
}

function addParts(
  graph: Graph,
  network: tf.LayersModel,
  weights: Map<tf.LayerVariable, Ref>,
  size: Size,
): Map<tf.layers.Layer, Ref> {
  const settings = { weights, needsImageGradient: false, areOwn: true };
  const ways = graph.divide(addImages(graph, size), PARTS).map((part) =>
    addNetwork(graph, network, part, settings).outputs
  );
  return new Map(network.layers.map((layer) => {
    return [layer, graph.join(ways.map((outputs) => outputs.get(layer)!))];
  }));
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
