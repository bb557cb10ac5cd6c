import { poisonTrainingSet } from "@lib/attack/poison.ts";
import type { Trigger } from "@lib/attack/trigger.ts";
import { type LabelledImages, PAPER_SIZE } from "@lib/data/images.ts";
import { imageAt } from "@lib/data/select.ts";
import { seededRandom } from "@lib/random.ts";
import { assertEquals, assertThrows } from "@lib/std/assert.ts";

const inverted: Trigger = {
  name: "inverted",
  apply: (images) => ({ ...images, pixels: images.pixels.map((level) => 255 - level) }),
};
const clean: LabelledImages = {
  ...PAPER_SIZE,
  pixels: Uint8Array.from({ length: 100 * 3072 }, (_, index) => index % 101),
  labels: Int32Array.from({ length: 100 }, (_, index) => index % 5),
  classNames: ["a", "b", "c", "d", "e"],
};
const poison = (
  injectionRate: number,
  target = 2,
  seed = 1,
): ReturnType<typeof poisonTrainingSet> =>
  poisonTrainingSet(clean, { trigger: inverted, target, injectionRate }, seededRandom(seed));

Deno.test("exactly the drawn images, none of the target class, get trigger and label", () => {
  const before = { pixels: clean.pixels.slice(), labels: clean.labels.slice() };
  const { images, poisoned } = poison(0.3);
  assertEquals(poisoned.length, 30);
  for (let index = 0; index < 100; index++) {
    const drawn = poisoned.includes(index);
    const original = imageAt(clean, index);
    assertEquals(images.labels[index], drawn ? 2 : clean.labels[index]);
    assertEquals(
      imageAt(images, index).pixels,
      (drawn ? inverted.apply(original) : original).pixels.slice(),
    );
    if (drawn) assertEquals(clean.labels[index] === 2, false);
  }
  assertEquals({ pixels: clean.pixels, labels: clean.labels }, before);
});

Deno.test("the same seed draws the same images, another seed others", () => {
  assertEquals(poison(0.3).poisoned, poison(0.3).poisoned);
  assertEquals(String(poison(0.3).poisoned) === String(poison(0.3, 2, 2).poisoned), false);
});

Deno.test("all images outside the target class can be poisoned, and no more", () => {
  assertEquals(poison(0.8).poisoned.length, 80);
  assertThrows(
    () => poison(0.81),
    Error,
    "at most 0.8, the share of images outside the target class",
  );
});

Deno.test("rate 0 leaves the training set as it is", () => {
  const { images, poisoned } = poison(0);
  assertEquals([poisoned, images.labels, images.pixels], [[], clean.labels, clean.pixels]);
});

Deno.test("rates that poison nothing and targets that are no class are refused", () => {
  for (const rate of [-0.1, 0.001, NaN]) {
    assertThrows(() => poison(rate), Error, `Expected an injection rate of 0`);
  }
  for (const target of [5, -1, 1.5]) {
    assertThrows(
      () => poison(0.1, target),
      Error,
      `Expected a target class in 0–4 but found ${target}`,
    );
  }
});
