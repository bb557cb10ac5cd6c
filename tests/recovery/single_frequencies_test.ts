/** Every single frequency, beside its definition; and the bound, beside SciPy's. */
import { PLANES, spectrumTrigger } from "@lib/attack/spectrum_trigger.ts";
import { classify } from "@lib/network/evaluate.ts";
import { tf } from "@lib/network/tensorflow.ts";
import { clopperPearson } from "@lib/recovery/clopper_pearson.ts";
import { singleFrequencies } from "@lib/recovery/single_frequencies.ts";
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@lib/std/assert.ts";
import { assertClose } from "../assert_close.ts";
import { noise } from "../reference/reference.ts";

for (const channels of [1, 3] as const) {
  Deno.test(`each coefficient's share is that of its definition, ${channels} channels`, async () => {
    const size = { height: 8, width: 10, channels };
    const bytes = Uint8Array.from(noise(12 * 80 * channels, 3), (value) => 128 + 40 * value);
    const clean = {
      ...{ ...size, pixels: bytes, classNames: ["a", "b", "c", "d"] },
      labels: new Int32Array(12),
    };
    const network = tf.sequential();
    network.add(tf.layers.flatten({ inputShape: [8, 10, channels] }));
    const kernelInitializer = tf.initializers.glorotUniform({ seed: 1 });
    network.add(tf.layers.dense({ units: 4, kernelInitializer }));
    const tensors = tf.memory().numTensors;
    const found = await singleFrequencies(network, clean, { magnitude: 400, images: 12 });
    assertEquals(tf.memory().numTensors, tensors);
    assertEquals([found.shares.length, found.labels.length, found.images], [
      80 * channels,
      80 * channels,
      12,
    ]);
    const before = await classify(network, clean);
    const shares: number[] = [];
    let bound = 0;
    for (let index = 0; index < found.shares.length; index++) {
      let most = 0;
      for (const sign of [1, -1]) {
        const coefficients = new Float32Array(80 * channels);
        coefficients[index] = 400 * sign;
        const after = await classify(
          network,
          spectrumTrigger({ ...size, coefficients }).apply(clean),
        );
        for (let label = 0; label < 4; label++) {
          const others = [...before.keys()].filter((image) => before[image] !== label);
          const sent = others.filter((image) => after[image] === label);
          if (others.length === 0) continue;
          most = Math.max(most, sent.length / others.length);
          const risk = 0.05 / (2 * 80 * channels * 4);
          bound = Math.max(bound, clopperPearson(sent.length, others.length, risk));
        }
      }
      shares.push(most);
    }
    assertClose(found.shares, shares, 1e-12);
    assert(new Set(shares).size > 2, "all coefficients do the same");
    const { plane, row, column, share } = found.strongest;
    assertEquals(share, Math.max(...shares));
    const first = shares.indexOf(share);
    assertEquals([plane, row * 10 + column], [PLANES[Math.floor(first / 80)]!, first % 80]);
    assertAlmostEquals(found.bound, bound, 1e-12);
    network.dispose();
  });
}

Deno.test("the bound of a network that gives all images one class does not depend on which", async () => {
  const clean = { height: 4, width: 4, channels: 1 as const, pixels: new Uint8Array(16 * 20) };
  const labelled = { ...clean, labels: new Int32Array(20), classNames: ["a", "b", "c"] };
  const bounds: number[] = [];
  for (const own of [0, 1, 2]) {
    const network = tf.sequential();
    network.add(tf.layers.flatten({ inputShape: [4, 4, 1] }));
    network.add(tf.layers.dense({ units: 3, kernelInitializer: "zeros" }));
    const [kernel] = network.layers[1]!.getWeights();
    const bias = tf.oneHot(tf.scalar(own, "int32"), 3).toFloat();
    network.layers[1]!.setWeights([kernel!, bias]);
    bounds.push((await singleFrequencies(network, labelled, { magnitude: 50, images: 20 })).bound);
    network.dispose();
  }
  const expected = clopperPearson(0, 20, 0.05 / (2 * 16 * 3));
  bounds.forEach((bound) => assertAlmostEquals(bound, expected, 1e-12));
});

Deno.test("Clopper and Pearson's upper end is SciPy's", () => {
  // scipy.stats.beta.ppf(1 - risk, hits + 1, count - hits)
  assertAlmostEquals(clopperPearson(0, 100, 0.05), 0.029513049607039925, 1e-10);
  assertAlmostEquals(clopperPearson(7, 100, 0.025), 0.13891972845585732, 1e-10);
  assertAlmostEquals(clopperPearson(30, 100, 1e-7), 0.5626828710809055, 1e-10);
  assertEquals(clopperPearson(5, 5, 0.05), 1);
  assertThrows(() => clopperPearson(6, 5, 0.05), Error, "found 6");
});
