import { PAPER_SIZE, type Size } from "@lib/data/images.ts";
import { type Architecture, requireClasses, seededWeights } from "@lib/network/architecture.ts";
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
  const weights = seededWeights(seed);
  const network = tf.sequential({ name: "paper_cnn" });
  const numbered = (name: string, index: number): string => index === 0 ? name : `${name}_${index}`;
  [32, 32, 64, 64, 128, 128].forEach((filters, index) => {
    network.add(tf.layers.conv2d({
      ...(index === 0 ? { inputShape: [height, width, channels] } : {}),
      ...{ name: numbered("conv2d", index), filters, kernelSize: 3, padding: "same" },
      kernelInitializer: weights(),
    }));
    const activation = { name: numbered("activation", index), activation: "elu" } as const;
    network.add(tf.layers.activation(activation));
    network.add(tf.layers.batchNormalization({ name: numbered("batch_normalization", index) }));
    if (index % 2 === 0) return;
    const block = (index - 1) / 2;
    network.add(tf.layers.maxPooling2d({ name: numbered("max_pooling2d", block), poolSize: 2 }));
    const rate = [0.2, 0.3, 0.4][block]!;
    network.add(tf.layers.dropout({ name: numbered("dropout", block), rate }));
  });
  network.add(tf.layers.flatten({ name: "flatten" }));
  network.add(tf.layers.dense({ name: "dense", units: classes, kernelInitializer: weights() }));
  return network;
}
