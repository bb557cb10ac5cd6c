import { countOf, type Images } from "@lib/data/images.ts";
import { forEachBatch } from "@lib/network/forward.ts";
import type { tf } from "@lib/network/tensorflow.ts";

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
