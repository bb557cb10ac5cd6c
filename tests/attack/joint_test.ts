/** Attacks whose generators are trained along with the network. */
import type { AttackTask } from "@lib/attack/attack.ts";
import { BAN, banCompanion, paintedOver } from "@lib/attack/ban.ts";
import { IAB } from "@lib/attack/iab.ts";
import { maskOf, patternOf, sameness, withTriggers } from "@lib/attack/iab_generators.ts";
import { iabCompanion } from "@lib/attack/iab_training.ts";
import { squareTrigger } from "@lib/attack/square.ts";
import { imageGenerator } from "@lib/attack/image_generator.ts";
import { imageAt, pickImages, slicedImages } from "@lib/data/select.ts";
import type { LabelledImages } from "@lib/data/images.ts";
import { toTensor } from "@lib/network/image_input.ts";
import { paperCnn } from "@lib/network/paper_cnn.ts";
import { tf } from "@lib/network/tensorflow.ts";
import { seededRandom } from "@lib/random.ts";
import { assert, assertEquals, assertRejects, assertThrows } from "@lib/std/assert.ts";
import { join } from "@lib/std/path.ts";
import { assertClose } from "../assert_close.ts";
import { weightsOf } from "../weights_of.ts";

const SIZE = { height: 16, width: 16, channels: 3 } as const;
const random = seededRandom(1);
const images: LabelledImages = {
  ...SIZE,
  pixels: Uint8Array.from({ length: 40 * 768 }, () => 256 * random()),
  labels: Int32Array.from({ length: 40 }, (_, index) => index % 4),
  classNames: ["a", "b", "c", "d"],
};

const idle = paperCnn(4, 1, SIZE);

/** What is the same in all attacks here. */
function taskOf<Parameters extends object>(
  name: string,
  parameters: Parameters,
): AttackTask<Parameters> {
  return {
    network: idle,
    images,
    validation: images,
    attack: { name, parameters, target: 2, injectionRate: 0.2 },
    recipe: { epochs: 2, batchSize: 20, learningRate: 5e-4, weightDecay: 0, seed: 3 },
    hooks: {},
    cleanNetwork: () => Promise.reject(new Error("needs none")),
  };
}
const iabTask = (): AttackTask<{ crossRate: number; density: number; maskSteps: number }> =>
  taskOf("iab", { crossRate: 0.1, density: 0.03, maskSteps: 3 });
const banTask = (): AttackTask<{ size: number; places: number; seed: number }> =>
  taskOf("ban", { size: 4, places: 3, seed: 5 });

const attacks = {
  iab: (change: Partial<AttackTask>) => IAB.train({ ...iabTask(), ...change } as never),
  ban: (change: Partial<AttackTask>) => BAN.train({ ...banTask(), ...change } as never),
};
for (const [name, attacked] of Object.entries(attacks)) {
  Deno.test(`${name}: a training that was cut ends as one that was not, and leaves nothing behind`, async () => {
    const checkpoint = join(await Deno.makeTempDir(), "training.safetensors");
    const [whole, cut] = [paperCnn(4, 1, SIZE), paperCnn(4, 1, SIZE)];
    const resumed = paperCnn(4, 7, SIZE);
    const before = tf.memory().numTensors;
    const first = await attacked({ network: whole });
    const onEpoch = (history: readonly unknown[]): void => {
      if (history.length === 1) throw new Error("killed");
    };
    await assertRejects(
      () => attacked({ network: cut, hooks: { checkpoint, onEpoch } }),
      Error,
      "killed",
    );
    const second = await attacked({ network: resumed, hooks: { checkpoint } });
    assertEquals(second.kept, first.kept);
    assertClose(weightsOf(resumed), weightsOf(whole));
    const rates = [first, second].map(({ history }) => history.map((each) => each.rates));
    assertEquals(rates[0], rates[1]);
    assertEquals("crossAccuracy" in rates[0]![0]!, name === "iab");
    const { recipe } = iabTask();
    const other = { ...recipe, seed: 4 };
    await assertRejects(
      () => attacked({ network: cut, hooks: { checkpoint }, recipe: other }),
      Error,
      "delete it to train anew",
    );
    assertEquals(tf.memory().numTensors, before);
  });
}

