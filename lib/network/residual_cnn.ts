import { type Architecture, requireClasses, seededWeights } from "@lib/network/architecture.ts";
import { tf } from "@lib/network/tensorflow.ts";

/** Filters of each stage; each but the first begins by halving the image. */
const STAGES = [16, 32, 64];
/** Blocks a stage. */
const BLOCKS = 2;

/**
 * A small residual network (He et al., 2016): a convolution, then three stages of two blocks, each of two
 * convolutions whose result is added to what came in, then global average pooling and one dense layer.
 */
export const RESIDUAL_CNN: Architecture = {
  build({ height, width, channels }, classes, seed): tf.LayersModel {
    requireClasses(classes);
    const weights = seededWeights(seed);
    const normalized = (
      input: tf.SymbolicTensor,
      name: string,
      filters: number,
      { kernelSize = 3, strides = 1 } = {},
    ): tf.SymbolicTensor => {
      const sums = tf.layers.conv2d({
        ...{ name: `${name}_conv`, filters, kernelSize, strides, padding: "same", useBias: false },
        kernelInitializer: weights(),
      }).apply(input);
      const layer = tf.layers.batchNormalization({ name: `${name}_norm` });
      return layer.apply(sums) as tf.SymbolicTensor;
    };
    const relu = (input: tf.SymbolicTensor, name: string): tf.SymbolicTensor => {
      const layer = tf.layers.activation({ name: `${name}_relu`, activation: "relu" });
      return layer.apply(input) as tf.SymbolicTensor;
    };
    const images = tf.input({ shape: [height, width, channels], name: "images" });
    let value = relu(normalized(images, "stem", STAGES[0]!), "stem");
    STAGES.forEach((filters, stage) => {
      for (let block = 0; block < BLOCKS; block++) {
        const name = `stage${stage + 1}_${block + 1}`;
        const strides = stage > 0 && block === 0 ? 2 : 1;
        const first = relu(normalized(value, `${name}_a`, filters, { strides }), `${name}_a`);
        const second = normalized(first, `${name}_b`, filters);
        const past = strides === 1
          ? value
          : normalized(value, `${name}_past`, filters, { kernelSize: 1, strides });
        const sum = tf.layers.add({ name: `${name}_add` }).apply([second, past]);
        value = relu(sum as tf.SymbolicTensor, name);
      }
    });
    const pooled = tf.layers.globalAveragePooling2d({ name: "pool" }).apply(value);
    const dense = { name: "dense", units: classes, kernelInitializer: weights() };
    const logits = tf.layers.dense(dense).apply(pooled) as tf.SymbolicTensor;
    return tf.model({ inputs: images, outputs: logits, name: "residual_cnn" });
  },
};
