import { channelsOf, isConvolution } from "@lib/pruning/convolution.ts";
import { layerCalls } from "@lib/network/layer_calls.ts";
import { tf } from "@lib/network/tensorflow.ts";

/**
 * What follows a network's last convolution, if every channel goes its own way through it up to a dense
 * layer, which adds the channels up. Pruning is exact then and needs no forward pass.
 */
export interface Tail {
  convolution: tf.layers.Layer;
  /** Normalisation, activation, pooling and the like, in order, up to the dense layer. */
  between: tf.layers.Layer[];
  /** Where a channel is called active: the first activation behind the convolution, or itself. */
  activation: tf.layers.Layer;
  /** The last layer that keeps channels apart: the paper's "last pooling layer" (section 3.2). */
  pooling: tf.layers.Layer;
  /** Gives the logits. */
  dense: tf.layers.Layer;
}

/** Layers that do to each channel what they do, whatever the others are. */
const CHANNELWISE = [
  ...["Activation", "ELU", "ReLU", "LeakyReLU", "BatchNormalization", "Dropout", "Flatten"],
  ...["MaxPooling2D", "AveragePooling2D", "GlobalMaxPooling2D", "GlobalAveragePooling2D"],
  ...["PReLU", "Rescaling", "ZeroPadding2D"],
];

/** Functions that look at all channels. */
const MIXING = ["softmax", "logSoftmax", "log_softmax"];

/**
 * Finds a network's tail.
 *
 * @param network Any layers model.
 * @returns The tail; none where something else than channelwise layers and one linear dense layer follow
 * the last convolution, or where there are branches.
 * @example
 * ```ts
 * import { paperCnn } from "@lib/network/paper_cnn.ts";
 * import { tailOf } from "@lib/pruning/tail.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * assertEquals(tailOf(paperCnn(43, 1))?.activation.name, "activation_5");
 * ```
 */
export function tailOf(network: tf.LayersModel): Tail | undefined {
  const calls = layerCalls(network);
  const dense = calls?.at(-1)?.layer;
  if (calls === undefined || dense === undefined || !isLogits(dense)) return undefined;
  /** The only layer whose output a layer takes, if it goes nowhere else. */
  const before = (layer: tf.layers.Layer): tf.layers.Layer | undefined => {
    const { inputs } = calls.find((call) => call.layer === layer)!;
    const users = calls.filter((call) => call.inputs.includes(inputs[0]!));
    return inputs.length === 1 && users.length === 1 ? inputs[0] : undefined;
  };
  const between: tf.layers.Layer[] = [];
  let layer = before(dense);
  while (layer !== undefined && !isConvolution(layer)) {
    if (!isChannelwise(layer)) return undefined;
    between.unshift(layer);
    layer = before(layer);
  }
  if (layer === undefined || !keepsChannelsLast(layer) || mixes(layer)) return undefined;
  const channels = channelsOf(layer);
  const own = between.flatMap(({ weights }) => weights);
  // behind a flattening a normalisation has weights for each position
  if (own.some(({ shape }) => shape.at(-1) !== channels)) return undefined;
  const apart = between.filter((each) => each.getClassName() !== "Flatten" && !isDropout(each));
  return {
    convolution: layer,
    between,
    activation: apart.find((each) => ACTIVATIONS.includes(each.getClassName())) ?? layer,
    pooling: apart.at(-1) ?? layer,
    dense,
  };
}

/**
 * A network's tail.
 *
 * @param network Any layers model.
 * @returns The tail.
 * @throws {Error} If it has none, with the layers that it ends in.
 * @example See {@link tailOf}.
 */
export function requireTail(network: tf.LayersModel): Tail {
  const tail = tailOf(network);
  if (tail !== undefined) return tail;
  const found = network.layers.slice(-6).map((layer) => layer.getClassName()).join(", ");
  throw new Error(
    "Expected a network whose last convolution is followed by layers that keep its channels apart " +
      `and one linear dense layer but found one that ends in ${found}`,
  );
}

/**
 * What each channel says to the dense layer when it is pruned: one image of zeros, put where the
 * convolution's sums are, goes through the tail.
 *
 * @param tail Whose convolution is pruned.
 * @returns Shape [positions, channels]; the caller disposes it.
 * @example
 * ```ts
 * import { paperCnn } from "@lib/network/paper_cnn.ts";
 * import { prunedConstants, requireTail } from "@lib/pruning/tail.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * assertEquals(prunedConstants(requireTail(paperCnn(43, 1))).shape, [16, 128]);
 * ```
 */
export function prunedConstants({ convolution, between }: Tail): tf.Tensor2D {
  return tf.tidy(() => {
    const [, ...shape] = convolution.outputShape as [null, number, number, number];
    const own = tf.layers.activation({
      activation: convolution.getConfig().activation as "linear",
    });
    const zeros = own.apply(tf.zeros([1, ...shape])) as tf.Tensor;
    const end = between.reduce((value, layer) => layer.apply(value) as tf.Tensor, zeros);
    return end.reshape<tf.Tensor2D>([-1, channelsOf(convolution)]);
  });
}

const ACTIVATIONS = ["Activation", "ELU", "ReLU", "LeakyReLU", "PReLU"];

const isDropout = (layer: tf.layers.Layer): boolean => layer.getClassName() === "Dropout";

const mixes = (layer: tf.layers.Layer): boolean =>
  MIXING.includes(String(layer.getConfig().activation));

function isLogits(layer: tf.layers.Layer): boolean {
  return layer.getClassName() === "Dense" && layer.getConfig().activation === "linear" &&
    (layer.outputShape as number[]).length === 2;
}

function isChannelwise(layer: tf.layers.Layer): boolean {
  if (!CHANNELWISE.includes(layer.getClassName()) || mixes(layer)) return false;
  const { scale, offset } = layer.getConfig();
  if (layer.getClassName() === "Rescaling") return ![scale, offset].some(Array.isArray);
  if (layer.getClassName() !== "BatchNormalization") return keepsChannelsLast(layer);
  const rank = (layer.outputShape as number[]).length;
  return [-1, rank - 1].includes(Number([layer.getConfig().axis].flat()[0]));
}

const keepsChannelsLast = (layer: tf.layers.Layer): boolean =>
  [undefined, "channelsLast"].includes(layer.getConfig().dataFormat as string | undefined);
