import {
  type Attack,
  type AttackTask,
  trainJointly,
  type TriggerCompanion,
} from "@lib/attack/attack.ts";
import { imageRandom } from "@lib/attack/image_random.ts";
import { type Kept, keptArray } from "@lib/attack/kept.ts";
import { noiseFrom, noiseGenerator, patternsFrom } from "@lib/attack/noise_generator.ts";
import { requireInBatch, requireShares, requireTarget } from "@lib/attack/poison.ts";
import {
  type DrawPlace,
  randomPlaces,
  requireRoom,
  type Square,
  squareTrigger,
} from "@lib/attack/square.ts";
import type { Trigger } from "@lib/attack/trigger.ts";
import type { LabelledImages } from "@lib/data/images.ts";
import { imageAt, slicedImages } from "@lib/data/select.ts";
import { imageGradient } from "@lib/network/engine.ts";
import { toTensor } from "@lib/network/image_input.ts";
import {
  disposeLearner,
  filledModel,
  learn,
  learnerArrays,
  learnerWeights,
  newLearner,
  restoreLearners,
} from "@lib/network/learner.ts";
import { networkLoss } from "@lib/network/network_loss.ts";
import { tf } from "@lib/network/tensorflow.ts";
import { seededRandom } from "@lib/random.ts";

/** Squares that a generator makes from noise (Salem et al., Dynamic Backdoor Attacks, 2020). */
export interface BanParameters {
  /** Side of the squares, in pixels: 5 in their code for CIFAR-10. */
  size: number;
  /** How many places there are. */
  places: number;
  /** Of the places, and of the noise and the place that an image gets. */
  seed: number;
}

/** Of the generator, Adam's usual one as theirs. */
const RATE = 0.001;

/**
 * Backdoor generating network (Salem, Wen, Backes, Ma and Zhang, Dynamic Backdoor Attacks Against Machine
 * Learning Models, 2020): patterns come from noise through a generator that is trained together with the
 * network; of each batch the injection rate's share gets one, at one of a set of places. Their c-BaN also
 * gives the generator the target, so that one makes patterns for several; with one target that says nothing.
 */
export const BAN: Attack<BanParameters> = {
  trigger: generatedSquares,
  train: (task) =>
    trainJointly(
      task,
      banCompanion(task),
      (kept) => generatedSquares(task.attack.parameters, kept),
    ),
};

const placesOf = ({ places, seed }: BanParameters): DrawPlace =>
  randomPlaces(places, seededRandom(seed));

/** The trigger: noise and place follow from the image. */
function generatedSquares(parameters: BanParameters, kept: Kept): Trigger {
  const weights = keptArray(kept, "generator", [-1]);
  const { size, seed } = parameters;
  const drawPlace = placesOf(parameters);
  return squareTrigger(`generated squares, ${size}×${size}`, size, (images, count) => {
    const generator = filledModel(noiseGenerator(size * size * images.channels, 0), weights);
    const randoms = Array.from(
      { length: count },
      (_, at) => imageRandom(imageAt(images, at), seed),
    );
    const patterns = patternsFrom(generator, randoms.map(noiseFrom));
    generator.dispose();
    return randoms.map((random, at): Square => ({
      pixels: patterns[at]!,
      ...drawPlace(random, images, size),
    }));
  });
}

/**
 * What trains the generator along with a network, so that images with its squares go to the target.
 *
 * @param task What the attacker has; the network's weights are read at each step.
 * @returns The companion; its `dispose` frees the generator.
 * @throws {Error} If the target is no class, the injection rate no share, the squares do not fit, or there is
 * no place.
 */
export function banCompanion(
  { attack, images, network, recipe }: AttackTask<BanParameters>,
): TriggerCompanion {
  const { parameters, target, injectionRate } = attack;
  const { size } = parameters;
  requireTarget(images, target);
  requireRoom(size, images);
  requireShares([injectionRate]);
  /** How many images of a batch are poisoned. */
  const countIn = (batch: number): number => Math.round(injectionRate * batch);
  requireInBatch([countIn(recipe.batchSize)]);
  const drawPlace = placesOf(parameters);
  const generator = newLearner(noiseGenerator(size * size * images.channels, recipe.seed));
  const gradientOf = imageGradient(network, true);
  return {
    task: { attack },
    step(batch, step): LabelledImages {
      const count = countIn(batch.labels.length);
      if (count === 0) return batch;
      const chosen = slicedImages(batch, 0, count);
      const random = seededRandom(recipe.seed * 1_000_003 + step);
      const labels = batch.labels.slice().fill(target, 0, count);
      const noise = Array.from({ length: count }, () => noiseFrom(random));
      const places = noise.map(() => drawPlace(random, images, size));
      const lossOf = networkLoss(gradientOf, labels.subarray(0, count));
      learn(generator, () => {
        const patterns = generator.model.apply(tf.stack(noise.map((each) => tf.tensor1d(each))));
        const painted = paintedOver(toTensor(chosen), patterns as tf.Tensor, places, size);
        return lossOf(painted).div(count).asScalar();
      }, RATE);
      const patterns = patternsFrom(generator.model, noise);
      const squares = places.map((place, at) => ({ pixels: patterns[at]!, ...place }));
      const pixels = batch.pixels.slice();
      pixels.set(squareTrigger("", size, () => squares).apply(chosen).pixels);
      return { ...batch, pixels, labels };
    },
    save: () => learnerArrays(generator, "generator"),
    restore: (arrays) => restoreLearners({ generator }, arrays),
    kept: () => ({ generator: learnerWeights(generator) }),
    dispose: () => disposeLearner(generator),
  };
}

/**
 * Images with squares over them, in a way that gradients go back through.
 *
 * @param images Shape [N, height, width, channels].
 * @param patterns Shape [N, size × size × channels].
 * @param places One each.
 * @param size Side of the squares, in pixels.
 * @returns As many images.
 */
export function paintedOver(
  images: tf.Tensor4D,
  patterns: tf.Tensor,
  places: readonly Omit<Square, "pixels">[],
  size: number,
): tf.Tensor4D {
  const [, height, width, channels] = images.shape;
  const atPlaces = (squares: tf.Tensor): tf.Tensor =>
    tf.stack(
      tf.unstack(squares).map((square, at) => {
        const { row, column } = places[at]!;
        const around = [[row, height - size - row], [column, width - size - column], [0, 0]];
        return tf.pad(square, around as [number, number][]);
      }),
    );
  const squares = patterns.reshape([places.length, size, size, channels]);
  const isCovered = atPlaces(tf.onesLike(squares));
  return images.mul(isCovered.mul(-1).add(1)).add(atPlaces(squares)) as tf.Tensor4D;
}
