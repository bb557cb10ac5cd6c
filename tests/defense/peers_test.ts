/** The other defenses' rules, beside slow definitions. */
import { syntheticSigns } from "@lib/data/synthetic_signs.ts";
import { ADVERSARIAL_PRUNING, pruneAdversarially } from "@lib/defense/adversarial_pruning.ts";
import { finePrune, fineTune } from "@lib/defense/fine_tuning.ts";
import { normalizedConvolutions, pruneByLipschitz } from "@lib/defense/lipschitz_pruning.ts";
import { cleanseVerdict, patchTrigger, recoverPatches } from "@lib/defense/neural_cleanse.ts";
import { unlearn } from "@lib/defense/unlearning.ts";
import { lipschitzBounds } from "@lib/defense/weight_rankings.ts";
import { paperCnn } from "@lib/network/paper_cnn.ts";
import { tf } from "@lib/network/tensorflow.ts";
import { seededRandom, shuffled } from "@lib/random.ts";
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@lib/std/assert.ts";

const clean = syntheticSigns(64, 8);
const RECIPE = { epochs: 1, batchSize: 32, learningRate: 1e-4, weightDecay: 0, seed: 1 };

const values = (network: tf.LayersModel): number[][] =>
  network.getWeights().map((weight) => [...weight.dataSync()]);

Deno.test("CLP silences exactly the channels beyond its limit", async () => {
  const network = paperCnn(43, 2);
  const { convolution, normalization } = normalizedConvolutions(network)[3]!;
  const [kernel, bias] = convolution.getWeights();
  const factor = Float32Array.from({ length: 64 }, (_, channel) => channel === 17 ? 9 : 1);
  convolution.setWeights([kernel!.mul(factor), bias!]);
  const bounds = lipschitzBounds({ convolution, normalization });
  const mean = bounds.reduce((sum, each) => sum + each) / 64;
  const deviation = Math.sqrt(bounds.reduce((sum, each) => sum + (each - mean) ** 2, 0) / 63);
  const beyond = [...bounds.keys()].filter((channel) => bounds[channel]! > mean + 5 * deviation);
  assertEquals(beyond, [17]);
  const before = values(network);
  const { network: pruned, channelsPruned } = await pruneByLipschitz(network, 5);
  assertEquals(channelsPruned, 1);
  assertEquals(values(network), before);
  const [gamma, beta] = pruned.getLayer(normalization.name).getWeights();
  assertEquals([...gamma!.dataSync()].flatMap((value, at) => value === 0 ? [at] : []), [17]);
  assertEquals(beta!.dataSync()[17], 0);
  const plain = tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [2] })] });
  assertThrows(() => normalizedConvolutions(plain), Error, "but found none");
});

Deno.test("ANP prunes by its masks: none at a threshold of 0, all above 1, the same by the same seed", async () => {
  const network = paperCnn(43, 2);
  const before = tf.memory().numTensors;
  const run = async (
    threshold: number,
  ): Promise<{ weights: number[][]; channelsPruned: number }> => {
    const settings = { ...ADVERSARIAL_PRUNING, iterations: 3, batchSize: 16, threshold };
    const { network: pruned, channelsPruned } = await pruneAdversarially(network, clean, settings);
    const found = values(pruned);
    pruned.dispose();
    return { weights: found, channelsPruned };
  };
  const none = await run(0);
  assertEquals(none.channelsPruned, 0);
  assertEquals(none.weights, values(network));
  assertEquals((await run(1.01)).channelsPruned, 2 * (32 + 64 + 128));
  assertEquals(await run(0.9), await run(0.9));
  assertEquals(tf.memory().numTensors, before);
});

Deno.test("fine-tuning and fine-pruning leave the attacked network as it is", async () => {
  const network = paperCnn(43, 2);
  const before = values(network);
  const tuned = await fineTune(network, clean, RECIPE);
  assert(values(tuned).some((weight, index) => weight.some((v, at) => v !== before[index]![at])));
  const pruned = await finePrune(network, [0, 1, 2], clean, RECIPE);
  assertEquals(pruned.getLayer("conv2d_5").outputShape, [null, 8, 8, 125]);
  assertEquals(values(network), before);
});

Deno.test("unlearning is fine-tuning on images of which a share is triggered, under their true labels", async () => {
  const network = paperCnn(43, 2);
  const trigger = {
    name: "white",
    apply: (pixels: Uint8Array) => new Uint8Array(pixels.length).fill(255),
  };
  const before = { weights: values(network), pixels: clean.pixels.slice() };
  const recipe = { ...RECIPE, learningRate: 1e-3, seed: 4 };
  // seeded as it says: the first quarter of the shuffled images
  const pixels = clean.pixels.slice();
  for (const image of shuffled(64, seededRandom(4)).subarray(0, 16)) {
    pixels.fill(255, image * 3072, (image + 1) * 3072);
  }
  const expected = await fineTune(network, { ...clean, pixels }, recipe);
  const tensors = tf.memory().numTensors;
  const shares: number[] = [];
  const found = await unlearn(network, clean, trigger, { share: 0.25, recipe }, ({ share }) => {
    shares.push(share);
  });
  assertEquals(values(found), values(expected));
  found.dispose();
  assertEquals(tf.memory().numTensors, tensors);
  assertEquals(values(network), before.weights);
  assertEquals(clean.pixels, before.pixels);
  const none = await unlearn(network, clean, trigger, { share: 0, recipe });
  assertEquals(values(none), values(await fineTune(network, clean, recipe)));
});

Deno.test("a recovered patch is mixed in by its mask", () => {
  const mask = Float32Array.from({ length: 1024 }, (_, pixel) => pixel % 5 / 4);
  const pattern = Float32Array.from({ length: 3072 }, (_, index) => index % 7 / 6);
  const painted = patchTrigger({ mask, pattern }).apply(clean.pixels);
  painted.forEach((level, index) => {
    const [at, share] = [index % 3072, mask[Math.floor(index % 3072 / 3)]!];
    const expected = (1 - share) * clean.pixels[index]! + 255 * share * pattern[at]!;
    assert(Math.abs(level - expected) <= 0.5 + 1e-4);
  });
});

Deno.test("Neural Cleanse: one patch a class, its verdict by hand, and nothing left behind", async () => {
  const network = paperCnn(43, 2);
  const before = tf.memory().numTensors;
  const patches = await recoverPatches(network, clean, { steps: 3, images: 4, seed: 1 });
  assertEquals(patches.map(({ label }) => label), [...clean.classNames.keys()]);
  assertEquals(tf.memory().numTensors, before);
  for (const { mask, norm } of patches) {
    assertAlmostEquals(mask.reduce((sum, value) => sum + value), norm, 1e-3);
  }
  const [first] = patches;
  const withNorms = (...norms: number[]): ReturnType<typeof cleanseVerdict> =>
    cleanseVerdict(norms.map((norm, label) => ({ ...first!, label, norm })));
  // median 10, absolute deviations 7, 1, 0, 1, 2: their median is 1
  assertAlmostEquals(withNorms(3, 9, 10, 11, 12).index, 7 / 1.4826, 1e-9);
  assertEquals(withNorms(9, 9, 10, 11, 12).suspect, undefined);
});
