import { IMAGE_BYTES } from "@lib/data/labelled_images.ts";
import { type Graph, type Ref, type } from "@lib/network/graph.ts";
import { tf } from "@lib/network/tensorflow.ts";

/**
 * Scales bytes to what the network takes.
 *
 * @param pixels Shape [N, 32, 32, 3], RGB, 0–255.
 * @returns Shape [N, 32, 32, 3], RGB, 0–1. The caller disposes it.
 * @example
 * ```ts
 * import { toTensor } from "@lib/network/image_input.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * assertEquals(toTensor(new Uint8Array(2 * 3072)).shape, [2, 32, 32, 3]);
 * ```
 */
export function toTensor(pixels: Uint8Array): tf.Tensor4D {
  const scaled = Float32Array.from(pixels, (level) => level / 255);
  return tf.tensor4d(scaled, [pixels.length / IMAGE_BYTES, 32, 32, 3]);
}

/**
 * Bytes of images as the placeholder `images` takes them: four bytes an int32, because tfjs has no
 * tensors of bytes.
 *
 * @param pixels Shape [N, 32, 32, 3], RGB, 0–255.
 * @returns Shape [N, 768], int32. The caller disposes it.
 * @example See {@link addImages}.
 */
export function bytesTensor(pixels: Uint8Array): tf.Tensor2D {
  const words = new Int32Array(pixels.slice().buffer);
  return tf.tensor2d(words, [pixels.length / IMAGE_BYTES, IMAGE_BYTES / 4], "int32");
}

/**
 * Adds the placeholder `images` for {@link bytesTensor} to a graph.
 *
 * @param graph Gets the nodes.
 * @returns Shape [N, 32, 32, 3], RGB, 0–1.
 * @example
 * ```ts
 * import { Graph } from "@lib/network/graph.ts";
 * import { addImages, bytesTensor } from "@lib/network/image_input.ts";
 * import { assertAlmostEquals } from "@lib/std/assert.ts";
 *
 * const graph = new Graph();
 * const scaled = addImages(graph);
 * const [tensor] = graph.compile()({ images: bytesTensor(new Uint8Array(3072).fill(51)) }, [scaled]);
 * assertAlmostEquals(tensor!.dataSync()[0]!, 51 / 255, 1e-7);
 * ```
 */
export function addImages(graph: Graph): Ref {
  const words = graph.placeholder("images", "INT32");
  const bytes = graph.node("Bitcast", [words], { T: type("INT32"), type: type("UINT8") });
  const levels = graph.cast(graph.reshape(bytes, [-1, 32, 32, 3], "UINT8"), "UINT8", "FLOAT");
  return graph.node("RealDiv", [levels, graph.constant(255)]);
}
