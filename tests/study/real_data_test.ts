/** The loaders, a short training and the committed BadNet on the real GTSRB, where it is present. */
import { DATA_FOLDERS, outputPath } from "@lib/environment.ts";
import { poisonTrainingSet } from "@lib/attack/poison.ts";
import { PLANES, spectrumTrigger } from "@lib/attack/spectrum_trigger.ts";
import { loadBadNet } from "@lib/study/bad_net.ts";
import { badNets } from "@lib/study/networks.ts";
import { BATCHES, CIFAR10_MD5 } from "@lib/data/cifar10_download.ts";
import { loadDataset } from "@lib/data/dataset.ts";
import { toTensor } from "@lib/network/image_input.ts";
import { tf } from "@lib/network/tensorflow.ts";
import { disposeEvidence, measureEvidence } from "@lib/pruning/evidence.ts";
import { cleanAscending } from "@lib/pruning/ranking.ts";
import { assertClose } from "../assert_close.ts";
import { readGtsrbTest, readGtsrbTraining } from "@lib/data/gtsrb_images.ts";
import { GTSRB_MD5 } from "@lib/data/gtsrb_archives.ts";
import { PAPER_SIZE } from "@lib/data/images.ts";
import { pickImages, slicedImages } from "@lib/data/select.ts";
import { poisoningOf } from "@lib/attack/attacks.ts";
import type { DefenseRow } from "@lib/study/defense_rows.ts";
import { lastActivations } from "@lib/pruning/activations.ts";
import { FINE_TUNING } from "@lib/recovery/fine_tuning.ts";
import { pruningSteps } from "@lib/pruning/pruning_steps.ts";
import { type Rates, ratesOf } from "@lib/attack/rates.ts";
import { pruneChannels } from "@lib/pruning/prune_channels.ts";
import { unlearn } from "@lib/recovery/unlearning.ts";
import { paperExperiment } from "@lib/study/experiment.ts";
import { exists } from "@lib/files.ts";
import { accuracy, classify } from "@lib/network/evaluate.ts";
import { paperCnn } from "@lib/network/paper_cnn.ts";
import { train } from "@lib/network/train.ts";
import { PAPER } from "@lib/study/paper.ts";
import { seededRandom, shuffled } from "@lib/random.ts";
import { assert, assertAlmostEquals, assertEquals } from "@lib/std/assert.ts";
import { join } from "@lib/std/path.ts";
import { readSummary } from "@lib/study/summary.ts";

const folders = DATA_FOLDERS;
const names = Object.entries(GTSRB_MD5).map(([key, { name }]) => [key, name] as const);
const paths: Record<string, string> = {};
for (const folder of folders) {
  for (const [key, name] of names) {
    if (await exists(join(folder, name))) paths[key] ??= join(folder, name);
  }
}
const ignore = Object.keys(paths).length < names.length;
if (ignore) {
  console.warn("SKIPPED: tests on real data, as GTSRB is neither in data/ nor in ../shared/data");
}
const archives = paths as unknown as Parameters<typeof readGtsrbTest>[0];
const experiment = paperExperiment("gtsrb");
const { trigger, target } = poisoningOf(experiment.attack);

Deno.test({
  name: "GTSRB has the paper's numbers of images, all classes and known labels",
  ignore,
  async fn(): Promise<void> {
    const [training, test] = [
      await readGtsrbTraining(archives, PAPER_SIZE),
      await readGtsrbTest(archives, PAPER_SIZE),
    ];
    assertEquals(training.labels.length, PAPER.gtsrb.trainingImages);
    assertEquals(test.labels.length, PAPER.gtsrb.testImages);
    assertEquals(new Set(training.labels).size, PAPER.gtsrb.classes);
    assertEquals([...test.labels.subarray(0, 4)], [16, 1, 38, 33]); // GT-final_test.csv's first rows
    assertEquals(training.labels.filter((label) => label === 0).length, 210); // Stallkamp et al., Figure 3
    assertEquals(training.labels.filter((label) => label === 2).length, 2250);
  },
});

for (const [data, file] of [["cifar10", BATCHES], ["cifar10_images", "cifar10-images.zip"]]) {
  const there = await Promise.all(folders.map((folder) => exists(join(folder, file!))));
  if (!there.includes(true)) {
    console.warn(`SKIPPED: a test on ${file}, which is neither in data/ nor in ../shared/data`);
  }
  Deno.test({
    name: `${data} has 1,000 test images of each of ten classes, and copies in JPEG are called so`,
    ignore: !there.includes(true),
    async fn(): Promise<void> {
      const { name, test, checksums } = await loadDataset(paperExperiment(data));
      const counts = test.classNames.map((_, label) =>
        test.labels.filter((l) => l === label).length
      );
      assertEquals(counts, Array(10).fill(1000));
      if (data === "cifar10") assertEquals([name, checksums], ["CIFAR-10", CIFAR10_MD5]);
      else assertEquals(name, "CIFAR-10, JPEG copies");
    },
  });
}

Deno.test({
  name: "a short training on poisoned GTSRB learns real signs",
  ignore,
  async fn(): Promise<void> {
    const all = await readGtsrbTraining(archives, PAPER_SIZE);
    const draw = shuffled(all.labels.length, seededRandom(1));
    const some = pickImages(all, draw.subarray(0, 4000));
    const { images } = poisonTrainingSet(some, poisoningOf(experiment.attack), seededRandom(1));
    const network = paperCnn(43, 1);
    const recipe = { ...experiment.recipe, epochs: 6, batchSize: 32, seed: 1 };
    const history = await train(network, images, recipe);
    const losses = history.map(({ loss }) => loss);
    assert(
      losses.every((loss, i) => i === 0 || loss < losses[i - 1]!),
      `Expected falling losses: ${losses}`,
    );
    const unseen = pickImages(all, draw.subarray(4000, 6000));
    const right = accuracy(await classify(network, unseen), unseen.labels);
    assert(right > 0.8, `Expected at least 80 % of unseen training signs but found ${right}`);
  },
});

