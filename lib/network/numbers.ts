import { tf } from "@lib/network/tensorflow.ts";

/**
 * Reads out tensors that are made of others, and disposes all that were made. `tf.tidy` could return the
 * numbers too, but looks through each of them for a tensor: tens of milliseconds for a batch of images.
 *
 * @param make Makes new tensors.
 * @returns The numbers of each.
 * @example
 * ```ts
 * import { numbersOf } from "@lib/network/numbers.ts";
 * import { tf } from "@lib/network/tensorflow.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const before = tf.memory().numTensors;
 * const [sum] = numbersOf(() => [tf.ones([2, 3]).sum(1)]);
 * assertEquals([...sum], [3, 3]);
 * assertEquals(tf.memory().numTensors, before);
 * ```
 */
export function numbersOf<Made extends tf.Tensor[]>(
  make: () => [...Made],
): { [Index in keyof Made]: Float32Array } {
  const made = tf.tidy(make);
  const numbers = made.map((each) => each.dataSync<"float32">());
  tf.dispose(made);
  return numbers as { [Index in keyof Made]: Float32Array };
}
