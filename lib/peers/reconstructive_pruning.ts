import type { LabelledImages } from "@lib/data/images.ts";
import { randomBatches } from "@lib/data/random_batches.ts";
import { copyNetwork, disposeNetwork } from "@lib/network/copy_network.ts";
import { accuracy, classify } from "@lib/network/evaluate.ts";
import { tf } from "@lib/network/tensorflow.ts";
import { atRest, descended } from "@lib/peers/momentum.ts";
import { normalizedConvolutions, silence } from "@lib/peers/normalized_convolutions.ts";
import { trainingSlopes } from "@lib/peers/training_slopes.ts";
import { seededRandom } from "@lib/random.ts";
import { type Defense, repairing } from "@lib/recovery/defense.ts";

/**
 * The constants of reconstructive neuron pruning: the authors' (github.com/bboylyg/RNP, main.py) but for the
 * batch. Their code also weakens weights and lets the first rate fall; here none of it.
 */
export const RECONSTRUCTIVE_PRUNING = {
  /** Unlearning ends at this accuracy on the clean images; theirs is that of an epoch's batches, */
  unlearned: 0.2,
  /** with this rate of gradient ascent, */
  unlearningRate: 0.01,
  /** or after so many epochs; the recovery takes as many. */
  epochs: 20,
  /** Steps in an epoch: 500 images in batches of 128 there. */
  stepsInEpoch: 4,
  /** Rate of the recovery's descent, on a fifth of the loss. */
  recoveringRate: 0.2 * 0.2,
  /** Thresholds of the masks that are tried, in steps of 0.05, up to this one. */
  highest: 0.9,
  /** How much accuracy on the clean images pruning may cost, which the authors leave open. */
  drop: 0.05,
  /** Images a step; theirs is 128. */
  batchSize: 64,
  seed: 1,
};

/**
 * The masks of reconstructive neuron pruning (Li et al., ICML 2023): the clean images are unlearned by all
 * weights, then learned again by masks of the channels alone. What stays masked is not needed for clean
 * images but was in the way of learning them again: the backdoor's channels.
 *
 * @param network One that has a graph, with batch normalisation behind its convolutions; left as it is.
 * @param clean Labelled clean images.
 * @param settings The rule's constants.
 * @param mostSteps In each of the two parts.
 * @returns Each normalisation's, in the network's order, 0–1.
 * @throws {Error} If the network has no graph, or no convolution has a batch normalisation behind it.
 */
export async function reconstructiveMasks(
  network: tf.LayersModel,
  clean: LabelledImages,
  settings: typeof RECONSTRUCTIVE_PRUNING = RECONSTRUCTIVE_PRUNING,
  mostSteps = Infinity,
): Promise<Float32Array[]> {
  const { batchSize, epochs, stepsInEpoch, seed } = settings;
  const steps = Math.min(epochs * stepsInEpoch, mostSteps);
  const random = randomBatches(clean, seededRandom(seed));
  const draw = (): LabelledImages => random(batchSize);
  const copy = await copyNetwork(network);
  try {
    const gammas = normalizedConvolutions(copy).map(({ normalization }) =>
      normalization.trainableWeights[0]!
    );
    await unlearnClean(copy, clean, settings, steps, draw);
    return await recoverMasks(copy, gammas, settings, steps, draw);
  } finally {
    disposeNetwork(copy);
  }
}

/** Raises the loss by all weights, which are changed, until accuracy at an epoch's end is low enough. */
async function unlearnClean(
  copy: tf.LayersModel,
  clean: LabelledImages,
  { unlearned, unlearningRate, stepsInEpoch, seed }: typeof RECONSTRUCTIVE_PRUNING,
  steps: number,
  draw: () => LabelledImages,
): Promise<void> {
  const slopes = trainingSlopes(copy, copy.trainableWeights, seed);
  let weights = atRest(copy.trainableWeights.map((weight) => weight.read()));
  try {
    for (let step = 1; step <= steps; step++) {
      const batch = draw();
      weights = descended(weights, (values) => slopes(values, batch, step, true), -unlearningRate);
      copy.trainableWeights.forEach((weight, index) => weight.write(weights.values[index]!));
      if (step % stepsInEpoch > 0) continue;
      if (accuracy(await classify(copy, clean), clean.labels) <= unlearned) break;
    }
  } finally {
    tf.dispose([weights.values, weights.speeds]);
  }
}