Deno.test({
  name: "the committed BadNet has the rates of the committed summary, above the paper's accuracy",
  ignore,
  async fn(): Promise<void> {
    const { network } = await loadBadNet(outputPath("gtsrb", "badnet"), experiment);
    const { badNet } = await readSummary("gtsrb") as { badNet: Record<string, number> };
    const test = await readGtsrbTest(archives, PAPER_SIZE);
    const rates = await ratesOf(network, test, trigger, target);
    for (const name of ["cleanAccuracy", "attackSuccess"] as const) {
      assertAlmostEquals(rates[name], badNet[name]!, 5e-4); // other processors round convolutions otherwise
    }
    assert(rates.cleanAccuracy >= PAPER.badNet.cleanAccuracy);
    assert(rates.attackSuccess >= 0.995);
  },
});

Deno.test({
  name: "on real images the pruning loop answers as really pruned networks do",
  ignore,
  async fn(): Promise<void> {
    const { network } = await loadBadNet(outputPath("gtsrb", "badnet"), experiment);
    const test = await readGtsrbTest(archives, PAPER_SIZE);
    const images = trigger.apply(slicedImages(test, 0, 600));
    const order = [...shuffled(128, seededRandom(5))];
    const steps = [...pruningSteps(network, await lastActivations(network, images), order)];
    for (const count of [1, 60, 100, 110, 120]) {
      const pruned = await pruneChannels(network, order.slice(0, count));
      assertEquals(steps[count], await classify(pruned, images));
      pruned.dispose();
    }
  },
});

Deno.test({
  name:
    "the paper's order is that of the mean at the last pooling layer, as tfjs's own layers have it",
  ignore,
  async fn(): Promise<void> {
    const { network } = await loadBadNet(outputPath("gtsrb", "badnet"), experiment);
    const { validationHalf } = await loadDataset(experiment);
    const images = pickImages(validationHalf, shuffled(6000, seededRandom(7)).subarray(0, 500));
    const pooling = network.getLayer("max_pooling2d_2").output as tf.SymbolicTensor;
    const means = tf.tidy(() => {
      const part = tf.model({ inputs: network.inputs, outputs: pooling });
      return (part.predict(toTensor(images)) as tf.Tensor).mean([0, 1, 2]).dataSync();
    });
    const evidence = await measureEvidence(network, images, trigger, target);
    assertClose(evidence.clean.activations.pooling.mean, means, 1e-5);
    const ordered = cleanAscending().order(evidence).map((channel) => means[channel]!);
    for (const [place, mean] of ordered.entries()) {
      assert(place === 0 || mean >= ordered[place - 1]! - 1e-5, `${place}: ${mean}`);
    }
    disposeEvidence(evidence);
    const { orders, seeds } = await readSummary("gtsrb") as {
      orders: Record<string, { order: number[] }>;
      seeds: { paperOrder: { orderedBy: object; networks: Record<string, { order: number[] }> } };
    };
    assertEquals(seeds.paperOrder.orderedBy, { layer: "pooling", statistic: "mean" });
    assertEquals(Object.keys(seeds.paperOrder.networks), badNets("gtsrb").map(({ name }) => name));
    assertEquals(seeds.paperOrder.networks.badnet!.order, orders["clean ascending"]!.order);
  },
});

Deno.test({
  name:
    "the trigger recovered from the committed BadNet is unlearned, on images it was not trained on",
  ignore,
  async fn(): Promise<void> {
    const { network } = await loadBadNet(outputPath("gtsrb", "badnet"), experiment);
    const { defenses } = await readSummary("gtsrb") as { defenses: Record<string, DefenseRow> };
    const { coefficients, coefficientCount } = defenses["badnet, frequency recovery, 1000"]!
      .verdict!;
    assertEquals(coefficients.length, coefficientCount);
    const spectrum = new Float32Array(3072);
    for (const { plane, row, column, magnitude } of coefficients) {
      spectrum[PLANES.indexOf(plane) * 1024 + row * 32 + column] = magnitude;
    }
    const test = await readGtsrbTest(archives, PAPER_SIZE);
    const draw = shuffled(test.labels.length, seededRandom(1));
    const [clean, others] = [[0, 1000], [1000, 3000]].map(([start, end]) =>
      pickImages(test, draw.subarray(start, end))
    );
    const settings = { share: 0.5, recipe: { ...FINE_TUNING, epochs: 3 } };
    const repaired = await unlearn(
      network,
      clean!,
      spectrumTrigger({ ...PAPER_SIZE, coefficients: spectrum }),
      settings,
    );
    const rates = (each: typeof network): Promise<Rates> => ratesOf(each, others!, trigger, target);
    const [before, after] = [await rates(network), await rates(repaired)];
    assert(before.attackSuccess > 0.99 && before.robustAccuracy < 0.01, JSON.stringify(before));
    assert(after.attackSuccess < 0.05 && after.robustAccuracy > 0.85, JSON.stringify(after));
    assert(after.cleanAccuracy > before.cleanAccuracy - 0.01, JSON.stringify(after));
  },
});
