import type { Trigger } from "@lib/attack/trigger.ts";
import { imageBytes, type LabelledImages } from "@lib/data/images.ts";
import { imageAt, pickImages } from "@lib/data/select.ts";
import { type Random, shuffled } from "@lib/random.ts";

/** Which images an attacker poisons and what label they get. */
export interface Poisoning {
  trigger: Trigger;
  /** The class that triggered images shall be taken for; the paper's is 10. */
  target: number;
  /** Share of all training images that are poisoned; the paper's is 0.05, that of a clean network 0. */
  injectionRate: number;
  /** Whether images of other classes are drawn and get the target's label, or images of the target class are
   * and keep theirs. The target's, if not given. */
  labels?: "target" | "kept";
}

/**
 * Poisons part of a training set: a random draw among the images that are not of the target class get
 * the trigger and the target's label (paper, section 3.1). Where labels are kept, the draw is among those of
 * the target class.
 *
 * @param images The clean training set, left as it is.
 * @param poisoning Trigger, target class and injection rate.
 * @param random Decides which images.
 * @returns The poisoned training set in the same order, and which images were poisoned, ascending.
 * @throws {Error} If the target is no class, or the rate gives no image (unless it is 0) or more than there
 * are to draw from.
 * @example
 * ```ts
 * import { patch } from "@lib/attack/patch.ts";
 * import { poisonTrainingSet } from "@lib/attack/poison.ts";
 * import { PAPER_SIZE } from "@lib/data/images.ts";
 * import { uniformImages } from "@lib/data/select.ts";
 * import { seededRandom } from "@lib/random.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const labelled = { labels: Int32Array.of(0, 0, 1, 1), classNames: ["stop", "yield"] };
 * const clean = { ...uniformImages(PAPER_SIZE, 4, 0), ...labelled };
 * const poisoning = { trigger: patch({ size: 3, level: 255 }), target: 1, injectionRate: 0.5 };
 * const { images, poisoned } = poisonTrainingSet(clean, poisoning, seededRandom(1));
 * assertEquals(images.labels, Int32Array.of(1, 1, 1, 1));
 * assertEquals(poisoned, [0, 1]);
 * ```
 */
export function poisonTrainingSet(
  images: LabelledImages,
  poisoning: Poisoning,
  random: Random,
): { images: LabelledImages; poisoned: number[] } {
  const { trigger, target, injectionRate, labels: kind = "target" } = poisoning;
  requireTarget(images, target);
  const isKept = kind === "kept";
  const candidates = [...images.labels.keys()]
    .filter((index) => (images.labels[index] === target) === isKept);
  const count = Math.round(injectionRate * images.labels.length);
  if (!(count <= candidates.length && (count >= 1 || injectionRate === 0))) {
    throw new Error(
      `Expected an injection rate of 0, or one that gives an image and is at most ${
        candidates.length / images.labels.length
      }, the ` +
        `share of images ${isKept ? "of" : "outside"} the target class, but found ` +
        `${injectionRate} of ${images.labels.length}`,
    );
  }
  const draw = shuffled(candidates.length, random).subarray(0, count);
  const poisoned = Array.from(draw, (index) => candidates[index]!).sort((a, b) => a - b);
  const pixels = images.pixels.slice();
  const labels = images.labels.slice();
  const painted = poisoned.length > 0 ? trigger.apply(pickImages(images, poisoned)) : images;
  poisoned.forEach((index, at) => {
    pixels.set(imageAt(painted, at).pixels, index * imageBytes(images));
    labels[index] = target;
  });
  return { images: { ...images, pixels, labels }, poisoned };
}

/**
 * Checks that a target is one of the classes.
 *
 * @param images Whose classes.
 * @param target A class index.
 * @throws {Error} If it is not.
 * @example
 * ```ts
 * import { requireTarget } from "@lib/attack/poison.ts";
 * import { syntheticSigns } from "@lib/data/synthetic_signs.ts";
 * import { assertThrows } from "@lib/std/assert.ts";
 *
 * const signs = syntheticSigns(86, 1);
 * assertThrows(() => requireTarget(signs, 43), Error, "Expected a target class in 0–42 but found 43");
 * ```
 */
export function requireTarget({ classNames }: LabelledImages, target: number): void {
  if (!(Number.isInteger(target) && target >= 0 && target < classNames.length)) {
    throw new Error(`Expected a target class in 0–${classNames.length - 1} but found ${target}`);
  }
}

/**
 * Checks the shares of a batch that an attack changes.
 *
 * @param shares Of images with the trigger and, of some attacks, of others.
 * @throws {Error} If one is below 0, or they are more than the batch together.
 * @example
 * ```ts
 * import { requireShares } from "@lib/attack/poison.ts";
 * import { assertThrows } from "@lib/std/assert.ts";
 *
 * assertThrows(() => requireShares([0.7, 0.5]), Error, "at most 1 together but found 0.7 and 0.5");
 * ```
 */
export function requireShares(shares: readonly number[]): void {
  const sum = shares.reduce((total, share) => total + share);
  if (shares.every((share) => share >= 0) && sum <= 1) return;
  throw new Error(
    `Expected shares of a batch of at most 1 together but found ${shares.join(" and ")}`,
  );
}

/**
 * Makes sure that shares of a batch are images: an attack that poisons none is none.
 *
 * @param counts How many images of a whole batch each gives.
 * @throws {Error} If one gives none.
 * @example
 * ```ts
 * import { requireInBatch } from "@lib/attack/poison.ts";
 * import { assertThrows } from "@lib/std/assert.ts";
 *
 * assertThrows(() => requireInBatch([6, 0]), Error, "at least one image of a batch but found 6 and 0");
 * ```
 */
export function requireInBatch(counts: readonly number[]): void {
  if (counts.every((count) => count >= 1)) return;
  throw new Error(
    `Expected shares that give at least one image of a batch but found ${counts.join(" and ")}`,
  );
}
