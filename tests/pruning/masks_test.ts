/** Pruning of any convolution, beside slow definitions and the exact curve of a tail. */
import { slicedImages } from "@lib/data/select.ts";
import { toTensor } from "@lib/network/image_input.ts";
import { tf } from "@lib/network/tensorflow.ts";
import { findConvolution } from "@lib/pruning/convolution.ts";
import { channelChange, pruneByMasks } from "@lib/pruning/masks.ts";
import { pruneChannels } from "@lib/pruning/prune_channels.ts";
import { rateCurve } from "@lib/pruning/pruning_curve.ts";
import { assertAlmostEquals, assertEquals, assertRejects, assertThrows } from "@lib/std/assert.ts";
import { BRIGHTER, SIGNS, tinyEvidence, tinyNetwork } from "./tiny_network.ts";

const bright = BRIGHTER.apply(SIGNS);

Deno.test("a channel's change is its mean absolute difference", async () => {
  const network = tinyNetwork(6);
  const convolution = network.layers[0]!;
  const before = tf.memory().numTensors;
  const change = await channelChange(network, convolution.name, SIGNS, bright);
  assertEquals(tf.memory().numTensors, before);
  tf.tidy(() => {
    const [one, other] = [SIGNS, bright].map((images) =>
      convolution.apply(toTensor(images)) as tf.Tensor
    );
    const wanted = other!.sub(one!).abs().mean([0, 1, 2]).dataSync();
    wanted.forEach((value, channel) => assertAlmostEquals(change[channel]!, value, 1e-4));
  });
  const short = slicedImages(bright, 1, 80);
  await assertRejects(
    () => channelChange(network, convolution.name, SIGNS, short),
    Error,
    "Expected 80 triggered images but found 79",
  );
});

Deno.test("by masks a tail is pruned as its exact curve says", async () => {
  const network = tinyNetwork(6);
  const { name } = network.layers[0]!;
  const evidence = await tinyEvidence(network);
  const images = { ...SIGNS, labels: evidence.clean.labels };
  const weights = network.getWeights().map((weight) => weight.dataSync().slice());
  const before = tf.memory().numTensors;
  const sets = await pruneByMasks(network, name, images, BRIGHTER, evidence.target);
  assertEquals(tf.memory().numTensors, before);
  assertEquals(network.getWeights().map((weight) => weight.dataSync()), weights);
  const curve = rateCurve(evidence, sets.at(-1)!.channels);
  assertEquals(sets.map(({ rates }) => rates.cleanAccuracy), curve.cleanAccuracy);
  assertEquals(sets.map(({ rates }) => rates.attackSuccess), curve.attackSuccess);
  assertEquals(sets.map(({ rates }) => rates.robustAccuracy), curve.robustAccuracy);
  const few = await pruneByMasks(network, name, images, BRIGHTER, evidence.target, 4);
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
      (pruned.predict(toTensor(slicedImages(SIGNS, 0, 1))) as tf.Tensor).abs().sum([0, 1, 2])
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
