import { countOf, type Images } from "@lib/data/images.ts";
import { slicedImages } from "@lib/data/select.ts";
import { engineOf } from "@lib/network/engine.ts";
import { tf } from "@lib/network/tensorflow.ts";

const BATCH = 512;

/**
 * Runs images through a network, batch by batch, and hands over what chosen layers make of them.
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
 * import { forEachBatch } from "@lib/network/evaluate.ts";
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
  const forward = engineOf(network).forward(network, layers, images);
  for (let start = 0; start < count; start += BATCH) {
    tf.tidy(() => use(forward(slicedImages(images, start, start + BATCH)), start));
    await onProgress(Math.min(1, (start + BATCH) / count));
  }
}

/**
 * The class a network gives each image.
 *
 * @param network From images, 0–1, to logits.
 * @param images Of the network's size.
 * @returns N class indices.
 * @example
 * ```ts
 * import { PAPER_SIZE } from "@lib/data/images.ts";
 * import { classify } from "@lib/network/evaluate.ts";
 * import { paperCnn } from "@lib/network/paper_cnn.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const images = { ...PAPER_SIZE, pixels: new Uint8Array(3 * 3072) };
 * assertEquals((await classify(paperCnn(43, 1), images)).length, 3);
 * ```
 */
export async function classify(network: tf.LayersModel, images: Images): Promise<Int32Array> {
  const classes = new Int32Array(countOf(images));
  await forEachBatch(network, [network.layers.at(-1)!], images, ([logits], start) => {
    classes.set(logits!.argMax(1).dataSync(), start);
  });
  return classes;
}

/**
 * Share of images that are given their true class.
 *
 * @param predicted N class indices.
 * @param labels The N true ones.
 * @returns 0–1.
 * @throws {Error} If there are none or their numbers differ.
 * @example
 * ```ts
 * import { accuracy } from "@lib/network/evaluate.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * assertEquals(accuracy([1, 2, 3, 4], [1, 2, 3, 9]), 0.75);
 * ```
 */
export function accuracy(predicted: ArrayLike<number>, labels: ArrayLike<number>): number {
  if (labels.length === 0 || predicted.length !== labels.length) {
    throw new Error(
      `Expected as many predictions as labels, at least one, but found ${predicted.length} and ${labels.length}`,
    );
  }
  const right = Array.from(labels).filter((label, index) => predicted[index] === label);
  return right.length / labels.length;
}

/**
 * Share of images that are given one class, whatever their true one is.
 *
 * @param predicted Class indices.
 * @param label The class.
 * @returns 0–1.
 * @throws {Error} If there are none.
 * @example
 * ```ts
 * import { shareGiven } from "@lib/network/evaluate.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * assertEquals(shareGiven([10, 10, 2, 3], 10), 0.5);
 * ```
 */
export function shareGiven(predicted: ArrayLike<number>, label: number): number {
  return accuracy(predicted, Array<number>(predicted.length).fill(label));
}
