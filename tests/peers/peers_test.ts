/** The other defenses' rules, beside slow definitions. */
import { syntheticSigns } from "@lib/data/synthetic_signs.ts";
import { randomBatches } from "@lib/data/random_batches.ts";
import { ADVERSARIAL_PRUNING, pruneAdversarially } from "@lib/peers/adversarial_pruning.ts";
import type { Images } from "@lib/data/images.ts";
import { finePrune } from "@lib/peers/fine_pruning.ts";
import { pruneByLipschitz } from "@lib/peers/lipschitz_pruning.ts";
import { cleanseVerdict } from "@lib/peers/neural_cleanse.ts";
import { normalizedConvolutions, silence } from "@lib/peers/normalized_convolutions.ts";
import { patchTrigger, recoverPatches } from "@lib/peers/patch_search.ts";
import {
  pruneByThreshold,
  RECONSTRUCTIVE_PRUNING,
  reconstructiveMasks,
  RNP,
} from "@lib/peers/reconstructive_pruning.ts";
import { SHARPNESS_TUNING, tuneSharpness } from "@lib/peers/sharpness_tuning.ts";
import { fineTune } from "@lib/recovery/fine_tuning.ts";
import { unlearn } from "@lib/recovery/unlearning.ts";
import { lipschitzBounds } from "@lib/pruning/weight_rankings.ts";
import { disposeNetwork } from "@lib/network/copy_network.ts";
import { classify } from "@lib/network/evaluate.ts";
import { toTensor } from "@lib/network/image_input.ts";
import { paperCnn } from "@lib/network/paper_cnn.ts";
import { tf } from "@lib/network/tensorflow.ts";
import { seededRandom, shuffled } from "@lib/random.ts";
import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertRejects,
  assertThrows,
} from "@lib/std/assert.ts";
import { assertClose } from "../assert_close.ts";
import { weightsOf } from "../weights_of.ts";
import { noise } from "../reference/reference.ts";

const clean = syntheticSigns(64, 8);
const RECIPE = { epochs: 1, batchSize: 32, learningRate: 1e-4, weightDecay: 0, seed: 1 };

Deno.test("CLP silences exactly the channels beyond its limit", async () => {
  const network = paperCnn(43, 2);
  const { convolution, normalization } = normalizedConvolutions(network)[3]!;
  const [kernel, bias] = convolution.getWeights();
  // filter 3 was pruned before
  const factor = Float32Array.from(
    { length: 64 },
    (_, channel) => channel === 17 ? 9 : Number(channel !== 3),
  );
  convolution.setWeights([kernel!.mul(factor), bias!]);
  const bounds = lipschitzBounds(convolution, normalization);
  assertEquals(bounds[3], 0);
  const mean = bounds.reduce((sum, each) => sum + each) / 64;
  const deviation = Math.sqrt(bounds.reduce((sum, each) => sum + (each - mean) ** 2, 0) / 63);
  const beyond = [...bounds.keys()].filter((channel) => bounds[channel]! > mean + 5 * deviation);
  assertEquals(beyond, [17]);
  const before = weightsOf(network);
  const { network: pruned, channelsPruned } = await pruneByLipschitz(network, 5);
  assertEquals(channelsPruned, 1);
  assertClose(weightsOf(network), before);
  const [gamma, beta] = pruned.getLayer(normalization.name).getWeights();
  assertEquals([...gamma!.dataSync()].flatMap((value, at) => value === 0 ? [at] : []), [17]);
  assertEquals(beta!.dataSync()[17], 0);
  const plain = tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [2] })] });
  assertThrows(() => normalizedConvolutions(plain), Error, "but found none");
});

Deno.test("a defense that cannot be leaves no copy behind", async () => {
  const [network, plain] = [
    paperCnn(43, 2),
    tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [2] })] }),
  ];
  const tensors = tf.memory().numTensors;
  for (const defend of [pruneByLipschitz, pruneAdversarially, reconstructiveMasks]) {
    await assertRejects(() => defend(plain, clean as never), Error, "but found none");
    assertEquals(tf.memory().numTensors, tensors);
  }
  const none = { ...clean, pixels: new Uint8Array(), labels: new Int32Array() };
  await assertRejects(() => fineTune(network, none, RECIPE), Error, "Expected");
  await assertRejects(() => finePrune(network, [0], none, RECIPE), Error, "Expected");
  const wild = { ...SHARPNESS_TUNING, learningRate: 1e30 };
  await assertRejects(() => tuneSharpness(network, clean, wild, 3), Error, "finite weights");
  assertEquals(tf.memory().numTensors, tensors);
});

