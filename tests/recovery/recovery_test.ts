/** Recovery of unknown triggers, on small networks trained here on synthetic signs. */
import { ftrojan, type FTrojanParameters, PAPER_TRIGGER } from "@lib/attack/ftrojan.ts";
import { poisonTrainingSet } from "@lib/attack/poison.ts";
import { coefficientsOf, spectrumTrigger } from "@lib/attack/spectrum_trigger.ts";
import { PAPER_SIZE } from "@lib/data/images.ts";
import { slicedImages, uniformImages } from "@lib/data/select.ts";
import { FREQUENCY_RECOVERY, WAYS } from "@lib/recovery/frequency_recovery.ts";
import { withPatterns } from "@lib/recovery/patterns.ts";
import { syntheticSigns } from "@lib/data/synthetic_signs.ts";
import { diagnose } from "@lib/recovery/diagnosis.ts";
import { falseAlarmRate, median, outlierIndices, outlierLimit } from "@lib/recovery/outliers.ts";
import { ratesOf } from "@lib/attack/rates.ts";
import { recoverTriggers } from "@lib/recovery/recovery.ts";
import { recoverySettings } from "@lib/recovery/recovery_settings.ts";
import { FAMILIES, FREQUENCIES } from "@lib/recovery/family.ts";
import { newSearch, stepSearches } from "@lib/recovery/trigger_search.ts";
import { disposeNetwork } from "@lib/network/copy_network.ts";
import { imageGradient } from "@lib/network/engine.ts";
import { toTensor } from "@lib/network/image_input.ts";
import { tf } from "@lib/network/tensorflow.ts";
import { train } from "@lib/network/train.ts";
import { seededRandom } from "@lib/random.ts";
import { assertClose } from "../assert_close.ts";
import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertRejects,
  assertThrows,
} from "@lib/std/assert.ts";

const TARGET = 7;
const TRIGGER: FTrojanParameters = { ...PAPER_TRIGGER, bands: [[25, 25]], magnitude: 120 };
const clean = syntheticSigns(300, 21);

/** Three blocks of one convolution each. */
function smallCnn(): tf.Sequential {
  const network = tf.sequential();
  [16, 24, 32].forEach((filters, block) => {
    const input = block === 0 ? { inputShape: [32, 32, 3] } : {};
    const kernelInitializer = tf.initializers.glorotUniform({ seed: block + 1 });
    const shape = { filters, kernelSize: 3, padding: "same" as const, kernelInitializer };
    network.add(tf.layers.conv2d({ ...shape, ...input }));
    network.add(tf.layers.activation({ activation: "elu" }));
    network.add(tf.layers.batchNormalization());
    network.add(tf.layers.maxPooling2d({ poolSize: 2 }));
  });
  network.add(tf.layers.flatten());
  const kernelInitializer = tf.initializers.glorotUniform({ seed: 9 });
  network.add(tf.layers.dense({ units: 43, kernelInitializer }));
  return network;
}

/** Trained on synthetic signs, of which a share carries the trigger. */
async function trained(injectionRate: number): Promise<tf.Sequential> {
  const poisoning = { trigger: ftrojan(TRIGGER), target: TARGET, injectionRate };
  const { images } = poisonTrainingSet(syntheticSigns(3000, 1), poisoning, seededRandom(1));
  const network = smallCnn();
  const recipe = { epochs: 8, batchSize: 32, learningRate: 0.003, weightDecay: 1e-6, seed: 1 };
  await train(network, images, recipe);
  return network;
}

