/** An architecture is a file: from a size and a number of classes to an untrained network. */
import type { Architecture } from "@lib/mod.ts";
import { seededWeights } from "@lib/network/architecture.ts";
import { tf } from "@lib/network/tensorflow.ts";

/** Two convolutions with strides, and a branch past the second. */
export const FORKED: Architecture = {
  build({ height, width, channels }, classes, seed): tf.LayersModel {
    const weights = seededWeights(seed);
    const convolution = (name: string, filters: number, strides: number, kernelSize: number) =>
      tf.layers.conv2d({
        ...{ name, filters, strides, kernelSize, padding: "same", kernelInitializer: weights() },
      });
    const images = tf.input({ shape: [height, width, channels] });
    const first = tf.layers.reLU().apply(convolution("first", 16, 4, 5).apply(images));
    const second = convolution("second", 16, 1, 3).apply(first) as tf.SymbolicTensor;
    const sum = tf.layers.add().apply([second, first as tf.SymbolicTensor]);
    const last = convolution("last", 24, 2, 3).apply(tf.layers.reLU().apply(sum));
    const flat = tf.layers.flatten().apply(tf.layers.elu().apply(last));
    const logits = tf.layers.dense({ units: classes, kernelInitializer: weights() }).apply(flat);
    return tf.model({ inputs: images, outputs: logits as tf.SymbolicTensor });
  },
};