Deno.test("CLP keeps the only channel of a layer", async () => {
  const network = tf.sequential({
    layers: [
      tf.layers.conv2d({ filters: 1, kernelSize: 3, inputShape: [8, 8, 3] }),
      tf.layers.batchNormalization(),
    ],
  });
  assertEquals((await pruneByLipschitz(network)).channelsPruned, 0);
});

/** Two blocks of few channels, with weights as after training. */
function twoBlocks(): tf.Sequential {
  const network = tf.sequential();
  [4, 6].forEach((filters, block) => {
    const input = block === 0 ? { inputShape: [32, 32, 3] } : {};
    network.add(tf.layers.conv2d({ filters, kernelSize: 3, padding: "same", ...input }));
    network.add(tf.layers.activation({ activation: "elu" }));
    network.add(tf.layers.batchNormalization());
    network.add(tf.layers.maxPooling2d({ poolSize: 2 }));
  });
  network.add(tf.layers.flatten());
  network.add(tf.layers.dense({ units: 43 }));
  network.setWeights(
    network.getWeights().map((weight, index) => {
      const drawn = tf.tensor(Float32Array.from(noise(weight.size, index), (each) => each + 0.2));
      const size = weight.rank > 1 ? Math.sqrt(8 / weight.size * weight.shape.at(-1)!) : 1;
      const shifted = weight.rank > 1 ? drawn.sub(0.7) : drawn;
      return shifted.mul(size).reshape(weight.shape);
    }),
  );
  return network;
}

/** ANP's masks after some steps, by tfjs's own gradients and one number after the other. */
function slowMasks(network: tf.Sequential, steps: number, batchSize: number): number[] {
  const random = seededRandom(ADVERSARIAL_PRUNING.seed);
  const draw = randomBatches(clean, random);
  const layers = network.layers.filter((layer) => layer.getClassName() === "BatchNormalization");
  const [gammas, betas] = [0, 1].map((which) =>
    layers.map((layer) => layer.trainableWeights[which]!.read() as tf.Variable)
  );
  const own = [gammas!, betas!].map((group) => group.flatMap((each) => [...each.dataSync()]));
  const put = (variables: tf.Variable[], numbers: number[]): void => {
    let at = 0;
    for (const each of variables) {
      each.assign(tf.tensor1d(numbers.slice(at, at += each.size)));
    }
  };
  /** By factors of all γ, then of all β. */
  const slopes = (factors: number[][], batch: typeof clean): number[][] => {
    [gammas!, betas!].forEach((group, g) =>
      put(group, own[g]!.map((value, channel) => value * factors[g]![channel]!))
    );
    const { grads } = tf.variableGrads(
      () =>
        tf.losses.softmaxCrossEntropy(
          tf.oneHot(tf.tensor1d(batch.labels, "int32"), 43),
          network.apply(toTensor(batch)) as tf.Tensor,
        ).asScalar(),
      [...gammas!, ...betas!],
    );
    return [gammas!, betas!].map((group, g) =>
      group.flatMap((each) => [...grads[each.name]!.dataSync()])
        .map((slope, channel) => slope * own[g]![channel]!)
    );
  };
  const channels = own[0]!.length;
  let masks = Array<number>(channels).fill(1);
  let speeds = Array<number>(channels).fill(0);
  for (let step = 0; step < steps; step++) {
    const batch = draw(batchSize);
    const start = [0, 1].map(() => masks.map(() => (2 * random() - 1) * 0.4));
    const at = (noises: number[][]): number[][] => [
      masks.map((mask, channel) => mask + noises[0]![channel]!),
      noises[1]!.map((each) => 1 + each),
    ];
    const up = slopes(at(start), batch);
    const worst = start.map((group, g) =>
      group.map((value, channel) =>
        Math.max(-0.4, Math.min(0.4, value + 0.4 * Math.sign(up[g]![channel]!)))
      )
    );
    const [disturbed] = slopes(at(worst), batch);
    const [natural] = slopes([masks, masks.map(() => 1)], batch);
    speeds = speeds.map((speed, channel) =>
      0.9 * speed + 0.2 * natural![channel]! + 0.8 * disturbed![channel]!
    );
    masks = masks.map((mask, channel) => Math.max(0, Math.min(1, mask - 0.2 * speeds[channel]!)));
  }
  [gammas!, betas!].forEach((group, g) => put(group, own[g]!));
  return masks;
}

