import { countOf, imageBytes, type Images, type Size } from "@lib/data/images.ts";
import { Graph, type Ref } from "@lib/network/graph.ts";
import { addImages, bytesTensor } from "@lib/network/image_input.ts";
import type { GraphFunction } from "@lib/network/loaded_graphs.ts";
import { addNetwork, addWeights } from "@lib/network/network_nodes.ts";
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
  const fed = countOf(images) < MANY ? fedGraph(network, images) : undefined;
  return (batch) => {
    // asked for with each batch: another network may have come in between
    const { run, outputs, feeds } = fed ?? fixedGraph(network, images);
    // filled up with black images to what the parts divide
    const count = countOf(batch);
    const whole = Math.ceil(count / PARTS) * PARTS;
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
  /** What it takes besides images. */
  feeds: Record<string, tf.Tensor>;
}

/** A graph that takes the weights at each run. */
function fedGraph(network: tf.LayersModel, size: Size): ForwardGraph {
  const graph = new Graph();
  const weights = addWeights(graph, network);
  const feeds = network.weights.map((weight) => [weights.get(weight)!, weight.read()]);
  return inParts(graph, network, weights, size, Object.fromEntries(feeds));
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
    const graph = new Graph();
    const fixed = values.map((value, index) =>
      [network.weights[index]!, graph.tensor(value)] as const
    );
    last = { weights, ...inParts(graph, network, new Map(fixed), size, {}) };
  }
  return last;
}

function inParts(
  graph: Graph,
  network: tf.LayersModel,
  weights: Map<tf.LayerVariable, Ref>,
  size: Size,
  feeds: ForwardGraph["feeds"],
): ForwardGraph {
  const settings = { weights, needsImageGradient: false };
  const ways = graph.divide(addImages(graph, size), PARTS).map((part) =>
    addNetwork(graph, network, part, settings).outputs
  );
  const outputs = new Map(network.layers.map((layer) => {
    return [layer, graph.join(ways.map((outputs) => outputs.get(layer)!))];
  }));
  return { run: graph.compile(), outputs, feeds };
}
