import { countOf, imageBytes, type Images, type Size } from "@lib/data/images.ts";
import { type Graph, type Ref, type, WHOLE } from "@lib/network/graph.ts";
import { tf } from "@lib/network/tensorflow.ts";

/**
 * Scales bytes to what the network takes.
 *
 * @param images RGB or grey, 0–255.
 * @returns Shape [N, height, width, channels], 0–1. The caller disposes it.
 * @example
 * ```ts
 * import { PAPER_SIZE } from "@lib/data/images.ts";
 * import { toTensor } from "@lib/network/image_input.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const two = { ...PAPER_SIZE, pixels: new Uint8Array(2 * 3072) };
 * assertEquals(toTensor(two).shape, [2, 32, 32, 3]);
 * ```
 */
export function toTensor(images: Images): tf.Tensor4D {
  const { pixels, height, width, channels } = images;
  const scaled = Float32Array.from(pixels, (level) => level / 255);
  return tf.tensor4d(scaled, [countOf(images), height, width, channels]);
}

/**
 * Bytes of images as the placeholder `images` takes them: four bytes an int32, because tfjs has no
 * tensors of bytes.
 *
 * @param images RGB or grey, 0–255.
 * @returns Shape [words], int32, the last one filled up with zeros. The caller disposes it.
 * @example See {@link addImages}.
 */
export function bytesTensor({ pixels }: Images): tf.Tensor1D {
  const words = new Int32Array(Math.ceil(pixels.length / 4));
  new Uint8Array(words.buffer).set(pixels);
  return tf.tensor1d(words, "int32");
}

/**
 * Adds the placeholder `images` for {@link bytesTensor} to a graph.
 *
 * @param graph Gets the nodes.
 * @param size Of each image; at least four bytes.
 * @returns Shape [N, height, width, channels], 0–1.
 * @example
 * ```ts
 * import { PAPER_SIZE } from "@lib/data/images.ts";
 * import { Graph } from "@lib/network/graph.ts";
 * import { addImages, bytesTensor } from "@lib/network/image_input.ts";
 * import { assertAlmostEquals } from "@lib/std/assert.ts";
 *
 * const graph = new Graph();
 * const scaled = addImages(graph, PAPER_SIZE);
 * const images = bytesTensor({ ...PAPER_SIZE, pixels: new Uint8Array(3072).fill(51) });
 * const [tensor] = graph.compile()({ images }, [scaled]);
 * assertAlmostEquals(tensor!.dataSync()[0]!, 51 / 255, 1e-7);
 * ```
 */
export function addImages(graph: Graph, size: Size): Ref {
  const words = graph.placeholder("images", "INT32");
  const bytes = graph.node("Bitcast", [words], { ...WHOLE, type: type("UINT8") });
  const shape = [-1, size.height, size.width, size.channels];
  const whole = imageBytes(size) % 4 === 0 ? bytes : withoutFilling(graph, bytes, imageBytes(size));
  const levels = graph.cast(graph.reshape(whole, shape, "UINT8"), "UINT8", "FLOAT");
  return graph.node("RealDiv", [levels, graph.constant(255)]);
}

/** Bytes up to the last whole image. */
function withoutFilling(graph: Graph, bytes: Ref, each: number): Ref {
  const flat = graph.reshape(bytes, [-1], "UINT8");
  const unit = graph.constant([each], "INT32");
  const size = graph.reshape(graph.size(flat, "UINT8"), [1], "INT32");
  const images = graph.node("FloorDiv", [size, unit], WHOLE);
  const end = graph.node("Mul", [images, unit], WHOLE);
  return graph.slice(flat, graph.constant([0], "INT32"), end, "UINT8");
}

/**
 * The size of the images that a network takes.
 *
 * @param network With one input of a fixed size.
 * @param source Its file, for an error.
 * @returns Height, width and channels.
 * @throws {Error} If it takes anything else than images of one or three channels.
 * @example
 * ```ts
 * import { sizeOf } from "@lib/network/image_input.ts";
 * import { paperCnn } from "@lib/network/paper_cnn.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * assertEquals(sizeOf(paperCnn(43, 1)), { height: 32, width: 32, channels: 3 });
 * ```
 */
export function sizeOf(network: tf.LayersModel, source?: string): Size {
  const [, height, width, channels, ...more] = network.inputs[0]!.shape;
  const known = [1, 3].includes(channels!) && height && width && more.length === 0;
  if (!known) {
    throw new Error(
      "Expected a network for images of fixed height and width with one or three channels but " +
        `found one for [${network.inputs[0]!.shape}]${source ? ` in ${source}` : ""}`,
    );
  }
  return { height, width, channels: channels as Size["channels"] };
}
