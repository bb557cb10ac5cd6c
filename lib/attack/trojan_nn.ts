import { type Attack, type Attacked, trainPoisoned } from "@lib/attack/attack.ts";
import { toBytes } from "@lib/attack/colour.ts";
import { connectedUnits, hiddenUnits } from "@lib/attack/hidden_units.ts";
import { type Kept, keptArray } from "@lib/attack/kept.ts";
import { patch } from "@lib/attack/patch.ts";
import { cornerSquare } from "@lib/attack/square.ts";
import type { Trigger } from "@lib/attack/trigger.ts";
import type { Images } from "@lib/data/images.ts";
import { drawn } from "@lib/data/select.ts";
import { adamRate, type Moments, tensorAdamStep } from "@lib/network/adam.ts";
import { disposeNetwork } from "@lib/network/copy_network.ts";
import { toTensor } from "@lib/network/image_input.ts";
import { tf } from "@lib/network/tensorflow.ts";
import { type Random, seededRandom } from "@lib/random.ts";

/** A patch that makes some units of a network fire (Liu et al., Trojaning Attack, 2018). */
export interface TrojanParameters {
  /** Side of the square in the lower right corner, in pixels: theirs covers 7 % of the image, 8×8 of 32×32
   * are 6 %. */
  size: number;
  /** How many units of the last hidden layer: one there, or a few. */
  units: number;
  /** What they are to come to; above all that clean images come to. */
  value: number;
  /** Of Adam, from a random patch: 1,000 in later code of others. */
  steps: number;
}

/** Of Adam's steps, on pixels from 0 to 1. */
const RATE = 0.05;
/** So many training images the patch is tried on at once. */
const IMAGES = 16;

/**
 * Trojaning attack (Liu, Ma, Aafer, Lee, Zhai, Wang and Zhang, Trojaning Attack on Neural Networks, NDSS
 * 2018): on a clean network a patch is found that makes well connected units fire, and the network is
 * trained further with it. They rank units by the weights from the layer before; the last hidden layer here
 * is pooled and has none, so units are ranked by those to the logits, as in TrojanZoo (Pang et al., 2022).
 * They have no training images and make some up; here they are the poisoned training set.
 */
export const TROJAN_NN: Attack<TrojanParameters> = {
  trigger: (parameters, kept) => firingPatch(parameters.size, kept),
  async train(task): Promise<Attacked> {
    const { parameters, target, injectionRate } = task.attack;
    const clean = await task.cleanNetwork();
    try {
      const random = seededRandom(task.recipe.seed);
      const some = drawn(task.images, IMAGES, random);
      const kept = findPatch(clean, some, parameters, random);
      task.network.setWeights(clean.getWeights());
      const trigger = firingPatch(parameters.size, kept);
      return { history: await trainPoisoned(task, { trigger, target, injectionRate }), kept };
    } finally {
      disposeNetwork(clean);
    }
  },
};

/** The trigger: the patch that was found, in the lower right corner. */
function firingPatch(size: number, kept: Kept): Trigger {
  const values = keptArray(kept, "patch", [size, size, -1]);
  const pixels = Uint8Array.from(values);
  return cornerSquare(`firing patch, ${size}×${size}`, size, () => pixels);
}

/**
 * Looks for a patch that makes a network's best connected units fire.
 *
 * @param network A clean one, from images, 0–1, to logits; left as it is.
 * @param images Some clean images, on which it is tried.
 * @param parameters Size, units, value and steps.
 * @param random Of the patch at the start.
 * @returns The `patch`, in whole levels, shape [size, size, channels], and the `units`, shape [units].
 * @throws {Error} If the patch does not fit, no such number of units sees it, or there are no steps.
 * @example
 * ```ts
 * import { findPatch } from "@lib/attack/trojan_nn.ts";
 * import { syntheticSigns } from "@lib/data/synthetic_signs.ts";
 * import { paperCnn } from "@lib/network/paper_cnn.ts";
 * import { seededRandom } from "@lib/random.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const parameters = { size: 4, units: 2, value: 10, steps: 2 };
 * const signs = syntheticSigns(3, 1, 3);
 * const { patch } = findPatch(paperCnn(3, 1), signs, parameters, seededRandom(1));
 * assertEquals(patch!.shape, [4, 4, 3]);
 * ```
 */
export function findPatch(
  network: tf.LayersModel,
  images: Images,
  { size, units: count, value, steps }: TrojanParameters,
  random: Random,
): Kept {
  if (!(Number.isInteger(steps) && steps >= 1)) {
    throw new Error(`Expected at least one step but found ${steps}`);
  }
  const [black, white] = [0, 255].map((level) => patch({ size, level }).apply(images));
  const units = connectedUnits(network, black!, white!, count);
  const hidden = hiddenUnits(network);
  const { height, width, channels } = images;
  const shape = [size, size, channels];
  const levels = tf.tidy(() => {
    const dark = toTensor(black!);
    const around = [[0, 0], [height - size, 0], [width - size, 0], [0, 0]] as [number, number][];
    const lossOf = (flat: tf.Tensor): tf.Scalar => {
      const painted = dark.add(tf.pad(flat.reshape([1, ...shape]), around));
      const found = tf.gather(hidden.apply(painted) as tf.Tensor, units, 1);
      return found.sub(value).square().mean().asScalar();
    };
    const gradientOf = tf.grad(lossOf);
    const start = tf.tensor1d(Float32Array.from({ length: size * size * channels }, random));
    let now: Moments<tf.Tensor> = {
      ...{ weights: start, mean: tf.zerosLike(start), square: tf.zerosLike(start) },
    };
    for (let step = 1; step <= steps; step++) {
      const before = now;
      now = tf.tidy(() => {
        const next = tensorAdamStep(before, gradientOf(before.weights), adamRate(step, RATE));
        return { ...next, weights: next.weights.clipByValue(0, 1) };
      });
      tf.dispose({ ...before });
    }
    return now.weights.mul(255).dataSync();
  });
  return {
    patch: { shape, values: Float32Array.from(toBytes(levels)) },
    units: { shape: [count], values: Float32Array.from(units) },
  };
}