Deno.test("an attacked network's target is found, with a trigger that works, and repaired in each way", async () => {
  const network = await trained(0.1);
  const before = tf.memory().numTensors;
  const test = syntheticSigns(300, 22);
  const attacked = await ratesOf(network, test, ftrojan(TRIGGER), TARGET);
  assert(attacked.attackSuccess > 0.9, `the attack itself: ${attacked.attackSuccess}`);
  const search = await recoverTriggers(network, clean);
  const { suspect, indices } = diagnose(search);
  assertEquals(suspect?.label, TARGET, JSON.stringify(indices));
  const recovered = await ratesOf(network, test, spectrumTrigger(suspect!.spectrum), TARGET);
  assert(recovered.attackSuccess > 0.8, `the recovered trigger: ${recovered.attackSuccess}`);
  assert(coefficientsOf(suspect!.spectrum).length < 100, "not sparse");
  const shares: number[] = [];
  const { verdict, repaired } = await FREQUENCY_RECOVERY.run({ network, clean }, (_, share) => {
    shares.push(share);
  });
  assertEquals([verdict!.suspected, verdict!.norm], [TARGET, suspect!.norm]);
  assertEquals(repaired.map(({ way }) => way), [...WAYS]);
  const [refitted, pruned, unlearned] = repaired;
  const decided = await ratesOf(network, clean, ftrojan(TRIGGER), TARGET);
  const kept = await ratesOf(pruned!.network, clean, ftrojan(TRIGGER), TARGET);
  // what pruning promises; whether one layer of a network so small can end an attack is another thing
  assert(decided.cleanAccuracy - kept.cleanAccuracy <= 0.005 + 1e-9, `${kept.cleanAccuracy}`);
  assert(pruned!.channelsPruned! > 0);
  const found = spectrumTrigger(suspect!.spectrum);
  const after = await ratesOf(unlearned!.network, test, found, TARGET);
  assert(after.attackSuccess < 0.3 && after.robustAccuracy > 0.7, JSON.stringify(after));
  const byAttacker = await ratesOf(unlearned!.network, test, ftrojan(TRIGGER), TARGET);
  assert(byAttacker.attackSuccess < attacked.attackSuccess / 2, JSON.stringify(byAttacker));
  assert(after.cleanAccuracy > attacked.cleanAccuracy - 0.05, JSON.stringify(after));
  const fitted = await ratesOf(refitted!.network, test, found, TARGET);
  assert(fitted.attackSuccess < recovered.attackSuccess / 2, JSON.stringify(fitted));
  for (const { network: repair } of repaired) disposeNetwork(repair);
  assertEquals(tf.memory().numTensors, before);
  assert(shares.every((share) => share >= 0 && share <= 1));
  network.dispose();
});

Deno.test("a class whose units are dead, and one that takes a batch by itself, end no search", async () => {
  const network = smallCnn();
  const dense = network.layers.at(-1)!;
  const [kernel] = dense.getWeights();
  const alive = tf.tensor1d(Array.from({ length: 43 }, (_, label) => Number(label !== 5)));
  // class 5 has no weights and no chance; class 6 gets all images without any trigger
  const bias = tf.tensor1d(Array.from({ length: 43 }, (_, l) => l === 5 ? -1e4 : l === 6 ? 50 : 0));
  dense.setWeights([kernel!.mul(alive), bias]);
  const settings = { ...recoverySettings(4), rates: [6, 3], seed: 3 };
  const triggers = await recoverTriggers(network, clean, settings);
  const { indices, smallest } = diagnose(triggers);
  assertEquals(indices.length, 43);
  assert(indices.every(Number.isFinite), String(indices));
  assertEquals([triggers[5]!.reached, smallest.label], [false, 6]);
  network.dispose();
});

Deno.test("a clean network raises no alarm, and the same seed finds the same", async () => {
  const network = await trained(0);
  const settings = { ...recoverySettings(15), rates: [6, 3], seed: 3 };
  const triggers = await recoverTriggers(network, clean, settings);
  assertEquals(triggers.map(({ label }) => label), [...clean.classNames.keys()]);
  assertEquals(diagnose(triggers).suspect, undefined);
  assertEquals(await recoverTriggers(network, clean, settings), triggers);
  const none = { ...clean, pixels: new Uint8Array(), labels: new Int32Array() };
  await assertRejects(() => recoverTriggers(network, none), Error, "found none");
  network.dispose();
});

Deno.test("the first step is the gradient, scaled to the rate and softly thresholded", () => {
  const network = smallCnn();
  const images = slicedImages(clean, 0, 12);
  const searches = [newSearch(3, PAPER_SIZE), newSearch(9, PAPER_SIZE)];
  stepSearches(searches, imageGradient(network), images, 5);
  searches.forEach(({ label, values, loss, success }) => {
    const { value, grad } = tf.valueAndGrad((spectra) => {
      const logits = network.apply(withPatterns(toTensor(images), spectra as tf.Tensor4D));
      const truth = tf.oneHot(tf.fill([12], label, "int32"), 43);
      return truth.mul(tf.logSoftmax(logits as tf.Tensor)).sum(1).neg().mean();
    })(tf.zeros([1, 3, 32, 32]));
    const gradient = grad.dataSync<"float32">();
    const largest = gradient.reduce((most, each) => Math.max(most, Math.abs(each)), 0);
    gradient.forEach((slope, index) => {
      const moved = -5 * slope / largest;
      const expected = Math.sign(moved) * Math.max(0, Math.abs(moved) - 0.5);
      assertAlmostEquals(values[index]!, expected, 5e-4);
    });
    assertAlmostEquals(loss, 0.1 * value.dataSync()[0]!, 1e-4);
    const answers = (network.apply(toTensor(images)) as tf.Tensor).argMax(1).dataSync();
    assertAlmostEquals(success, answers.filter((each) => each === label).length / 12, 1e-6);
  });
});