Deno.test("ANP's masks are those of its definition, step by step", async () => {
  const network = twoBlocks();
  const masks = slowMasks(network, 3, 16);
  const sorted = masks.filter((mask) => mask > 0 && mask < 1).sort((one, other) => one - other);
  assert(sorted.length >= 4, `masks: ${masks}`);
  // each threshold lies between two masks: the pruned channels tell the order of all of them
  for (const [index, mask] of sorted.slice(1).entries()) {
    const threshold = (mask + sorted[index]!) / 2;
    const settings = { ...ADVERSARIAL_PRUNING, iterations: 3, batchSize: 16, threshold };
    const { network: pruned } = await pruneAdversarially(network, clean, settings);
    const gammas = normalizedConvolutions(pruned).flatMap((
      { normalization },
    ) => [...normalization.getWeights()[0]!.dataSync()]);
    assertEquals(gammas.map((value) => value === 0), masks.map((each) => each < threshold));
    pruned.dispose();
  }
});

Deno.test("ANP prunes by its masks: none at a threshold of 0, all above 1, the same by the same seed", async () => {
  const network = paperCnn(43, 2);
  const before = tf.memory().numTensors;
  const run = async (
    threshold: number,
  ): Promise<{ weights: number[]; channelsPruned: number }> => {
    const settings = { ...ADVERSARIAL_PRUNING, iterations: 3, batchSize: 16, threshold };
    const { network: pruned, channelsPruned } = await pruneAdversarially(network, clean, settings);
    const found = weightsOf(pruned);
    pruned.dispose();
    return { weights: found, channelsPruned };
  };
  const none = await run(0);
  assertEquals(none.channelsPruned, 0);
  assertClose(none.weights, weightsOf(network));
  const other = tf.sequential({ layers: [tf.layers.elu({ inputShape: [32, 32, 3] })] });
  await assertRejects(
    () => pruneAdversarially(other, clean),
    Error,
    "with batch normalisation but found none",
  );
  assertEquals((await run(1.01)).channelsPruned, 2 * (32 + 64 + 128));
  const [first, second] = [await run(0.9), await run(0.9)];
  assertEquals(first.channelsPruned, second.channelsPruned);
  assertClose(first.weights, second.weights);
  assertEquals(tf.memory().numTensors, before);
});

/** Slopes of a batch's loss in training by some variables at given values, by tfjs's own gradients. */
function slowSlopes(
  network: tf.Sequential,
  variables: tf.Variable[],
  values: number[][],
  batch: typeof clean,
): number[][] {
  variables.forEach((each, index) => each.assign(tf.tensor(values[index]!, each.shape)));
  const lossOf = (): tf.Scalar =>
    tf.losses.softmaxCrossEntropy(
      tf.oneHot(tf.tensor1d(batch.labels, "int32"), 43),
      network.apply(toTensor(batch), { training: true }) as tf.Tensor,
    ).asScalar();
  const { grads } = tf.variableGrads(lossOf, variables);
  return variables.map(({ name }) => [...grads[name]!.dataSync()]);
}

Deno.test("FT-SAM's weights are those of its definition, step by step", async () => {
  const network = twoBlocks();
  const tensors = tf.memory().numTensors;
  const settings = { ...SHARPNESS_TUNING, radius: 0.5, batchSize: 16, seed: 3 };
  const tuned = await tuneSharpness(network, clean, settings, 3);
  const found = weightsOf(tuned);
  tuned.dispose();
  assertEquals(tf.memory().numTensors, tensors);
  // by tfjs's own gradients, one number after the other
  const variables = network.trainableWeights.map((weight) => weight.read() as tf.Variable);
  const draw = randomBatches(clean, seededRandom(3));
  let weights = variables.map((variable) => [...variable.dataSync()]);
  let speeds = weights.map((each) => each.map(() => 0));
  for (let step = 0; step < 3; step++) {
    const batch = draw(16);
    const slopesAt = (values: number[][]): number[][] =>
      slowSlopes(network, variables, values, batch);
    const first = slopesAt(weights);
    const scaled = weights.flatMap((each, index) => each.map((w, at) => w * first[index]![at]!));
    const norm = Math.hypot(...scaled);
    const statistics = network.nonTrainableWeights.map((weight) => weight.read().clone());
    const slopes = slopesAt(
      weights.map((each, index) =>
        each.map((w, at) => w + 0.5 * w ** 2 * first[index]![at]! / norm)
      ),
    );
    network.nonTrainableWeights.forEach((weight, index) => weight.write(statistics[index]!));
    speeds = speeds.map((each, index) => each.map((v, at) => 0.9 * v + slopes[index]![at]!));
    weights = weights.map((each, index) => each.map((w, at) => w - 0.01 * speeds[index]![at]!));
  }
  variables.forEach((each, index) => each.assign(tf.tensor(weights[index]!, each.shape)));
  assertClose(found, weightsOf(network), 1e-4);
});

