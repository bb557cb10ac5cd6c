import { PAPER_SIZE, type Size } from "@lib/data/images.ts";
import { type Architecture, requireClasses } from "@lib/network/architecture.ts";
import { tf } from "@lib/network/tensorflow.ts";

/** The paper's network. */
export const PAPER_CNN: Architecture = {
  build: (size, classes, seed) => paperCnn(classes, seed, size),
};

/**
 * The network of the paper's Figure 4, untrained: three blocks of two 3×3 convolutions, each followed by
 * ELU and batch normalisation, and a pooling layer with dropout; then one dense layer. Activation and
 * dropout rates, which the figure leaves open, are those of the FTrojan authors.
 *
 * @param classes How many; 43 gives the figure's 376,907 parameters.
 * @param seed Of the initial weights.
 * @param size Of the images; the paper's if not given.
 * @returns A network from images, [N, height, width, channels] from 0 to 1, to logits, [N, classes]. The
 * caller disposes it.
 * @throws {Error} If there are fewer than two classes.
 * @example
 * ```ts
 * import { paperCnn } from "@lib/network/paper_cnn.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const network = paperCnn(43, 1);
 * assertEquals(network.countParams(), 376_907);
 * network.dispose();
 * ```
 */
export function paperCnn(
  classes: number,
  seed: number,
  { height, width, channels }: Size = PAPER_SIZE,
): tf.Sequential {
  requireClasses(classes);
  const network = tf.sequential({ name: "paper_cnn" });
  let convolutions = 0;
  const initializer = (): ReturnType<typeof tf.initializers.glorotUniform> =>
    tf.initializers.glorotUniform({ seed: seed * 100 + convolutions });
  [32, 64, 128].forEach((filters, block) => {
    for (const _ of ["first", "second"]) {
      const suffix = convolutions === 0 ? "" : `_${convolutions}`;
      network.add(tf.layers.conv2d({
        ...(convolutions === 0 ? { inputShape: [height, width, channels] } : {}),
        name: `conv2d${suffix}`,
        filters,
        kernelSize: 3,
        padding: "same",
        kernelInitializer: initializer(),
      }));
      network.add(tf.layers.activation({ name: `activation${suffix}`, activation: "elu" }));
      network.add(tf.layers.batchNormalization({ name: `batch_normalization${suffix}` }));
      convolutions++;
    }
    const suffix = block === 0 ? "" : `_${block}`;
    network.add(tf.layers.maxPooling2d({ name: `max_pooling2d${suffix}`, poolSize: 2 }));
    network.add(tf.layers.dropout({ name: `dropout${suffix}`, rate: [0.2, 0.3, 0.4][block]! }));
  });
  network.add(tf.layers.flatten({ name: "flatten" }));
  network.add(tf.layers.dense({ name: "dense", units: classes, kernelInitializer: initializer() }));
  return network;
}
