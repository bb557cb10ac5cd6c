/** Exact pruning by the tail, beside networks with zeroed filters, for every shape of tail. */
import type { Size } from "@lib/data/images.ts";
import { ARCHITECTURES } from "@lib/network/architectures.ts";
import { toTensor } from "@lib/network/image_input.ts";
import { classify } from "@lib/network/evaluate.ts";
import { tf } from "@lib/network/tensorflow.ts";
import { startingState, writeState } from "@lib/network/training_state.ts";
import { lastActivations } from "@lib/pruning/activations.ts";
import { pruneChannels } from "@lib/pruning/prune_channels.ts";
import { pruningSteps } from "@lib/pruning/pruning_steps.ts";
import { smallNetwork } from "@lib/pruning/small_network.ts";
import { requireTail, tailOf } from "@lib/pruning/tail.ts";
import { seededRandom, shuffled } from "@lib/random.ts";
import { assert, assertEquals, assertThrows } from "@lib/std/assert.ts";

const SIZE: Size = { height: 12, width: 14, channels: 3 };
const random = seededRandom(1);
const images = {
  ...SIZE,
  pixels: Uint8Array.from({ length: 60 * 12 * 14 * 3 }, () => Math.floor(256 * random())),
};
const conv = { filters: 10, kernelSize: 3, padding: "same" as const };
const first = (more: object = {}): tf.layers.Layer =>
  tf.layers.conv2d({ ...conv, inputShape: [12, 14, 3], ...more });
const end = (): tf.layers.Layer[] => [tf.layers.flatten(), tf.layers.dense({ units: 300 })];

/** What may follow the last convolution. */
const TAILS: Record<string, () => tf.LayersModel> = {
  "activation, normalisation, pooling": () =>
    tf.sequential({
      layers: [
        first(),
        tf.layers.activation({ activation: "elu" }),
        tf.layers.batchNormalization(),
        tf.layers.maxPooling2d({ poolSize: 2 }),
        ...end(),
      ],
    }),
  "normalisation, ReLU, global average": () =>
    tf.sequential({
      layers: [
        first({ useBias: false }),
        tf.layers.batchNormalization(),
        tf.layers.reLU(),
        tf.layers.globalAveragePooling2d({}),
        tf.layers.dense({ units: 300 }),
      ],
    }),
  "a sigmoid inside, normalisation without scale, average pooling, padding, dropout": () =>
    tf.sequential({
      layers: [
        first({ activation: "sigmoid" }),
        tf.layers.dropout({ rate: 0.5 }),
        tf.layers.batchNormalization({ scale: false }),
        tf.layers.zeroPadding2d({ padding: [1, 2] }),
        tf.layers.averagePooling2d({ poolSize: 3, padding: "same" }),
        ...end(),
      ],
    }),
  "a leaky function and the largest value": () =>
    tf.sequential({
      layers: [
        first(),
        tf.layers.leakyReLU({ alpha: 0.2 }),
        tf.layers.globalMaxPooling2d({}),
        tf.layers.dense({ units: 300 }),
      ],
    }),
  "a slope for each channel and a rescaling": () =>
    tf.sequential({
      layers: [
        first(),
        tf.layers.prelu({ sharedAxes: [1, 2] }),
        tf.layers.rescaling({ scale: 0.5, offset: 1 }),
        ...end(),
      ],
    }),
  "nothing": () => tf.sequential({ layers: [first(), ...end()] }),
  "the same, functional": () => {
    const { inputs, outputs } = TAILS["activation, normalisation, pooling"]!();
    return tf.model({ inputs, outputs });
  },
};

/** Weights at work, as after training. */
function busy(network: tf.LayersModel): tf.LayersModel {
  const state = startingState(network);
  const noise = (value: tf.Tensor, seed: number): tf.Tensor =>
    tf.randomNormal(value.shape, 0, 1, "float32", seed);
  const weights = state.weights.add(noise(state.weights, 1));
  const moving = state.moving.add(noise(state.moving, 2)).abs().add(0.1);
  writeState(network, { ...state, weights, moving });
  // so that no class has most images
  const logits = network.apply(toTensor(images)) as tf.Tensor;
  const dense = network.layers.at(-1)!;
  const [kernel, bias] = dense.getWeights();
  dense.setWeights([kernel!, bias!.sub(logits.mean(0))]);
  return network;
}

const order = [...shuffled(10, seededRandom(4))];

for (const [name, make] of Object.entries(TAILS)) {
  Deno.test(`with ${name}, every step's classes are those of zeroed filters`, async () => {
    const network = busy(make());
    const before = tf.memory().numTensors;
    const activations = await lastActivations(network, images);
    const steps = [...pruningSteps(network, activations, order)];
    tf.dispose([activations.pooled, activations.logits]);
    assert(new Set(steps.map(String)).size > 3, "pruning changes nothing");
    for (const count of [0, 1, 4, 9, 10]) {
      const pruned = await pruneChannels(network, order.slice(0, count));
      assertEquals(steps[count], await classify(pruned, images));
      if (count < 10) {
        const small = await smallNetwork(network, order.slice(0, count));
        assertEquals(steps[count], await classify(small, images));
        small.dispose();
      }
      pruned.dispose();
    }
    assertEquals(tf.memory().numTensors, before);
  });
}

Deno.test("the two chains have a tail at any size, the residual network has none", () => {
  for (const size of [SIZE, { height: 48, width: 40, channels: 1 as const }]) {
    const [paper, plain, residual] = ["paper", "plain", "residual"].map((name) =>
      tailOf(ARCHITECTURES[name]!.build(size, 300, 1))
    );
    assertEquals(paper?.activation.name, "activation_5");
    assertEquals(paper?.pooling.name, "max_pooling2d_2");
    assertEquals([plain?.activation.name, plain?.pooling.name], ["relu3_2", "pool"]);
    assertEquals(residual, undefined);
  }
});

Deno.test("where channels meet before the dense layer, or classes after it, there is no tail", () => {
  const flat = { inputShape: [12, 14, 3] };
  const without: tf.layers.Layer[][] = [
    [first(), tf.layers.activation({ activation: "softmax" }), ...end()],
    [first(), tf.layers.flatten(), tf.layers.dense({ units: 5 }), tf.layers.dense({ units: 3 })],
    [first(), tf.layers.flatten(), tf.layers.dense({ units: 3, activation: "softmax" })],
    [first(), tf.layers.batchNormalization({ axis: 1 }), ...end()],
    [first(), tf.layers.flatten(), tf.layers.batchNormalization(), tf.layers.dense({ units: 3 })],
    [tf.layers.flatten(flat), tf.layers.dense({ units: 3 })],
  ];
  for (const layers of without) {
    const network = tf.sequential({ layers });
    assertEquals(tailOf(network), undefined);
    assertThrows(() => requireTail(network), Error, "keep its channels apart");
  }
});
