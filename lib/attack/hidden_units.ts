import type { Images } from "@lib/data/images.ts";
import { toTensor } from "@lib/network/image_input.ts";
import { tf } from "@lib/network/tensorflow.ts";

/**
 * The part of a network up to its last hidden layer: what its last dense layer takes.
 *
 * @param network From images, 0–1, to logits.
 * @returns A network of the same weights, from images to units, [N, units].
 * @throws {Error} If the network's last layer is not a dense one.
 * @example
 * ```ts
 * import { hiddenUnits } from "@lib/attack/hidden_units.ts";
 * import { paperCnn } from "@lib/network/paper_cnn.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * assertEquals(hiddenUnits(paperCnn(43, 1)).outputShape, [null, 2048]);
 * ```
 */
export function hiddenUnits(network: tf.LayersModel): tf.LayersModel {
  const last = network.layers.at(-1)!;
  if (last.getClassName() !== "Dense") {
    const found = last.getClassName();
    throw new Error(`Expected a network that ends in a dense layer but found ${found}`);
  }
  return tf.model({ inputs: network.inputs, outputs: last.input as tf.SymbolicTensor });
}

/**
 * The units of the last hidden layer that are best connected: those with the largest sum of absolute weights
 * to the logits, among those that differ between two forms of some images.
 *
 * @param network From images, 0–1, to logits.
 * @param one Some images.
 * @param other The same images, changed where a trigger may change them.
 * @param count How many units.
 * @returns Their indices, the best connected first.
 * @throws {Error} If fewer units differ, or the network's last layer is not a dense one.
 * @example
 * ```ts
 * import { connectedUnits } from "@lib/attack/hidden_units.ts";
 * import { PAPER_SIZE } from "@lib/data/images.ts";
 * import { uniformImages } from "@lib/data/select.ts";
 * import { paperCnn } from "@lib/network/paper_cnn.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const [black, white] = [0, 255].map((level) => uniformImages(PAPER_SIZE, 1, level));
 * assertEquals(connectedUnits(paperCnn(43, 1), black!, white!, 3).length, 3);
 * ```
 */
export function connectedUnits(
  network: tf.LayersModel,
  one: Images,
  other: Images,
  count: number,
): number[] {
  const hidden = hiddenUnits(network);
  const [differences, weights] = tf.tidy(() => {
    const [first, second] = [one, other].map((images) => hidden.apply(toTensor(images)));
    const [kernel] = network.layers.at(-1)!.getWeights();
    return [
      (first as tf.Tensor).sub(second as tf.Tensor).abs().max(0).dataSync(),
      kernel!.abs().sum(1).dataSync(),
    ];
  });
  const reached = [...weights!.keys()].filter((unit) => differences![unit]! > 0);
  if (!(Number.isInteger(count) && count >= 1 && count <= reached.length)) {
    throw new Error(
      `Expected a number of units in 1–${reached.length}, those that change, but found ${count}`,
    );
  }
  return reached.sort((a, b) => weights![b]! - weights![a]! || a - b).slice(0, count);
}
