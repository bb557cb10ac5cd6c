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
  const forward = engineOf(network).forward(network, layers, images);
  for (let start = 0; start < count; start += BATCH) {
    tf.tidy(() => use(forward(slicedImages(images, start, start + BATCH)), start));
    await onProgress(Math.min(1, (start + BATCH) / count));
  }
}
