/** Narrowed networks beside the zeroed ones. */
import { pruneChannels } from "@lib/pruning/prune_channels.ts";
import { smallNetwork } from "@lib/pruning/small_network.ts";
import { toTensor } from "@lib/network/image_input.ts";
import { loadNetwork, saveNetwork } from "@lib/formats/network_file.ts";
import { tf } from "@lib/network/tensorflow.ts";
import { assertEquals, assertRejects } from "@lib/std/assert.ts";
import { assertClose } from "../assert_close.ts";
import { SIGNS, tinyNetwork } from "./tiny_network.ts";

const logits = (network: tf.LayersModel): Float32Array =>
  tf.tidy(() => (network.apply(toTensor(SIGNS)) as tf.Tensor).dataSync<"float32">());

Deno.test("a small network is the zeroed one with fewer parameters, also after saving", async () => {
  const network = tinyNetwork(10);
  const before = logits(network);
  for (const channels of [[], [4], [9, 0, 3, 5], [0, 1, 2, 3, 4, 5, 6, 7, 8]]) {
    const [zeroed, small] = [
      await pruneChannels(network, channels),
      await smallNetwork(network, channels),
    ];
    assertClose(logits(small), logits(zeroed), 1e-5);
    const each = 3 * 3 * 3 + 1 + 4 + 4 * 5; // filter, bias, normalisation, dense rows
    assertEquals(small.countParams(), network.countParams() - channels.length * each);
    const folder = `${await Deno.makeTempDir()}/small`;
    await saveNetwork(folder, small);
    const loaded = await loadNetwork(folder);
    assertClose(logits(loaded), logits(small), 1e-6);
    for (const model of [zeroed, small, loaded]) model.dispose();
  }
  assertEquals(logits(network), before);
});

Deno.test("a small network leaves only its own weights behind, and bad channels are refused", async () => {
  const network = tinyNetwork(10);
  const before = tf.memory().numTensors;
  (await smallNetwork(network, [2])).dispose();
  assertEquals(tf.memory().numTensors, before);
  for (const bad of [[10], [-1], [1, 1]]) {
    await assertRejects(() => smallNetwork(network, bad), Error, "at most once but found");
  }
  const every = Array.from({ length: 10 }, (_, channel) => channel);
  await assertRejects(() => smallNetwork(network, every), Error, "found all 10 pruned");
  const plain = tf.sequential({
    layers: [
      tf.layers.conv2d({ filters: 4, kernelSize: 3, inputShape: [8, 8, 3] }),
      tf.layers.flatten(),
      tf.layers.dense({ units: 5, useBias: false }),
    ],
  });
  const tensors = tf.memory().numTensors;
  await assertRejects(() => smallNetwork(plain, [1]), Error, "a dense layer with a bias");
  assertEquals(tf.memory().numTensors, tensors);
});
