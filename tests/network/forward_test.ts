/** Many images through networks at the same time. */
import { PAPER_SIZE } from "@lib/data/images.ts";
import { copyNetwork, disposeNetwork } from "@lib/network/copy_network.ts";
import { classify } from "@lib/network/evaluate.ts";
import { tf } from "@lib/network/tensorflow.ts";
import { assert, assertEquals } from "@lib/std/assert.ts";

function tinyCnn(seed: number): tf.Sequential {
  const kernelInitializer = tf.initializers.glorotUniform({ seed });
  const same = { kernelSize: 3, padding: "same" as const, kernelInitializer };
  return tf.sequential({
    layers: [
      tf.layers.conv2d({ filters: 2, ...same, inputShape: [32, 32, 3] }),
      tf.layers.activation({ activation: "elu" }),
      tf.layers.flatten(),
      tf.layers.dense({ units: 5, kernelInitializer }),
    ],
  });
}

Deno.test("two networks that classify at the same time do not disturb each other", async () => {
  const networks = [tinyCnn(1), tinyCnn(2)];
  const pixels = Uint8Array.from({ length: 4200 * 3072 }, (_, at) => (at * 2654435761) >>> 24);
  const images = { ...PAPER_SIZE, pixels };
  const before = tf.memory().numTensors;
  const together = await Promise.all(networks.map((network) => classify(network, images)));
  const alone = [];
  for (const network of networks) alone.push(await classify(network, images));
  assertEquals(together, alone);
  assert(
    together[0]!.some((label, index) => label !== together[1]![index]),
    "the same network twice",
  );
  assertEquals(tf.memory().numTensors, before);
});

Deno.test("a copy that shares its original's weights is another network", async () => {
  const network = tinyCnn(1);
  const copy = await copyNetwork(network);
  const pixels = Uint8Array.from({ length: 4200 * 3072 }, (_, at) => (at * 2654435761) >>> 24);
  const images = { ...PAPER_SIZE, pixels };
  assertEquals(await classify(network, images), await classify(copy, images));
  disposeNetwork(copy);
});
