import type { Size } from "@lib/data/images.ts";
import { tf } from "@lib/network/tensorflow.ts";

/** A network's architecture: one file, and one line in the list `ARCHITECTURES`. */
export interface Architecture {
  /**
   * Makes an untrained network from images, 0–1, to logits.
   *
   * @param size Of the images.
   * @param classes At least two.
   * @param seed Of the initial weights.
   */
  build(size: Size, classes: number, seed: number): tf.LayersModel;
}

/**
 * Checks that a network has classes to tell apart.
 *
 * @param classes How many.
 * @throws {Error} If there are fewer than two.
 */
export function requireClasses(classes: number): void {
  if (!(Number.isInteger(classes) && classes >= 2)) {
    throw new Error(`Expected at least two classes but found ${classes}`);
  }
}

/** Initial weights by Glorot and Bengio (2010), each time from the next seed. */
export function seededWeights(
  seed: number,
): () => ReturnType<typeof tf.initializers.glorotUniform> {
  let drawn = 0;
  return () => tf.initializers.glorotUniform({ seed: seed * 100 + drawn++ });
}