/** Lowers the loss again by masks of the channels alone. */
async function recoverMasks(
  copy: tf.LayersModel,
  gammas: readonly tf.LayerVariable[],
  { recoveringRate, seed }: typeof RECONSTRUCTIVE_PRUNING,
  steps: number,
  draw: () => LabelledImages,
): Promise<Float32Array[]> {
  const slopes = trainingSlopes(copy, gammas, seed);
  const own = gammas.map((weight) => weight.read());
  const ones = own.map((gamma) => tf.onesLike(gamma));
  let masks = atRest(ones);
  tf.dispose(ones);
  try {
    for (let step = 1; step <= steps; step++) {
      const batch = draw();
      const slopesAt = (values: readonly tf.Tensor[]): tf.Tensor[] =>
        slopes(values.map((mask, index) => mask.mul(own[index]!)), batch, steps + step, true)
          .map((slope, index) => slope.mul(own[index]!));
      const { values, speeds } = descended(masks, slopesAt, recoveringRate);
      masks = { values: values.map((mask) => mask.clipByValue(0, 1)), speeds };
      tf.dispose(values);
      if (step % 10 === 0) await new Promise((resolve) => setTimeout(resolve)); // others have their turn
    }
    return masks.values.map((mask) => mask.dataSync<"float32">());
  } finally {
    tf.dispose([masks.values, masks.speeds]);
  }
}

/**
 * Prunes the channels whose masks end lowest: up to the highest threshold that costs no more accuracy than is
 * allowed, as all lower ones do.
 *
 * @param network Left as it is.
 * @param clean Labelled clean images, on which accuracy is measured.
 * @param masks From {@link reconstructiveMasks}.
 * @param settings The rule's constants.
 * @returns The repaired network, which the caller disposes, the threshold, 0 if none is allowed, and how many
 * channels were pruned.
 */
export async function pruneByThreshold(
  network: tf.LayersModel,
  clean: LabelledImages,
  masks: readonly Float32Array[],
  { highest, drop }: Pick<typeof RECONSTRUCTIVE_PRUNING, "highest" | "drop"> =
    RECONSTRUCTIVE_PRUNING,
): Promise<{ network: tf.LayersModel; threshold: number; channelsPruned: number }> {
  const least = accuracy(await classify(network, clean), clean.labels) - drop;
  const silenceUpTo = (copy: tf.LayersModel, threshold: number): number =>
    normalizedConvolutions(copy).reduce((sum, { normalization }, index) => {
      const kept = masks[index]!.map((mask) => Number(mask > threshold));
      return sum + silence(normalization, kept);
    }, 0);
  const tried = await copyNetwork(network);
  let allowed: number | undefined;
  try {
    for (let step = 0; step <= Math.round(highest / 0.05); step++) {
      silenceUpTo(tried, 0.05 * step); // what a lower threshold silenced stays so
      if (accuracy(await classify(tried, clean), clean.labels) < least) break;
      allowed = 0.05 * step;
    }
  } finally {
    disposeNetwork(tried);
  }
  const pruned = await copyNetwork(network);
  const channelsPruned = allowed === undefined ? 0 : silenceUpTo(pruned, allowed);
  return { network: pruned, threshold: allowed ?? 0, channelsPruned };
}

/** RNP as {@link RECONSTRUCTIVE_PRUNING} has it: at the highest threshold that accuracy allows. */
export const RNP: Defense = repairing(
  RECONSTRUCTIVE_PRUNING,
  async ({ network, clean, mostSteps }) => {
    const masks = await reconstructiveMasks(network, clean, RECONSTRUCTIVE_PRUNING, mostSteps);
    const { threshold, ...pruned } = await pruneByThreshold(network, clean, masks);
    const note = `${pruned.channelsPruned} channels of all layers, masks up to ${
      threshold.toFixed(2)
    }`;
    return { ...pruned, note };
  },
);