for (const [name, family] of Object.entries(FAMILIES)) {
  Deno.test(`a pattern of ${name} is the same as a spectrum, in colour and in grey`, () => {
    for (const channels of [3, 1] as const) {
      const size = { height: 6, width: 5, channels };
      const values = Float32Array.from({ length: 30 * channels }, (_, at) => 9 * Math.sin(at + 1));
      const grey = uniformImages(size, 1, 128);
      const stack = tf.tensor4d(values, [1, channels, 6, 5]);
      const painted = withPatterns(toTensor(grey), stack, family).mul(255).dataSync();
      const { pixels } = spectrumTrigger(family.spectrum(values, size)).apply(grey);
      assertClose(pixels, painted, 0.51);
      if (family === FAMILIES.pixels) assertClose(painted.slice(0, 1), [128 + values[0]!], 1e-4);
    }
  });
}

Deno.test("forbidden coefficients stay zero", () => {
  const free = Uint8Array.from({ length: 3072 }, (_, index) => index % 2);
  const search = newSearch(3, PAPER_SIZE, FREQUENCIES, free);
  const gradientOf = imageGradient(smallCnn());
  for (let step = 0; step < 3; step++) {
    stepSearches([search], gradientOf, slicedImages(clean, 0, 5), 4);
  }
  assert(search.values.some((value) => value !== 0));
  assert(search.values.every((value, index) => free[index] === 1 || value === 0));
});

/** What 0.2 % of millions of networks pass, with four standard deviations of 20,000 to either side. */
const NUMPY_LIMITS = [[10, 7.777, 10.876], [16, 6.103, 7.743], [43, 4.775, 5.486]] as const;

/** Classes, index that one of them exceeds, and how often it does. */
const NUMPY = [
  [5, 5, 0.064287],
  [10, 5, 0.019921],
  [43, 2, 0.636844],
  [43, 3.5, 0.048253],
  [43, 5, 0.002005],
] as const;

Deno.test("the limit is that of the classes that were judged", () => {
  const spectrum = { ...PAPER_SIZE, coefficients: new Float32Array(3072).fill(1) };
  const verdictOn = (norms: number[]): ReturnType<typeof diagnose> =>
    diagnose(
      norms.map((norm, label) => ({ label, norm, spectrum, count: 3072, reached: norm > 0 })),
    );
  const few = verdictOn([300, 1000, 1100, ...Array<number>(40).fill(0)]);
  assert(few.indices[0]! > outlierLimit(43) && few.suspect === undefined, `${few.indices[0]}`);
  assertEquals(few.limit, outlierLimit(3));
  assertEquals(verdictOn([0, 0, 5, 0]).limit, outlierLimit(3)); // none is judged
});

Deno.test("outlier indices and false alarms", () => {
  // logarithms 1, 2, 3, 4, 5: median 3, absolute deviations 2, 1, 0, 1, 2, of which the median is 1
  const indices = outlierIndices([1, 2, 3, 4, 5].map(Math.exp));
  indices.forEach((index, place) => assertAlmostEquals(index, (2 - place) / 1.4826, 1e-9));
  assertEquals(median([3, 1, 2]), 2);
  // a class for which nothing was found says nothing
  outlierIndices([1, 2, 3, 4, 5].map(Math.exp).concat(0)).forEach((index, place) =>
    assertAlmostEquals(index, place < 5 ? indices[place]! : 0, 1e-9)
  );
  assertEquals(outlierIndices([1, 0, 2]), [0, 0, 0]);
  assertThrows(() => outlierIndices([1, -1, 2]), Error, "of which -1 for class 1");
  assertThrows(() => outlierIndices([1, NaN, 2]), Error, "of which NaN for class 1");
  assertThrows(() => outlierIndices([1, 2]), Error, "found 2");
  // Of three normal values only the ratio k of the two gaps counts: in the plane of their differences it
  // is an angle, and all angles are alike often.
  for (const index of [2, 5, 9]) {
    const k = 1.4826 * index;
    const exact = 3 / Math.PI * Math.atan(Math.sqrt(3) / (2 * k + 1));
    assertAlmostEquals(falseAlarmRate(3, index), exact, 4 * Math.sqrt(exact / 20_000));
  }
  // a million networks drawn and looked at with NumPy
  for (const [classes, index, rate] of NUMPY) {
    assertAlmostEquals(falseAlarmRate(classes, index), rate, 4 * Math.sqrt(rate / 20_000));
  }
  for (const [classes, low, high] of NUMPY_LIMITS) {
    const limit = outlierLimit(classes);
    assert(limit > low && limit < high, `${limit} of ${classes} classes`);
    assertAlmostEquals(falseAlarmRate(classes, limit), 0.002, 1e-9);
  }
});
