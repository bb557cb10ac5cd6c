import type { LabelledImages } from "@lib/data/images.ts";
import { randomBatches } from "@lib/data/random_batches.ts";
import { copyNetwork, freedIfFailed } from "@lib/network/copy_network.ts";
import { tf } from "@lib/network/tensorflow.ts";
import { atRest, descended } from "@lib/peers/momentum.ts";
import { trainingSlopes } from "@lib/peers/training_slopes.ts";
import { seededRandom } from "@lib/random.ts";
import { type Defense, repairing } from "@lib/recovery/defense.ts";

/**
 * The constants of fine-tuning with sharpness-aware minimisation: the authors' but for the batch, which fits
 * two cores. Their code also lets the rate fall, smooths labels, weakens weights and changes images at
 * random; here none of it.
 */
export const SHARPNESS_TUNING = {
  /** How far the weights are disturbed, relative to their sizes. */
  radius: 2,
  /** Times that each image is seen. */
  epochs: 100,
  /** Images a step; theirs is 256. */
  batchSize: 64,
  /** Of stochastic gradient descent with momentum. */
  learningRate: 0.01,
  seed: 1,
};

/**
 * FT-SAM (Zhu et al., Enhancing Fine-Tuning Based Backdoor Defense with Sharpness-Aware Minimization, ICCV
 * 2023): fine-tunes by the slope at the worst place near the weights w, w + ρ w² g / ‖w g‖ with g the slope at
 * w, so that large weights, which a backdoor's neurons have, are moved most.
 *
 * @param network One that has a graph; left as it is.
 * @param clean Labelled clean images.
 * @param settings The rule's constants.
 * @param steps How many; by default the settings' epochs.
 * @returns The tuned network; the caller disposes it.
 * @throws {Error} If the network has no graph, or a weight is no number in the end.
 */
export async function tuneSharpness(
  network: tf.LayersModel,
  clean: LabelledImages,
  settings: typeof SHARPNESS_TUNING = SHARPNESS_TUNING,
  steps: number = stepsOf(settings, clean),
): Promise<tf.LayersModel> {
  const { batchSize, learningRate, seed, radius } = settings;
  return await freedIfFailed(await copyNetwork(network), async (copy) => {
    const slopesAt = trainingSlopes(copy, copy.trainableWeights, seed);
    const draw = randomBatches(clean, seededRandom(seed));
    let weights = atRest(copy.trainableWeights.map((weight) => weight.read()));
    try {
      for (let step = 1; step <= steps; step++) {
        const batch = draw(batchSize);
        const worst = (values: readonly tf.Tensor[]): tf.Tensor[] => {
          const slopes = slopesAt(values, batch, step, true);
          return slopesAt(disturbed(values, slopes, radius), batch, step, false);
        };
        weights = descended(weights, worst, learningRate);
        if (step % 10 === 0) await new Promise((resolve) => setTimeout(resolve)); // others have their turn
      }
      copy.trainableWeights.forEach((weight, index) => weight.write(weights.values[index]!));
      const isFinite = tf.tidy(() =>
        weights.values.every((weight) => Number.isFinite(weight.sum().dataSync()[0]))
      );
      if (!isFinite) {
        throw new Error(`Expected finite weights but found others after ${steps} steps`);
      }
      return copy;
    } finally {
      tf.dispose([weights.values, weights.speeds]);
    }
  });
}

const stepsOf = (
  { epochs, batchSize }: typeof SHARPNESS_TUNING,
  { labels }: LabelledImages,
): number => epochs * Math.max(1, Math.floor(labels.length / batchSize));

/** The weights at the worst place near them, to first order. */
function disturbed(
  weights: readonly tf.Tensor[],
  slopes: readonly tf.Tensor[],
  radius: number,
): tf.Tensor[] {
  const squares = weights.map((weight, index) => weight.mul(slopes[index]!).square().sum());
  const norm = tf.addN(squares).sqrt().maximum(1e-12);
  return weights.map((weight, index) =>
    weight.add(weight.square().mul(slopes[index]!).mul(radius).div(norm))
  );
}

/** FT-SAM as {@link SHARPNESS_TUNING} has it. */
export const FT_SAM: Defense = repairing(
  SHARPNESS_TUNING,
  async ({ network, clean, mostSteps = Infinity }) => {
    const steps = Math.min(stepsOf(SHARPNESS_TUNING, clean), mostSteps);
    const tuned = await tuneSharpness(network, clean, SHARPNESS_TUNING, steps);
    return { network: tuned, note: `${steps} steps` };
  },
);
