import { type Architecture, requireClasses, seededWeights } from "@lib/network/architecture.ts";
import { tf } from "@lib/network/tensorflow.ts";

/**
 * A chain as most are built today: convolutions without bias, each followed by batch normalisation and
 * ReLU, a pooling layer behind every second one, global average pooling and one dense layer. About as large
 * as the paper's network.
 */
export const PLAIN_CNN: Architecture = {
  build({ height, width, channels }, classes, seed): tf.LayersModel {
    requireClasses(classes);
    const weights = seededWeights(seed);
    const network = tf.sequential({ name: "plain_cnn" });
    const names = [32, 64, 128].flatMap((filters, block) =>
      [1, 2].map((half) => ({ filters, name: `${block + 1}_${half}` }))
    );
    names.forEach(({ filters, name }, index) => {
      network.add(tf.layers.conv2d({
        ...(index === 0 ? { inputShape: [height, width, channels] } : {}),
        ...{ name: `conv${name}`, filters, kernelSize: 3, padding: "same", useBias: false },
        kernelInitializer: weights(),
      }));
      network.add(tf.layers.batchNormalization({ name: `norm${name}` }));
      network.add(tf.layers.activation({ name: `relu${name}`, activation: "relu" }));
      const isLast = index === names.length - 1;
      if (index % 2 === 1 && !isLast) {
        network.add(tf.layers.maxPooling2d({ name: `pool${name}`, poolSize: 2 }));
      }
    });
    network.add(tf.layers.globalAveragePooling2d({ name: "pool" }));
    const dense = { name: "dense", units: classes, kernelInitializer: weights() };
    network.add(tf.layers.dense(dense));
    return network;
  },
};