Deno.test("RNP's masks are those of its definition: clean images unlearned, then learned by masks", async () => {
  const network = twoBlocks();
  const [before, tensors] = [weightsOf(network), tf.memory().numTensors];
  const settings = { ...RECONSTRUCTIVE_PRUNING, batchSize: 16, seed: 3, unlearned: 0 };
  const found = await reconstructiveMasks(network, clean, settings, 3);
  assertEquals(tf.memory().numTensors, tensors);
  assertClose(weightsOf(network), before);
  const draw = randomBatches(clean, seededRandom(3));
  const all = network.trainableWeights.map((weight) => weight.read() as tf.Variable);
  const rest = (values: number[][]): number[][] => values.map((each) => each.map(() => 0));
  const faster = (speeds: number[][], slopes: number[][]): number[][] =>
    speeds.map((each, index) => each.map((v, at) => 0.9 * v + slopes[index]![at]!));
  let weights = all.map((variable) => [...variable.dataSync()]);
  let speeds = rest(weights);
  for (let step = 0; step < 3; step++) {
    speeds = faster(speeds, slowSlopes(network, all, weights, draw(16)));
    weights = weights.map((each, index) => each.map((w, at) => w + 0.01 * speeds[index]![at]!));
  }
  all.forEach((each, index) => each.assign(tf.tensor(weights[index]!, each.shape)));
  const gammas = normalizedConvolutions(network).map(({ normalization }) =>
    normalization.trainableWeights[0]!.read() as tf.Variable
  );
  const own = gammas.map((gamma) => [...gamma.dataSync()]);
  let masks = own.map((each) => each.map(() => 1));
  speeds = rest(masks);
  for (let step = 0; step < 3; step++) {
    const scaled = masks.map((each, index) => each.map((mask, at) => mask * own[index]![at]!));
    const slopes = slowSlopes(network, gammas, scaled, draw(16))
      .map((each, index) => each.map((slope, at) => slope * own[index]![at]!));
    speeds = faster(speeds, slopes);
    masks = masks.map((each, index) =>
      each.map((mask, at) => Math.min(1, Math.max(0, mask - 0.2 * 0.2 * speeds[index]![at]!)))
    );
  }
  assert(masks.flat().some((mask) => mask < 0.99), `masks: ${masks}`);
  assertClose(found.flatMap((each) => [...each]), masks.flat(), 1e-4);
});

Deno.test("RNP prunes by the highest threshold that accuracy allows", async () => {
  const network = twoBlocks();
  const blocks = normalizedConvolutions(network).map(({ normalization }) => normalization);
  silence(blocks[0]!, Float32Array.of(1, 0, 1, 1)); // these two do nothing, so pruning them costs nothing
  silence(blocks[1]!, Float32Array.of(1, 1, 0, 99, 1, 1)); // and the fourth nearly all
  const own = { ...clean, labels: await classify(network, clean) };
  const masks = [[1, 0.12, 1, 1], [1, 1, 0.31, 0.52, 1, 1]].map((each) => Float32Array.from(each));
  const tensors = tf.memory().numTensors;
  const zerosAt = async (drop: number): Promise<[number, number, number[]]> => {
    const found = await pruneByThreshold(network, own, masks, { highest: 0.9, drop });
    const gammas = normalizedConvolutions(found.network)
      .flatMap(({ normalization }) => [...normalization.getWeights()[0]!.dataSync()]);
    disposeNetwork(found.network);
    const zeros = gammas.flatMap((gamma, channel) => gamma === 0 ? [channel] : []);
    return [Number(found.threshold.toFixed(2)), found.channelsPruned, zeros];
  };
  assertEquals(await zerosAt(0.02), [0.5, 2, [1, 6]]);
  assertEquals(await zerosAt(1), [0.9, 3, [1, 6, 7]]);
  const { repaired: [repair] } = await RNP.run({ network, clean: own, mostSteps: 2 });
  disposeNetwork(repair!.network);
  assertEquals(tf.memory().numTensors, tensors);
});

