/** Images made hard to recognise, what is painted on them, and which labels are kept. */
import { adversarialImages } from "@lib/attack/adversarial.ts";
import { CLEAN_LABEL, cornerPatterns } from "@lib/attack/clean_label.ts";
import { keptArray, readKept, writeKept } from "@lib/attack/kept.ts";
import { poisonTrainingSet } from "@lib/attack/poison.ts";
import { PAPER_SIZE } from "@lib/data/images.ts";
import { imageAt, pickImages, uniformImages } from "@lib/data/select.ts";
import { syntheticSigns } from "@lib/data/synthetic_signs.ts";
import { copyNetwork } from "@lib/network/copy_network.ts";
import { toTensor } from "@lib/network/image_input.ts";
import { paperCnn } from "@lib/network/paper_cnn.ts";
import { tf } from "@lib/network/tensorflow.ts";
import { seededRandom } from "@lib/random.ts";
import { assert, assertEquals, assertRejects, assertThrows } from "@lib/std/assert.ts";
import { join } from "@lib/std/path.ts";

const network = paperCnn(43, 1);
const random = seededRandom(5);
// noise, as pooling a field of equal levels may choose any of them
const signs = {
  ...uniformImages(PAPER_SIZE, 16, 0),
  pixels: Uint8Array.from({ length: 16 * 3072 }, () => 256 * random()),
};
const settings = { radius: 8, stepSize: 2.5, steps: 5 };

const lossesOf = (images: tf.Tensor, label: number): tf.Tensor1D =>
  tf.logSoftmax(network.apply(images) as tf.Tensor).slice([0, label], [-1, 1]).flatten().neg();

Deno.test("images are pushed uphill as a slow ascent pushes them, and stay in their box", () => {
  const before = tf.memory().numTensors;
  const found = adversarialImages(network, signs, 10, settings);
  assertEquals(tf.memory().numTensors, before);
  const change = found.pixels.map((level, at) => Math.abs(level - signs.pixels[at]!));
  assertEquals(Math.max(...change), 8);
  const slow = tf.tidy(() => {
    const clean = toTensor(signs);
    const gradientOf = tf.grad((images) => lossesOf(images, 10));
    let now: tf.Tensor = clean;
    for (let step = 0; step < 5; step++) {
      const moved = now.add(gradientOf(now).sign().mul(2.5 / 255));
      const box = moved.sub(clean).clipByValue(-8 / 255, 8 / 255);
      now = clean.add(box).clipByValue(0, 1);
    }
    const [easy, hard] = [clean, toTensor(found)].map((images) => lossesOf(images, 10).dataSync());
    for (let image = 0; image < 16; image++) assert(hard![image]! > easy![image]!);
    return now.mul(255).dataSync();
  });
  // where a slope is nearly zero, rounding decides which way it goes
  const same = found.pixels.filter((level, at) => Math.abs(level - slow[at]!) <= 0.51);
  assert(same.length > 0.99 * slow.length, `only ${same.length} of ${slow.length}`);
});

Deno.test("the patterns are the authors', mirrored on the left, and stop at 0 and 255", () => {
  const drawn = (columns: string[]): string => columns.join("\n");
  const { pixels } = cornerPatterns({ amplitude: 100 }).apply(uniformImages(PAPER_SIZE, 1, 128));
  const rows = Array.from({ length: 32 }, (_, row) =>
    [0, 1, 2, 15, 29, 30, 31].map((column) => {
      const levels = [0, 1, 2].map((colour) => pixels[(row * 32 + column) * 3 + colour]!);
      assertEquals(new Set(levels).size, 1);
      return { 228: "+", 28: "-", 128: "." }[levels[0]!];
    }).join(""));
  assertEquals(
    drawn([...rows.slice(0, 4), ...rows.slice(28)]),
    drawn(["+--.--+", "-+-.-+-", "+-+.+-+", ".......", ".......", "+--.--+", "-+-.-+-", "+-+.+-+"]),
  );
  const night = cornerPatterns({ amplitude: 255 }).apply(uniformImages(PAPER_SIZE, 1, 0)).pixels;
  assertEquals([night[0], night[3]], [255, 0]);
});

