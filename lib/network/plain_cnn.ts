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
    [32, 32, 64, 64, 128, 128].forEach((filters, index) => {
      const name = `${Math.floor(index / 2) + 1}_${index % 2 + 1}`;
      network.add(tf.layers.conv2d({
        ...(index === 0 ? { inputShape: [height, width, channels] } : {}),
        ...{ name: `conv${name}`, filters, kernelSize: 3, padding: "same", useBias: false },
        kernelInitializer: weights(),
      }));
      network.add(tf.layers.batchNormalization({ name: `norm${name}` }));
      network.add(tf.layers.activation({ name: `relu${name}`, activation: "relu" }));
      if (index === 1 || index === 3) {
        network.add(tf.layers.maxPooling2d({ name: `pool${name}`, poolSize: 2 }));
      }
    });
    network.add(tf.layers.globalAveragePooling2d({ name: "pool" }));
    network.add(tf.layers.dense({ name: "dense", units: classes, kernelInitializer: weights() }));
    return network;
  },
};