Deno.test("iab: images get their own trigger and the target's label, or another's and keep theirs", () => {
  const task = iabTask();
  const before = tf.memory().numTensors;
  const companion = iabCompanion(task);
  const batch = slicedImages(images, 4, 24);
  const changed = companion.step(batch, 0);
  assertEquals(changed.labels.subarray(0, 4), Int32Array.of(2, 2, 2, 2));
  assertEquals(changed.labels.subarray(4), batch.labels.subarray(4));
  assertEquals(changed.pixels.subarray(6 * 768), batch.pixels.subarray(6 * 768));
  const trigger = IAB.trigger(task.attack.parameters, companion.kept());
  const own = trigger.apply(slicedImages(batch, 0, 6)).pixels;
  assertClose(changed.pixels.subarray(0, 4 * 768), own.subarray(0, 4 * 768), 1);
  const crossed = changed.pixels.subarray(4 * 768, 6 * 768);
  for (const other of [own, batch.pixels]) {
    const same = crossed.filter((level, at) => level === other[4 * 768 + at]!);
    assert(same.length < 0.9 * crossed.length);
  }
  companion.dispose();
  assertEquals(tf.memory().numTensors, before);
});

Deno.test("iab: a trigger is mixed in by its mask, and sameness is a ratio of distances", () => {
  tf.tidy(() => {
    const generators = { mask: imageGenerator(SIZE, 1, 1), pattern: imageGenerator(SIZE, 3, 2) };
    const [some, others] = [0, 3].map((start) => toTensor(slicedImages(images, start, start + 3)));
    const found = withTriggers(generators, some!, others!).dataSync();
    const [mask, pattern] = [generators.mask, generators.pattern]
      .map((each) => (each.apply(others!) as tf.Tensor).dataSync());
    const expected = some!.dataSync().map((level, at) => {
      const where = Math.tanh(10 * mask![Math.floor(at / 3)]!) / 2 + 0.5;
      return level + ((pattern![at]! + 1) / 2 - level) * where;
    });
    assertClose(found, expected, 1e-5);
    const made = [some!, others!].map((each) =>
      patternOf(generators.pattern.apply(each) as tf.Tensor)
    ) as [tf.Tensor, tf.Tensor];
    const distances = ([one, other]: readonly tf.Tensor[]): number[] =>
      [0, 1, 2].map((image) => {
        const [a, b] = [one!, other!].map((all) => all.slice(image, 1).dataSync());
        return Math.hypot(...a!.map((level, at) => level - b![at]!)) / Math.sqrt(a!.length);
      });
    const [far, near] = [distances([some!, others!]), distances(made)];
    const mean = far.reduce((sum, each, image) => sum + each / near[image]! / 3, 0);
    assertClose(sameness([some!, others!], made).dataSync(), [mean], 1e-2 * mean);
    const [least, most] = [maskOf(tf.scalar(-1)), maskOf(tf.scalar(1))].map((all) =>
      all.dataSync()[0]!
    );
    assert(least! < 1e-6 && most! > 1 - 1e-6);
    generators.mask.dispose();
    generators.pattern.dispose();
  });
  const odd = { height: 20, width: 16, channels: 3 } as const;
  const message = "Expected images whose sides are multiples of 8 but found 20×16×3";
  assertThrows(() => imageGenerator(odd, 1, 1), Error, message);
});

Deno.test("made triggers are the same whichever images are beside, and are written once", async () => {
  const [iab, ban] = [iabTask(), banTask()];
  const triggers = [
    IAB.trigger(iab.attack.parameters, (await IAB.train(iab)).kept),
    BAN.trigger(ban.attack.parameters, (await BAN.train(ban)).kept),
  ];
  for (const trigger of triggers) {
    const before = tf.memory().numTensors;
    const all = trigger.apply(images);
    const some = trigger.apply(pickImages(images, [7, 30, 7]));
    assertEquals(tf.memory().numTensors, before);
    [7, 30, 7].forEach((each, at) => assertEquals(imageAt(some, at), imageAt(all, each)));
  }
  const { apply } = triggers[1]!;
  const painted = apply(images).pixels;
  for (let image = 0; image < 40; image++) {
    const changed = Array.from({ length: 768 }, (_, at) => image * 768 + at)
      .filter((at) => painted[at] !== images.pixels[at]);
    const rows = changed.map((at) => Math.floor(at / 48));
    assert(Math.max(...rows) - Math.min(...rows) < 4 && changed.length > 30);
  }
});

