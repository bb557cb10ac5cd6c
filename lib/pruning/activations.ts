import { type ChannelStatistics, statisticsSum } from "@lib/pruning/channel_statistics.ts";
import { forEachBatch } from "@lib/network/forward.ts";
import { tf } from "@lib/network/tensorflow.ts";

/** What the channels of the last convolution did on a set of images. */
export interface LastActivations {
  /** At the last convolution, behind its ELU (the paper's "activation_5"). */
  convolution: ChannelStatistics;
  /** At the last pooling layer, which comes after batch normalisation. */
  pooling: ChannelStatistics;
  /** All values at the last pooling layer; shape [channels, images, positions]. */
  pooled: tf.Tensor3D;
  /** The network's output; shape [images, classes]. */
  logits: tf.Tensor2D;
}

/**
 * Runs images through a network once and keeps what its last block said of them: all that pruning its
 * last convolution needs (paper, section 3.2).
 *
 * @param network Ends in convolution, activation, batch normalisation, pooling, flatten and dense.
 * @param pixels Shape [N, 32, 32, 3], RGB, 0–255.
 * @param onProgress Told the share that is done, 0–1.
 * @returns Statistics a channel, all pooled values and the logits; the caller disposes the two tensors.
 * @throws {Error} If the network has no such last block.
 * @example
 * ```ts
 * import { lastActivations } from "@lib/pruning/activations.ts";
 * import { paperCnn } from "@lib/network/paper_cnn.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const { convolution, pooled } = await lastActivations(paperCnn(43, 1), new Uint8Array(2 * 3072));
 * assertEquals(convolution.mean.length, 128);
 * assertEquals(pooled.shape, [128, 2, 16]);
 * ```
 */
export async function lastActivations(
  network: tf.LayersModel,
  pixels: Uint8Array,
  onProgress: (share: number) => void | Promise<void> = () => {},
): Promise<LastActivations> {
  const { activation, pooling, dense } = lastBlock(network);
  const [, height, width, channels] = pooling.outputShape as [null, number, number, number];
  const batches: { pooled: tf.Tensor3D; logits: tf.Tensor2D }[] = [];
  const convolutionSum = statisticsSum(channels);
  const poolingSum = statisticsSum(channels);
  const layers = [activation, pooling, dense];
  await forEachBatch(network, layers, pixels, ([activated, pooled, logits]) => {
    convolutionSum.add(activated!);
    poolingSum.add(pooled!);
    const byChannel = pooled!.transpose([3, 0, 1, 2]);
    batches.push({
      pooled: tf.keep(byChannel.reshape([channels, -1, height * width])),
      logits: tf.keep(logits as tf.Tensor2D),
    });
  }, onProgress);
  const pooled = tf.concat(batches.map((batch) => batch.pooled), 1);
  const logits = tf.concat(batches.map((batch) => batch.logits));
  tf.dispose(batches.map((batch) => ({ ...batch })));
  return {
    convolution: convolutionSum.statistics(),
    pooling: poolingSum.statistics(),
    pooled,
    logits,
  };
}

/** The layers of a network from its last convolution on. */
export interface LastBlock {
  convolution: tf.layers.Layer;
  activation: tf.layers.Layer;
  normalization: tf.layers.Layer;
  pooling: tf.layers.Layer;
  dense: tf.layers.Layer;
}

/**
 * Finds a network's last block.
 *
 * @param network Any layers model.
 * @returns Its layers by what they do; dropout, which does nothing outside training, is passed over.
 * @throws {Error} If the network does not end in convolution, activation, batch normalisation, pooling,
 * flatten and dense, which is what makes each channel's way to the logits its own.
 * @example
 * ```ts
 * import { lastBlock } from "@lib/pruning/activations.ts";
 * import { LAST_ACTIVATION, paperCnn } from "@lib/network/paper_cnn.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * assertEquals(lastBlock(paperCnn(43, 1)).activation.name, LAST_ACTIVATION);
 * ```
 */
export function lastBlock(network: tf.LayersModel): LastBlock {
  const layers = network.layers.filter((layer) => layer.getClassName() !== "Dropout").slice(-6);
  const expected = "Conv2D, Activation, BatchNormalization, MaxPooling2D, Flatten, Dense";
  const found = layers.map((layer) => layer.getClassName()).join(", ");
  if (found !== expected) {
    throw new Error(`Expected a network that ends in ${expected} but found ${found}`);
  }
  const [convolution, activation, normalization, pooling, , dense] = layers;
  return {
    convolution: convolution!,
    activation: activation!,
    normalization: normalization!,
    pooling: pooling!,
    dense: dense!,
  };
}

/** Activations that leave a pruned channel at zero. */
const KEEP_ZERO = [
  "elu",
  "gelu",
  "linear",
  "mish",
  "relu",
  "relu6",
  "selu",
  "softsign",
  "swish",
  "tanh",
];

/**
 * Whether pruning the last convolution can be worked out from one forward pass, exactly.
 *
 * @param network Any layers model.
 * @returns Whether it is a chain with a {@link lastBlock} of the settings that the reckoning relies on.
 * @example
 * ```ts
 * import { hasLastBlock } from "@lib/pruning/activations.ts";
 * import { paperCnn } from "@lib/network/paper_cnn.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * assertEquals(hasLastBlock(paperCnn(43, 1)), true);
 * ```
 */
export function hasLastBlock(network: tf.LayersModel): boolean {
  if (!(network instanceof tf.Sequential)) return false;
  let block: LastBlock;
  try {
    block = lastBlock(network);
  } catch {
    return false;
  }
  const setting = (layer: keyof LastBlock, key: string): unknown => block[layer].getConfig()[key];
  const { convolution, normalization } = block;
  return [setting("convolution", "activation"), setting("activation", "activation")]
    .every((name) => KEEP_ZERO.includes(String(name))) &&
    convolution.getConfig().dataFormat === "channelsLast" &&
    setting("pooling", "dataFormat") === "channelsLast" &&
    setting("dense", "activation") === "linear" &&
    [-1, 3].includes(Number(normalization.getConfig().axis)) &&
    setting("normalization", "center") === true && setting("normalization", "scale") === true;
}
