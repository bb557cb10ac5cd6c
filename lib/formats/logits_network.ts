import { copyNetwork, type NetworkJson } from "@lib/network/copy_network.ts";
import type { tf } from "@lib/network/tensorflow.ts";

/** In what ranges networks take an image's levels. */
export const PIXEL_RANGES = ["0-1", "0-255"] as const;

/** One of them. */
export type PixelRange = typeof PIXEL_RANGES[number];

/** What a classifier may end in that keeps the order of its logits. */
const ENDS = ["softmax", "log_softmax", "sigmoid"];

/**
 * A copy of a classifier that takes images from 0 to 1 and says logits, as everything here expects: a
 * softmax (or sigmoid) at its end is left out, for a network that takes levels from 0 to 255 a rescaling
 * is put in front of it, and no layer is frozen.
 *
 * @param network With one input and one output; left as it is.
 * @param range What it takes.
 * @returns The copy, a `tf.Sequential` if the network is one; {@link disposeNetwork} frees it.
 * @example
 * ```ts
 * import { disposeNetwork } from "@lib/network/copy_network.ts";
 * import { logitsNetwork } from "@lib/formats/logits_network.ts";
 * import { tf } from "@lib/network/tensorflow.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const inputShape = [1];
 * const dense = tf.layers.dense({ units: 3, activation: "softmax", inputShape, kernelInitializer: "ones" });
 * const copy = await logitsNetwork(tf.sequential({ layers: [dense] }), "0-255");
 * const logits = copy.predict(tf.ones([1, 1])) as tf.Tensor;
 * assertEquals([...logits.dataSync()], [255, 255, 255]);
 * disposeNetwork(copy);
 * ```
 */
export async function logitsNetwork(
  network: tf.LayersModel,
  range: PixelRange,
): Promise<tf.LayersModel> {
  return await copyNetwork(network, (json) => {
    const { layers, output_layers } = json.config;
    for (const layer of layers) layer.config.trainable = true;
    const output = output_layers?.[0]?.[0] ?? layers.at(-1)!.config.name;
    const last = layers.findIndex(({ config }) => config.name === output);
    const { class_name, config, inbound_nodes } = layers[last]!;
    if (ENDS.includes(String(config.activation))) config.activation = "linear";
    // an activation that does nothing any more would hide the dense layer from those who look for it
    if (
      class_name === "Softmax" || (class_name === "Activation" && config.activation === "linear")
    ) {
      layers.splice(last, 1);
      const before = (inbound_nodes as [string, number, number][][] | undefined)?.[0]?.[0];
      if (before !== undefined) output_layers![0] = [before[0], before[1], before[2]];
    }
    if (range === "0-255") rescale(json, network.inputs[0]!.shape);
  });
}

/** Puts a rescaling where all others find the input: it takes over the input's name. */
function rescale({ config: { layers, input_layers } }: NetworkJson, shape: tf.Shape): void {
  const settings = { scale: 255, offset: 0 };
  if (input_layers === undefined) {
    const first = { name: "levels", ...settings, batch_input_shape: shape };
    if (layers[0]!.class_name === "InputLayer") layers.shift();
    layers.unshift({ class_name: "Rescaling", config: first });
    return;
  }
  const [name] = input_layers[0]!;
  const renamed = `${name}_shares`;
  input_layers[0]![0] = renamed;
  const at = layers.findIndex((layer) => layer.config.name === name);
  const input = layers[at]!;
  const inbound_nodes = [[[renamed, 0, 0, {}]]];
  layers[at] = { ...input, name: renamed, config: { ...input.config, name: renamed } };
  const rescaling = { class_name: "Rescaling", config: { name, ...settings }, name, inbound_nodes };
  layers.splice(at + 1, 0, rescaling);
}