Deno.test("RNP unlearns until the accuracy at an epoch's end is low enough, and no further", async () => {
  const network = twoBlocks();
  const own = { ...clean, labels: await classify(network, clean) };
  const settings = { ...RECONSTRUCTIVE_PRUNING, batchSize: 16, seed: 3, epochs: 2 };
  const after = async (unlearned: number, stepsInEpoch: number): Promise<number[]> =>
    (await reconstructiveMasks(network, own, { ...settings, unlearned, stepsInEpoch }, 4))
      .flatMap((each) => [...each]);
  const toTheEnd = await after(-1, 2);
  assertEquals(await after(-1, 4), toTheEnd); // epochs alone decide nothing
  assert((await after(1, 2)).some((mask, at) => mask !== toTheEnd[at])); // left after the first
  assertEquals(await after(1, 4), toTheEnd); // the first is the last here
});

Deno.test("fine-tuning and fine-pruning leave the attacked network as it is", async () => {
  const network = paperCnn(43, 2);
  const before = weightsOf(network);
  const tuned = await fineTune(network, clean, RECIPE);
  assert(weightsOf(tuned).some((weight, index) => weight !== before[index]));
  const pruned = await finePrune(network, [0, 1, 2], clean, RECIPE);
  assertEquals(pruned.getLayer("conv2d_5").outputShape, [null, 8, 8, 125]);
  assertClose(weightsOf(network), before);
});

Deno.test("unlearning is fine-tuning on images of which a share is triggered, under their true labels", async () => {
  const network = paperCnn(43, 2);
  const trigger = {
    name: "white",
    apply: (images: Images) => ({ ...images, pixels: images.pixels.map(() => 255) }),
  };
  const before = { weights: weightsOf(network), pixels: clean.pixels.slice() };
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
  assertClose(weightsOf(found), weightsOf(expected));
  found.dispose();
  assertEquals(tf.memory().numTensors, tensors);
  assertClose(weightsOf(network), before.weights);
  assertClose(clean.pixels, before.pixels);
  const none = await unlearn(network, clean, trigger, { share: 0, recipe });
  assertClose(weightsOf(none), weightsOf(await fineTune(network, clean, recipe)));
});

Deno.test("a recovered patch is mixed in by its mask", () => {
  const mask = Float32Array.from({ length: 1024 }, (_, pixel) => pixel % 5 / 4);
  const pattern = Float32Array.from({ length: 3072 }, (_, index) => index % 7 / 6);
  const painted = patchTrigger({ mask, pattern }).apply(clean).pixels;
  painted.forEach((level, index) => {
    const [at, share] = [index % 3072, mask[Math.floor(index % 3072 / 3)]!];
    const expected = (1 - share) * clean.pixels[index]! + 255 * share * pattern[at]!;
    assert(Math.abs(level - expected) <= 0.5 + 1e-4);
  });
});

Deno.test("Neural Cleanse finds a patch where it is, and how bright", () => {
  // class 4 wins if the nine pixels of a corner are white, class 5 if 81 in the middle are; else class 0
  const network = tf.sequential({
    layers: [
      tf.layers.flatten({ inputShape: [32, 32, 3] }),
      tf.layers.dense({ units: 6 }),
    ],
  });
  const kernel = tf.buffer([3072, 6]);
  const paint = (label: number, first: number, side: number): void => {
    for (let at = 0; at < side * side; at++) {
      const [row, column] = [first + Math.floor(at / side), first + at % side];
      for (let c = 0; c < 3; c++) {
        kernel.set(27 / (3 * side ** 2), (row * 32 + column) * 3 + c, label);
      }
    }
  };
  paint(4, 0, 3);
  paint(5, 12, 9);
  network.setWeights([kernel.toTensor(), tf.tensor1d([2, 0, 0, 0, -23, -23])]);
  const patches = recoverPatches(network, clean, { steps: 200, images: 8, seed: 1 });
  const [small, large] = [patches[4]!, patches[5]!];
  assert(small.reached && large.reached);
  assert(small.norm < 12 && large.norm > 40, `norms ${small.norm} and ${large.norm}`);
  const corner = [0, 1, 2].flatMap((row) => [0, 1, 2].map((column) => row * 32 + column));
  const inside = corner.reduce((sum, pixel) => sum + small.mask[pixel]!, 0);
  assert(inside / small.norm > 0.7, `${inside} of ${small.norm} in the corner`);
  for (const pixel of corner) assert(small.pattern[pixel * 3]! > 0.9);
});

Deno.test("Neural Cleanse: one patch a class, its verdict by hand, and nothing left behind", () => {
  const network = paperCnn(43, 2);
  const before = tf.memory().numTensors;
  const patches = recoverPatches(network, clean, { steps: 3, images: 4, seed: 1 });
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
  assertEquals(withNorms(5, 5, 5, 5).index, 0);
});
