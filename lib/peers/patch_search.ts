import type { Trigger } from "@lib/attack/trigger.ts";
import {
  imageBytes,
  type Images,
  type LabelledImages,
  requireImages,
  type Size,
} from "@lib/data/images.ts";
import { randomBatches } from "@lib/data/random_batches.ts";
import { imageGradient } from "@lib/network/engine.ts";
import type { ImageGradientOf } from "@lib/network/passes.ts";
import { toTensor } from "@lib/network/image_input.ts";
import { numbersOf } from "@lib/network/numbers.ts";
import { tf } from "@lib/network/tensorflow.ts";
import { seededRandom } from "@lib/random.ts";

/** A patch that sends images to one class. */
export interface ClassPatch extends Size {
  label: number;
  /** How much of each pixel is painted over, 0–1; shape [height, width]. */
  mask: Float32Array;
  /** With what, 0–1; shape [height, width, channels]. */
  pattern: Float32Array;
  /** The mask's sum, in pixels. */
  norm: number;
  /** Whether 99 % of a batch went to the class. */
  reached: boolean;
}

/** How the patches are searched. */
export const NEURAL_CLEANSE = {
  /** The authors search each class for many thousand; this is what two cores do in two minutes. */
  steps: 120,
  /** In a step, for each class. */
  images: 16,
  seed: 1,
};

/** How a search goes, as the authors': what decides it besides the number of steps. */
export const PATCH_SEARCH = {
  /** Share of images that must reach the class. */
  enough: 0.99,
  /** Of the mask's norm in the loss: start, how it grows and falls, and after how many equal steps. */
  weight: { start: 1e-3, up: 1.5, down: 1.5 ** 1.5, patience: 5 },
};

const { enough: ENOUGH, weight: WEIGHT } = PATCH_SEARCH;

/**
 * Neural Cleanse (Wang et al., 2019): for every class the smallest patch, a mask and a pattern of pixels,
 * that sends clean images there.
 *
 * @param network From images, 0–1, to logits.
 * @param clean Clean images; their labels are not used.
 * @param settings Steps and images.
 * @returns One patch a class, by class.
 * @throws {Error} If there are no images.
 */
export function recoverPatches(
  network: tf.LayersModel,
  clean: LabelledImages,
  { steps, images, seed }: typeof NEURAL_CLEANSE = NEURAL_CLEANSE,
): ClassPatch[] {
  const classes = network.outputShape[1] as number;
  const gradientOf = imageGradient(network);
  const draw = randomBatches(clean, seededRandom(seed));
  const optimizer = tf.train.adam(0.1, 0.5, 0.9);
  // what tanh makes a mask and a pattern of
  const { height, width, channels } = clean;
  const raw = tf.tidy(() => tf.variable(tf.fill([classes, height, width, 1], -1)));
  const paint = tf.tidy(() => tf.variable(tf.zeros([classes, height, width, channels])));
  const searches = Array.from({ length: classes }, () => ({ weight: WEIGHT.start, streak: 0 }));
  const best: ClassPatch[] = [];
  for (let step = 1; step <= steps; step++) {
    const weights = searches.map(({ weight }) => weight);
    const patches = patchStep(gradientOf, draw(images), { raw, paint }, weights, optimizer);
    patches.forEach((patch, label) => {
      if (!isKept(best[label], patch)) best[label] = patch;
      adapt(searches[label]!, patch.reached);
    });
  }
  optimizer.dispose();
  tf.dispose([raw, paint]);
  return best;
}

/** The patches as they are, and one step of Adam on what they are made of. */
function patchStep(
  gradientOf: ImageGradientOf,
  images: Images,
  { raw, paint }: Record<"raw" | "paint", tf.Variable>,
  weights: number[],
  optimizer: tf.AdamOptimizer,
): ClassPatch[] {
  const { height, width, channels } = images;
  const [hits, masks, patterns] = numbersOf(() => {
    const batch = toTensor(images);
    const count = batch.shape[0];
    const painted = (): tf.Tensor4D => paintOver(batch, unit(raw), unit(paint));
    const wanted = weights.flatMap((_, label) => Array<number>(count).fill(label));
    const labels = tf.tensor1d(wanted, "int32");
    const { logits, gradient } = gradientOf(painted(), labels);
    const hits = logits.argMax(1).equal(labels).toFloat().reshape([-1, count]).mean(1);
    const [masks, patterns] = [unit(raw), unit(paint)];
    const { grads } = tf.variableGrads(() => {
      const norms = unit(raw).sum([1, 2, 3]);
      const cost = norms.mul(tf.tensor1d(weights)).sum();
      return painted().mul(gradient).sum().div(count).add(cost).asScalar();
    });
    optimizer.applyGradients(grads as tf.NamedTensorMap as Record<string, tf.Variable>);
    return [hits, masks, patterns];
  });
  return weights.map((_, label) => {
    const part = (of: Float32Array, size: number): Float32Array =>
      of.slice(label * size, (label + 1) * size);
    const [mask, pattern] = [part(masks, height * width), part(patterns, imageBytes(images))];
    const norm = mask.reduce((sum, value) => sum + value);
    const reached = hits[label]! >= ENOUGH;
    return { label, height, width, channels, mask, pattern, norm, reached };
  });
}

const unit = (raw: tf.Tensor): tf.Tensor => raw.tanh().add(1).div(2);

/** All images with each of the patches; shape [classes · N, height, width, channels]. */
const paintOver = (images: tf.Tensor4D, mask: tf.Tensor, pattern: tf.Tensor): tf.Tensor4D => {
  const share = mask.expandDims(1);
  return images.expandDims(0).mul(tf.sub(1, share)).add(share.mul(pattern.expandDims(1)))
    .reshape([-1, ...images.shape.slice(1) as [number, number, number]]);
};

/** Whether the patch known before is to be kept: the smallest that works, or else the last. */
const isKept = (before: ClassPatch | undefined, patch: ClassPatch): boolean =>
  before !== undefined && before.reached && !(patch.reached && patch.norm < before.norm);

/** The mask's weight grows after some steps with success, and falls after some without. */
function adapt(search: { weight: number; streak: number }, reached: boolean): void {
  search.streak = reached ? Math.max(0, search.streak) + 1 : Math.min(0, search.streak) - 1;
  if (Math.abs(search.streak) < WEIGHT.patience) return;
  search.weight = reached ? search.weight * WEIGHT.up : search.weight / WEIGHT.down;
  search.streak = 0;
}

/**
 * A recovered patch as a trigger.
 *
 * @param patch Mask and pattern.
 * @returns The trigger.
 * @example
 * ```ts
 * import { PAPER_SIZE } from "@lib/data/images.ts";
 * import { uniformImages } from "@lib/data/select.ts";
 * import { patchTrigger } from "@lib/peers/patch_search.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const white = { mask: new Float32Array(1024).fill(1), pattern: new Float32Array(3072).fill(1) };
 * const { pixels } = patchTrigger(white).apply(uniformImages(PAPER_SIZE, 1, 0));
 * assertEquals(pixels[0], 255);
 * ```
 */
export function patchTrigger({ mask, pattern }: Pick<ClassPatch, "mask" | "pattern">): Trigger {
  return {
    name: "recovered patch",
    apply(images: Images): Images {
      requireImages(images);
      const { height, width, channels } = images;
      const pixels = images.pixels.map((level, index) => {
        const at = index % imageBytes(images);
        const share = mask[Math.floor(at / channels)]!;
        return Math.round((1 - share) * level + share * 255 * pattern[at]!);
      });
      return { height, width, channels, pixels };
    },
  };
}