Deno.test("only images of the target class are poisoned, and keep their label", () => {
  const images = pickImages(syntheticSigns(86, 1, 5), [...Array(60).keys()]);
  const poisoning = { trigger: cornerPatterns({ amplitude: 255 }), target: 2, injectionRate: 0.1 };
  const kept = { ...poisoning, labels: "kept" } as const;
  const { images: painted, poisoned } = poisonTrainingSet(images, kept, seededRandom(1));
  assertEquals(painted.labels, images.labels);
  assertEquals(poisoned.length, 6);
  for (const index of poisoned) assertEquals(images.labels[index], 2);
  for (let index = 0; index < 60; index++) {
    const same = String(imageAt(painted, index).pixels) === String(imageAt(images, index).pixels);
    assertEquals(same, !poisoned.includes(index));
  }
  assertThrows(
    () => poisonTrainingSet(images, { ...kept, injectionRate: 0.5 }, seededRandom(1)),
    Error,
    "the share of images of the target class, but found 0.5 of 60",
  );
});

Deno.test("training images are painted and hard, the same seed trains the same network", async () => {
  const images = syntheticSigns(96, 1, 16);
  const parameters = { ...settings, amplitude: 255 };
  const attack = { name: "clean_label", parameters, target: 10, injectionRate: 0.05 };
  const recipe = { epochs: 1, batchSize: 32, learningRate: 5e-4, weightDecay: 0, seed: 3 };
  const clean = paperCnn(16, 2);
  const losses: number[] = [];
  const before = tf.memory().numTensors;
  for (let run = 0; run < 2; run++) {
    const network = paperCnn(16, 1);
    const task = { network, images, validation: images, attack, recipe, hooks: {} };
    const { history, kept } = await CLEAN_LABEL.train({
      ...task,
      cleanNetwork: () => copyNetwork(clean),
    });
    assertEquals(kept, {});
    assertEquals(Object.keys(history[0]!.rates).length, 3);
    losses.push(history[0]!.loss);
    network.dispose();
  }
  assertEquals(tf.memory().numTensors, before);
  assertEquals(losses[0], losses[1]);
  // without the painting, or nearly without the hardening, it is another training
  for (const change of [{ amplitude: 1 }, { radius: 1, steps: 1 }]) {
    const network = paperCnn(16, 1);
    const other = { ...attack, parameters: { ...parameters, ...change } };
    const task = { network, images, validation: images, attack: other, recipe, hooks: {} };
    const { history } = await CLEAN_LABEL.train({
      ...task,
      cleanNetwork: () => copyNetwork(clean),
    });
    assert(history[0]!.loss !== losses[0], `the same with ${JSON.stringify(change)}`);
    network.dispose();
  }
});

Deno.test("parameters that are not right are refused", () => {
  const night = uniformImages(PAPER_SIZE, 1, 0);
  for (const amplitude of [0, 256, NaN]) {
    const message = `Expected an amplitude in 1–255 but found ${amplitude}`;
    assertThrows(() => cornerPatterns({ amplitude }), Error, message);
  }
  const small = uniformImages({ height: 5, width: 9, channels: 1 }, 1, 0);
  const message = "Expected images with room for two patterns of 3 but found 5×9×1";
  assertThrows(() => cornerPatterns({ amplitude: 1 }).apply(small), Error, message);
  const faults = {
    "Expected a radius of whole levels in 1–255 but found 0.5": { radius: 0.5 },
    "Expected steps of some size, at least one, but found 0 of 2.5": { steps: 0 },
    "Expected steps of some size, at least one, but found 5 of 0": { stepSize: 0 },
  };
  for (const [text, change] of Object.entries(faults)) {
    const found = { ...settings, ...change };
    assertThrows(() => adversarialImages(network, night, 1, found), Error, text);
  }
});

Deno.test("what is kept is named when it is missing, of another shape or damaged", async () => {
  const folder = await Deno.makeTempDir();
  const kept = { patch: { shape: [2, 2], values: new Float32Array(4) } };
  await writeKept(folder, kept);
  assertEquals(keptArray(await readKept(folder), "patch", [-1, 2]), kept.patch.values);
  const text =
    "Expected patch of shape [2,3] beside the network, in trigger.safetensors, but found";
  assertThrows(() => keptArray(kept, "patch", [2, 3]), Error, `${text} [2,2]`);
  assertThrows(() => keptArray({}, "patch", [2, 3]), Error, `${text} none`);
  const file = join(folder, "trigger.safetensors");
  await Deno.truncate(file, 20);
  await assertRejects(() => readKept(folder), Error, file);
});
