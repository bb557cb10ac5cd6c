/** Pruning of any convolution, beside slow definitions and the exact curve of a last block. */
import { hasLastBlock, lastActivations } from "@lib/pruning/activations.ts";
import { findConvolution } from "@lib/pruning/convolution.ts";
import { channelChange, pruneByMasks } from "@lib/pruning/pruning_by_masks.ts";
import { pruningCounts } from "@lib/pruning/pruning_counts.ts";
import { pruneChannels } from "@lib/pruning/repair.ts";
import { toTensor } from "@lib/network/image_input.ts";
import { tf } from "@lib/network/tensorflow.ts";
import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertRejects,
  assertThrows,
} from "@lib/std/assert.ts";
import { PIXELS, tinyEvidence, tinyNetwork } from "./tiny_network.ts";

const bright = PIXELS.map((level) => Math.min(255, level + 60));

Deno.test("a channel's change is its mean absolute difference", async () => {
  const network = tinyNetwork(6);
  const convolution = network.layers[0]!;
  const before = tf.memory().numTensors;
  const change = await channelChange(network, convolution.name, {
    clean: PIXELS,
    triggered: bright,
  });
  assertEquals(tf.memory().numTensors, before);
  tf.tidy(() => {
    const [one, other] = [PIXELS, bright].map((pixels) =>
      convolution.apply(toTensor(pixels)) as tf.Tensor
    );
    const wanted = other!.sub(one!).abs().mean([0, 1, 2]).dataSync();
    wanted.forEach((value, channel) => assertAlmostEquals(change[channel]!, value, 1e-4));
  });
  const short = { clean: PIXELS, triggered: bright.subarray(3072) };
  await assertRejects(
    () => channelChange(network, convolution.name, short),
    Error,
    "Expected 80 triggered images but found 79",
  );
});

Deno.test("by masks a last block is pruned as its exact curve says", async () => {
  const network = tinyNetwork(6);
  const { name } = network.layers[0]!;
  const { clean, backdoor, badPixels, target } = await tinyEvidence(network);
  const others = PIXELS.filter((_, byte) => clean.labels[Math.floor(byte / 3072)] !== target);
  const pairs = { clean: others, triggered: badPixels };
  const images = {
    pixels: PIXELS,
    labels: clean.labels,
    classNames: Array.from({ length: 5 }, (_, index) => `class ${index}`),
  };
  const weights = network.getWeights().map((weight) => weight.dataSync().slice());
  const before = tf.memory().numTensors;
  const points = await pruneByMasks(network, name, images, pairs, target);
  assertEquals(tf.memory().numTensors, before);
  assertEquals(network.getWeights().map((weight) => weight.dataSync()), weights);
  const order = points.at(-1)!.channels;
  const counts = (activations: typeof clean.activations, wanted: Uint8Array): number[] =>
    pruningCounts(network, activations, order, [wanted])[0]!.map((count) => count / wanted.length);
  const accuracies = counts(await lastActivations(network, PIXELS), clean.labels);
  const successes = counts(backdoor.activations, backdoor.labels.map(() => target));
  assertEquals(points.map((point) => point.validationAccuracy), accuracies);
  assertEquals(points.map((point) => point.validationAttackSuccess), successes);
  const few = await pruneByMasks(network, name, images, pairs, target, 4);
  assertEquals(few.map(({ channels }) => channels.length), [0, 2, 3, 5, 6]);
});

Deno.test("separable convolutions and those without biases are pruned too", async () => {
  const inputShape = [32, 32, 3];
  for (
    const layer of [
      tf.layers.separableConv2d({ filters: 4, kernelSize: 3, inputShape }),
      tf.layers.conv2d({ filters: 4, kernelSize: 3, useBias: false, inputShape }),
    ]
  ) {
    const network = tf.sequential({ layers: [layer] });
    const pruned = await pruneChannels(network, [0, 2], layer.name);
    const sums = tf.tidy(() =>
      (pruned.predict(toTensor(PIXELS.subarray(0, 3072))) as tf.Tensor).abs().sum([0, 1, 2])
        .dataSync()
    );
    assertEquals([...sums].map((sum) => sum === 0), [true, false, true, false]);
    await assertRejects(
      () => pruneChannels(network, [4], layer.name),
      Error,
      "Expected a channel in 0–3 but found 4",
    );
  }
});

Deno.test("a convolution that is used twice is refused", () => {
  const input = tf.input({ shape: [32, 32, 3] });
  const layer = tf.layers.conv2d({ filters: 3, kernelSize: 1, name: "shared" });
  const output = layer.apply(layer.apply(input)) as tf.SymbolicTensor;
  const network = tf.model({ inputs: input, outputs: output });
  assertThrows(() => findConvolution(network), Error, `"shared" used 2 times in the network`);
});

Deno.test("only where each channel goes its own way is pruning reckoned exactly", () => {
  const block = (change: Partial<Record<string, object>> = {}): tf.Sequential =>
    tf.sequential({
      layers: [
        tf.layers.conv2d({ filters: 2, kernelSize: 3, inputShape: [8, 8, 3], ...change.conv }),
        tf.layers.activation({ activation: "relu", ...change.activation }),
        tf.layers.batchNormalization({ ...change.normalization }),
        tf.layers.maxPooling2d({ poolSize: 2 }),
        tf.layers.flatten(),
        tf.layers.dense({ units: 3, ...change.dense }),
      ],
    });
  assert(hasLastBlock(block()));
  assert(
    hasLastBlock(block({ conv: { activation: "tanh" }, activation: { activation: "linear" } })),
  );
  for (
    const change of [
      { conv: { activation: "sigmoid" } },
      { activation: { activation: "softmax" } },
      { normalization: { scale: false } },
      { dense: { activation: "softmax" } },
    ]
  ) {
    assertEquals(hasLastBlock(block(change)), false, JSON.stringify(change));
  }
  const { inputs, outputs } = block();
  assertEquals(hasLastBlock(tf.model({ inputs, outputs })), false);
});
