/**
 * How the two generators of the input-aware backdoor learn.
 *
 * @module
 */
import type { AttackTask, TriggerCompanion } from "@lib/attack/attack.ts";
import { toBytes } from "@lib/attack/colour.ts";
import {
  type Generators,
  maskOf,
  patternOf,
  sameness,
  withTriggers,
} from "@lib/attack/iab_generators.ts";
import { imageGenerator } from "@lib/attack/image_generator.ts";
import { requireInBatch, requireShares, requireTarget } from "@lib/attack/poison.ts";
import { countOf, type Images, type LabelledImages } from "@lib/data/images.ts";
import { joinImages, pickImages, slicedImages } from "@lib/data/select.ts";
import { imageGradient } from "@lib/network/engine.ts";
import { toTensor } from "@lib/network/image_input.ts";
import {
  disposeLearner,
  learn,
  type Learner,
  learnerArrays,
  learnerWeights,
  newLearner,
  restoreLearners,
} from "@lib/network/learner.ts";
import { networkLoss } from "@lib/network/network_loss.ts";
import { numbersOf } from "@lib/network/numbers.ts";
import type { ImageGradientOf } from "@lib/network/passes.ts";
import { tf } from "@lib/network/tensorflow.ts";
import { type Random, seededRandom } from "@lib/random.ts";

/** Two generators trained along with the network (Nguyen and Tran, 2020). */
export interface IabParameters {
  /** Share of each batch whose images get another image's trigger and keep their label: 0.1. */
  crossRate: number;
  /** Up to which a pixel of a mask costs nothing, 0–1: 0.032. */
  density: number;
  /** Of the mask generator, before all else; 25 epochs of batches of 128 there. */
  maskSteps: number;
}

/** Of diversity, λ_div, and of the masks' mean excess, λ_norm, as theirs. */
const [DIVERSITY, NORM] = [1, 100];
/** Of both generators; theirs is 0.01, with batch normalisation and other means of Adam's. */
const RATE = 0.001;
/** So many images, and as many others, in a step of the mask generator. */
const MASK_BATCH = 32;

/**
 * What trains the generators along with a network: first the mask alone, then at each step the pattern, so
 * that images with their own trigger go to the target and images with another's to their own class.
 *
 * @param task What the attacker has; the network's weights are read at each step.
 * @returns The companion, with the generators to keep; `dispose` frees them.
 * @throws {Error} If a side of the images is no multiple of 8, the target is no class, or a share, the
 * density or the number of steps is not right, or a share gives no image of a batch.
 */
export function iabCompanion(
  task: AttackTask<IabParameters>,
): TriggerCompanion & { generators: Generators } {
  const { attack: { parameters, target, injectionRate }, images, network, recipe } = task;
  const { seed } = recipe;
  const { crossRate, density, maskSteps } = parameters;
  requireTarget(images, target);
  requireShares([injectionRate, crossRate]);
  /** How many images of a batch get their own trigger, and how many another's. */
  const countsIn = (batch: number): [number, number] => [
    Math.floor(injectionRate * batch),
    Math.floor(crossRate * batch),
  ];
  requireInBatch(countsIn(recipe.batchSize));
  if (!(density >= 0 && density <= 1)) {
    throw new Error(`Expected a density in 0–1 but found ${density}`);
  }
  if (!(Number.isInteger(maskSteps) && maskSteps >= 0)) {
    throw new Error(`Expected a number of steps but found ${maskSteps}`);
  }
  const mask = newLearner(imageGenerator(images, 1, seed));
  const pattern = newLearner(imageGenerator(images, images.channels, seed + 1));
  const generators = { mask: mask.model, pattern: pattern.model };
  const gradientOf = imageGradient(network, true);
  return {
    generators,
    task: { attack: task.attack },
    step(batch, step): LabelledImages {
      const random = seededRandom(seed * 1_000_003 + step);
      if (step === 0) trainMask(mask, images, parameters, random);
      const count = batch.labels.length;
      const [own, crossed] = countsIn(count);
      if (own === 0 || crossed === 0) return batch;
      const chosen = slicedImages(batch, 0, own + crossed);
      const owners = joinImages([
        slicedImages(batch, 0, own),
        someOf(images, crossed, random),
      ]);
      const labels = batch.labels.slice();
      labels.fill(target, 0, own);
      trainPattern(pattern, generators, { chosen, owners, own, labels, count }, gradientOf);
      const pixels = batch.pixels.slice();
      const [painted] = numbersOf(() => [
        withTriggers(generators, toTensor(chosen), toTensor(owners)).mul(255),
      ]);
      pixels.set(toBytes(painted));
      return { ...batch, pixels, labels };
    },
    save: () => ({ ...learnerArrays(mask, "mask"), ...learnerArrays(pattern, "pattern") }),
    restore(arrays): void {
      restoreLearners({ mask, pattern }, arrays);
    },
    kept: () => ({ mask: learnerWeights(mask), pattern: learnerWeights(pattern) }),
    dispose(): void {
      disposeLearner(mask);
      disposeLearner(pattern);
    },
  };
}

/** Some images, drawn with replacement. */
function someOf(images: LabelledImages, count: number, random: Random): Images {
  const all = images.labels.length;
  return pickImages(images, Array.from({ length: count }, () => Math.floor(random() * all)));
}

/** Makes masks small and different from image to image. */
function trainMask(
  mask: Learner,
  images: LabelledImages,
  { density, maskSteps }: IabParameters,
  random: Random,
): void {
  for (let step = 0; step < maskSteps; step++) {
    const some = [0, 1].map(() => someOf(images, MASK_BATCH, random));
    learn(mask, () => {
      const [one, other] = some.map(toTensor) as [tf.Tensor, tf.Tensor];
      const [first, second] = [one, other].map((each) =>
        maskOf(mask.model.apply(each) as tf.Tensor)
      ) as [tf.Tensor, tf.Tensor];
      const excess = first.sub(density).relu().mean();
      const same = sameness([one, other], [first, second]);
      return excess.mul(NORM).add(same.mul(DIVERSITY)).asScalar();
    }, RATE);
  }
}

/** Makes patterns work on their own images and not on others, and different from image to image. */
function trainPattern(
  pattern: Learner,
  generators: Generators,
  { chosen, owners, own, labels, count }: {
    /** The images that get a trigger, those that get their own first. */
    chosen: Images;
    /** Whose triggers they get. */
    owners: Images;
    /** How many get their own. */
    own: number;
    /** Where they are to go. */
    labels: Int32Array;
    /** Of images in the whole batch. */
    count: number;
  },
  gradientOf: ImageGradientOf,
): void {
  const all = countOf(chosen);
  const pairs = Math.min(own, all - own);
  learn(pattern, () => {
    const lossOf = networkLoss(gradientOf, labels.subarray(0, all));
    const from = toTensor(owners);
    const loss = lossOf(withTriggers(generators, toTensor(chosen), from)).div(count);
    const parts = [from.slice(0, pairs), from.slice(own, pairs)] as const;
    const made = parts.map((part) => patternOf(pattern.model.apply(part) as tf.Tensor));
    const same = sameness(parts, made as [tf.Tensor, tf.Tensor]);
    return loss.add(same.mul(DIVERSITY)).asScalar();
  }, RATE);
}
