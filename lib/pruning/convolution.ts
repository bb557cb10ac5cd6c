import { tf } from "@lib/network/tensorflow.ts";

const KINDS = ["Conv2D", "SeparableConv2D"];

/** Whether a layer is a convolution whose channels can be pruned. */
export const isConvolution = (layer: tf.layers.Layer): boolean =>
  KINDS.includes(layer.getClassName());

/**
 * Finds the convolution whose channels are to be pruned.
 *
 * @param network Any layers model.
 * @param name The layer's name; by default it is the last convolution.
 * @param source What to call the network in an error: its file.
 * @returns A Conv2D or SeparableConv2D.
 * @throws {Error} If there is none, or the layer of that name is another kind of layer or used twice.
 * @example
 * ```ts
 * import { findConvolution } from "@lib/pruning/convolution.ts";
 * import { paperCnn } from "@lib/network/paper_cnn.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * assertEquals(findConvolution(paperCnn(43, 1)).name, "conv2d_5");
 * ```
 */
export function findConvolution(
  network: tf.LayersModel,
  name?: string,
  source = "the network",
): tf.layers.Layer {
  const all = network.layers.filter(isConvolution);
  if (all.length === 0) {
    throw new Error(`Expected a convolution (${KINDS.join(" or ")}) but found none in ${source}`);
  }
  const found = name === undefined ? all.at(-1)! : all.find((layer) => layer.name === name);
  if (found === undefined) {
    const other = network.layers.find((layer) => layer.name === name)?.getClassName();
    const names = all.map((layer) => layer.name).join(", ");
    throw new Error(
      `Expected a convolution of ${names} but found ${other ?? "no layer"} "${name}" in ${source}`,
    );
  }
  if (found.inboundNodes.length > 1) {
    throw new Error(
      `Expected a convolution that is used once but found "${found.name}" used ` +
        `${found.inboundNodes.length} times in ${source}`,
    );
  }
  return found;
}

/**
 * How many channels a convolution has.
 *
 * @param convolution From {@link findConvolution}.
 * @example
 * ```ts
 * import { channelsOf, findConvolution } from "@lib/pruning/convolution.ts";
 * import { paperCnn } from "@lib/network/paper_cnn.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * assertEquals(channelsOf(findConvolution(paperCnn(43, 1))), 128);
 * ```
 */
export function channelsOf(convolution: tf.layers.Layer): number {
  return (convolution.outputShape as number[]).at(-1)!;
}

/**
 * Sets a convolution's weights to given ones with the filters and biases of some channels at zero.
 *
 * @param convolution Gets the weights.
 * @param weights Those of all channels, as they were; left as they are.
 * @param channels Which are pruned.
 * @example
 * ```ts
 * import { findConvolution, maskChannels } from "@lib/pruning/convolution.ts";
 * import { paperCnn } from "@lib/network/paper_cnn.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const last = findConvolution(paperCnn(43, 1));
 * maskChannels(last, last.getWeights(), [9]);
 * assertEquals(last.getWeights()[0]!.dataSync()[9], 0);
 * ```
 */
export function maskChannels(
  convolution: tf.layers.Layer,
  weights: readonly tf.Tensor[],
  channels: readonly number[],
): void {
  const kept = new Float32Array(channelsOf(convolution)).fill(1);
  for (const channel of channels) kept[channel] = 0;
  const first = firstFilterWeight(convolution);
  tf.tidy(() =>
    convolution.setWeights(
      weights.map((weight, index) => index < first ? weight : weight.mul(kept)),
    )
  );
}

/** Which of a convolution's weights is the first with its own channels last. */
export function firstFilterWeight(convolution: tf.layers.Layer): number {
  // a separable convolution's first weights belong to its input's channels
  return convolution.getClassName() === "SeparableConv2D" ? 1 : 0;
}
