import {
  copyNetwork,
  disposeNetwork,
  freedIfFailed,
  type NetworkJson,
} from "@lib/network/copy_network.ts";
import { tf } from "@lib/network/tensorflow.ts";

/** What a level, 0–1, is multiplied with and what is added then: one number, or one a channel. */
export interface Scaling {
  scale: number | number[];
  offset: number | number[];
}

/** What a classifier may end in that keeps the order of its logits. */
const ENDS = ["softmax", "log_softmax", "sigmoid"];

/**
 * A copy of a classifier that takes images from 0 to 1 and says logits, as everything here expects: a
 * softmax (or sigmoid) at its end is left out; if shares come out all the same, the copy gives their
 * logarithms. For a network that takes other levels a rescaling is put in front of it, and no layer is
 * frozen.
 *
 * @param network With one input and one output; left as it is.
 * @param scaling From levels 0–1 to those that it takes; none if it takes these.
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
 * const copy = await logitsNetwork(tf.sequential({ layers: [dense] }), { scale: 255, offset: 0 });
 * const logits = copy.predict(tf.ones([1, 1])) as tf.Tensor;
 * assertEquals([...logits.dataSync()], [255, 255, 255]);
 * disposeNetwork(copy);
 * ```
 */
export async function logitsNetwork(
  network: tf.LayersModel,
  scaling?: Scaling,
): Promise<tf.LayersModel> {
  const copy = await copyNetwork(network, (json) => {
    for (const layer of json.config.layers) layer.config.trainable = true;
    endInLogits(json);
    if (scaling) rescale(json, network.inputs[0]!.shape, scaling);
  });
  return await freedIfFailed(copy, async () => {
    if (!saysShares(copy)) return copy;
    const logarithms = await copyNetwork(copy, addLogarithm);
    disposeNetwork(copy);
    return logarithms;
  });
}

/** Leaves out what stands behind the logits: it would hide the dense layer from those who look for it. */
function endInLogits({ config: { layers, output_layers } }: NetworkJson): void {
  for (;;) {
    const output = output_layers?.[0]?.[0] ?? layers.at(-1)!.config.name;
    const last = layers.findIndex(({ config }) => config.name === output);
    const { class_name, config, inbound_nodes } = layers[last]!;
    if (ENDS.includes(String(config.activation))) config.activation = "linear";
    const isIdle = class_name === "Activation" && config.activation === "linear";
    if (class_name !== "Softmax" && !isIdle) return;
    layers.splice(last, 1);
    const before = (inbound_nodes as [string, number, number][][] | undefined)?.[0]?.[0];
    if (before !== undefined) output_layers![0] = [before[0], before[1], before[2]];
  }
}

/** Whether a network gives shares after all, wherever it makes them: for any images, none below 0, in sum 1. */
function saysShares(network: tf.LayersModel): boolean {
  const [, ...size] = network.inputs[0]!.shape;
  if (network.outputs.length !== 1 || network.outputShape.length !== 2) return false;
  return tf.tidy(() => {
    const images = tf.randomUniform([8, ...size.map((length) => length ?? 32)], 0, 1, "float32", 1);
    const shares = network.predict(images) as tf.Tensor2D;
    const furthest = shares.sum(1).sub(1).abs().max().dataSync()[0]!;
    return shares.min().dataSync()[0]! >= 0 && furthest < 1e-3;
  });
}

function addLogarithm({ config: { layers, output_layers } }: NetworkJson): void {
  const [name, class_name] = ["logarithm", "Logarithm"];
  const [output] = output_layers ?? [];
  const call = output && { name, inbound_nodes: [[[...output, {}]]] };
  layers.push({ class_name, config: { name }, ...call });
  if (output) output_layers![0] = [name, 0, 0];
}

/** Puts a rescaling where all others find the input: it takes over the input's name. */
function rescale(
  { config: { layers, input_layers } }: NetworkJson,
  shape: tf.Shape,
  settings: Scaling,
): void {
  if (input_layers === undefined) {
    const names = layers.map((layer) => layer.config.name);
    let name = "levels";
    while (names.includes(name)) name += "_";
    const first = { name, ...settings, batch_input_shape: shape };
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
