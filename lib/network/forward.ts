import { IMAGE_BYTES } from "@lib/data/labelled_images.ts";
import { Graph, type Ref } from "@lib/network/graph.ts";
import { addImages, bytesTensor, toTensor } from "@lib/network/image_input.ts";
import { addLayer, hasGraph } from "@lib/network/layer_nodes.ts";
import { tf } from "@lib/network/tensorflow.ts";

const BATCH = 128;

/** From images, [N, 32, 32, 3] bytes, to the outputs of chosen layers. */
type Forward = (pixels: Uint8Array) => tf.Tensor[];

/**
 * Runs images through a network, batch by batch, and hands over what chosen layers make of them. As one
 * TensorFlow graph where that is possible, else by tfjs's own layers.
 *
 * @param network Takes images, RGB 0–1.
 * @param layers Whose outputs are wanted.
 * @param pixels Shape [N, 32, 32, 3], RGB, 0–255.
 * @param use Gets the outputs of each batch and the index of its first image; all tensors are disposed
 * after it.
 * @param onProgress Told the share that is done, 0–1, after each batch.
 * @example
 * ```ts
 * import { forEachBatch } from "@lib/network/forward.ts";
 * import { paperCnn } from "@lib/network/paper_cnn.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const network = paperCnn(43, 1);
 * const shapes: number[][] = [];
 * await forEachBatch(network, [network.layers.at(-1)!], new Uint8Array(200 * 3072), ([logits]) => {
 *   shapes.push(logits!.shape);
 * });
 * assertEquals(shapes, [[128, 43], [72, 43]]);
 * ```
 */
export async function forEachBatch(
  network: tf.LayersModel,
  layers: tf.layers.Layer[],
  pixels: Uint8Array,
  use: (outputs: tf.Tensor[], start: number) => void,
  onProgress: (share: number) => void | Promise<void> = () => {},
): Promise<void> {
  const forward = hasGraph(network) ? graphForward(network, layers) : plainForward(network, layers);
  const count = pixels.length / IMAGE_BYTES;
  for (let start = 0; start < count; start += BATCH) {
    const batch = pixels.subarray(start * IMAGE_BYTES, (start + BATCH) * IMAGE_BYTES);
    tf.tidy(() => use(forward(batch), start));
    await onProgress(Math.min(1, (start + BATCH) / count));
  }
}

/** One TensorFlow graph, with the weights that the network has now. */
function graphForward(network: tf.LayersModel, layers: tf.layers.Layer[]): Forward {
  const graph = new Graph();
  const names = network.weights.map((_, index) => `weight_${index}`);
  const weights = new Map(network.weights.map((weight, index) => {
    return [weight, graph.placeholder(names[index]!, "FLOAT")];
  }));
  let value = addImages(graph);
  const outputs = new Map<tf.layers.Layer, Ref>();
  for (const layer of network.layers) {
    value = addLayer(graph, layer, value, { weights, needsInputGradient: false }).output;
    outputs.set(layer, value);
  }
  const run = graph.compile();
  const values = network.weights.map((weight, index) => [names[index]!, weight.read()]);
  const fetches = layers.map((layer) => outputs.get(layer)!);
  return (pixels) => run({ images: bytesTensor(pixels), ...Object.fromEntries(values) }, fetches);
}

/** The same by tfjs's own layers. */
function plainForward(network: tf.LayersModel, layers: tf.layers.Layer[]): Forward {
  const outputs = layers.map((layer) => layer.output as tf.SymbolicTensor);
  const model = tf.model({ inputs: network.inputs, outputs });
  return (pixels) => [model.apply(toTensor(pixels))].flat() as tf.Tensor[];
}
