import { toBytes } from "@lib/attack/colour.ts";
import { countOf, type Images, requireImages } from "@lib/data/images.ts";
import { joinImages, slicedImages } from "@lib/data/select.ts";
import { imageGradient } from "@lib/network/engine.ts";
import { toTensor } from "@lib/network/image_input.ts";
import { numbersOf } from "@lib/network/numbers.ts";
import { tf } from "@lib/network/tensorflow.ts";

/** How far images are pushed away from their class, and how. */
export interface AdversarialSettings {
  /** The most that a pixel changes, in levels: ε, 8 in most of the literature. */
  radius: number;
  /** How far each step goes, in levels. */
  stepSize: number;
  steps: number;
}

const BATCH = 128;

/**
 * Images that a network finds hard to recognise though they look the same: projected gradient ascent on its
 * loss within a box around each image (Madry et al., Towards Deep Learning Models Resistant to Adversarial
 * Attacks, 2018), from the image itself.
 *
 * @param network From images, 0–1, to logits; left as it is.
 * @param images All of one class; left as they are.
 * @param label That class.
 * @param settings Radius, step and number of steps.
 * @returns As many images, none of whose levels differs by more than the radius.
 * @throws {Error} If the radius or the steps are not right, or there are no images.
 * @example
 * ```ts
 * import { adversarialImages } from "@lib/attack/adversarial.ts";
 * import { PAPER_SIZE } from "@lib/data/images.ts";
 * import { uniformImages } from "@lib/data/select.ts";
 * import { paperCnn } from "@lib/network/paper_cnn.ts";
 * import { assert } from "@lib/std/assert.ts";
 *
 * const grey = uniformImages(PAPER_SIZE, 2, 128);
 * const settings = { radius: 8, stepSize: 3, steps: 4 };
 * const { pixels } = adversarialImages(paperCnn(43, 1), grey, 10, settings);
 * assert(pixels.every((level) => Math.abs(level - 128) <= 8));
 * ```
 */
export function adversarialImages(
  network: tf.LayersModel,
  images: Images,
  label: number,
  { radius, stepSize, steps }: AdversarialSettings,
): Images {
  const count = requireImages(images);
  if (!(Number.isInteger(radius) && radius >= 1 && radius <= 255)) {
    throw new Error(`Expected a radius of whole levels in 1–255 but found ${radius}`);
  }
  if (!(stepSize > 0 && Number.isInteger(steps) && steps >= 1)) {
    throw new Error(`Expected steps of some size, at least one, but found ${steps} of ${stepSize}`);
  }
  const gradientOf = imageGradient(network);
  const moved: Images[] = [];
  for (let start = 0; start < count; start += BATCH) {
    const batch = slicedImages(images, start, start + BATCH);
    const [levels] = numbersOf(() => {
      const clean = toTensor(batch);
      const labels = tf.fill([countOf(batch)], label, "int32") as tf.Tensor1D;
      const [least, most] = [clean.sub(radius / 255), clean.add(radius / 255)];
      let now = clean;
      for (let step = 0; step < steps; step++) {
        now = tf.tidy(() => {
          const { gradient } = gradientOf(now, labels);
          const next = now.add(gradient.sign().mul(stepSize / 255));
          return next.maximum(least).minimum(most).clipByValue(0, 1) as tf.Tensor4D;
        });
      }
      return [now.mul(255)];
    });
    moved.push({ ...batch, pixels: toBytes(Float64Array.from(levels)) });
  }
  return joinImages(moved);
}