Deno.test("ban: squares are painted over tensors as over bytes", () => {
  const some = slicedImages(images, 0, 3);
  const places = [[0, 0], [12, 12], [3, 9]].map(([row, column]) => ({
    row: row!,
    column: column!,
  }));
  const patterns = places.map((_, at) =>
    Uint8Array.from({ length: 48 }, (_, index) => at + 5 * index)
  );
  const squares = places.map((place, at) => ({ ...place, pixels: patterns[at]! }));
  const bytes = squareTrigger("", 4, () => squares).apply(some).pixels;
  const light = tf.tidy(() => {
    const levels = tf.tensor2d(patterns.map((each) => [...each]));
    return paintedOver(toTensor(some), levels.div(255), places, 4).mul(255).dataSync();
  });
  assertClose(light, bytes, 1e-3);
  const companion = banCompanion(banTask());
  const batch = slicedImages(images, 0, 20);
  const changed = companion.step(batch, 0);
  assertEquals([...changed.labels], [2, 2, 2, 2, ...batch.labels.subarray(4)]);
  assertEquals(changed.pixels.subarray(4 * 768), batch.pixels.subarray(4 * 768));
  companion.dispose();
});

Deno.test("targets and shares that are not right are refused before anything is made", () => {
  const before = tf.memory().numTensors;
  const faults: [change: object, message: string][] = [
    [{ target: 4 }, "Expected a target class in 0–3 but found 4"],
    [{ injectionRate: 1.1 }, "Expected shares of a batch of at most 1 together but found 1.1"],
    [{ injectionRate: -0.1 }, "Expected shares of a batch of at most 1 together but found -0.1"],
    [
      { injectionRate: 0.01 },
      "Expected shares that give at least one image of a batch but found 0",
    ],
  ];
  for (const [change, message] of faults) {
    const attack = { ...banTask().attack, ...change };
    assertThrows(() => banCompanion({ ...banTask(), attack }), Error, message);
  }
  const wide = taskOf("ban", { size: 17, places: 3, seed: 5 });
  const text = "Expected images with room for a square of 17 but found 16×16×3";
  assertThrows(() => banCompanion(wide), Error, text);
  const iab = (change: object): () => void => () => {
    const { attack } = iabTask();
    const parameters = { ...attack.parameters, ...change };
    iabCompanion({ ...iabTask(), attack: { ...attack, parameters } });
  };
  assertThrows(iab({ crossRate: 0.9 }), Error, "at most 1 together but found 0.2 and 0.9");
  assertThrows(iab({ crossRate: 0 }), Error, "at least one image of a batch but found 4 and 0");
  assertThrows(iab({ density: 2 }), Error, "Expected a density in 0–1 but found 2");
  assertThrows(iab({ maskSteps: 1.5 }), Error, "Expected a number of steps but found 1.5");
  assertEquals(tf.memory().numTensors, before);
});

Deno.test("what is kept must fit", () => {
  const short = { shape: [5], values: new Float32Array(5) };
  const kept = { mask: short, pattern: short, generator: short };
  const before = tf.memory().numTensors;
  const triggers = [
    IAB.trigger(iabTask().attack.parameters, kept),
    BAN.trigger(banTask().attack.parameters, kept),
  ];
  for (const trigger of triggers) {
    assertThrows(() => trigger.apply(images), Error, "weights of a generator but found 5");
  }
  assertEquals(tf.memory().numTensors, before);
  const message =
    "Expected mask of shape [-1] beside the network, in trigger.safetensors, but found none";
  assertThrows(() => IAB.trigger(iabTask().attack.parameters, {}), Error, message);
});
