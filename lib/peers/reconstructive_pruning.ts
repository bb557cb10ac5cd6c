import type { LabelledImages } from "@lib/data/images.ts";
import { randomBatches } from "@lib/data/random_batches.ts";
import { copyNetwork, disposeNetwork, freedIfFailed } from "@lib/network/copy_network.ts";
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
  const { unlearned, unlearningRate, recoveringRate, batchSize, seed } = settings;
  const steps = Math.min(settings.epochs * settings.stepsInEpoch, mostSteps);
  const copy = await copyNetwork(network);
  try {
    const draw = randomBatches(clean, seededRandom(seed));
    const gammas = normalizedConvolutions(copy).map(({ normalization }) =>
      normalization.trainableWeights[0]!
    );
    const [byWeights, byGammas] = [copy.trainableWeights, gammas]
      .map((weights) => trainingSlopes(copy, weights, seed));
    let weights = atRest(copy.trainableWeights.map((weight) => weight.read()));
    try {
      for (let step = 1; step <= steps; step++) {
        const batch = draw(batchSize);
        weights = descended(
          weights,
          (values) => byWeights!(values, batch, step, true),
          -unlearningRate,
        );
        copy.trainableWeights.forEach((weight, index) => weight.write(weights.values[index]!));
        if (step % settings.stepsInEpoch > 0) continue;
        if (accuracy(await classify(copy, clean), clean.labels) <= unlearned) break;
      }
    } finally {
      tf.dispose([weights.values, weights.speeds]);
    }
    const own = gammas.map((weight) => weight.read());
    const ones = own.map((gamma) => tf.onesLike(gamma));
    let masks = atRest(ones);
    tf.dispose(ones);
    try {
      for (let step = 1; step <= steps; step++) {
        const batch = draw(batchSize);
        const slopesAt = (values: readonly tf.Tensor[]): tf.Tensor[] =>
          byGammas!(values.map((mask, index) => mask.mul(own[index]!)), batch, steps + step, true)
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
  } finally {
    disposeNetwork(copy);
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
  let found = { network: await copyNetwork(network), threshold: 0, channelsPruned: 0 };
  for (let step = 0; step <= Math.round(highest / 0.05); step++) {
    const threshold = 0.05 * step;
    const next = await freedIfFailed(await copyNetwork(network), (copy) => ({
      ...{ network: copy, threshold },
      channelsPruned: normalizedConvolutions(copy).reduce((sum, { normalization }, index) => {
        const kept = masks[index]!.map((mask) => Number(mask > threshold));
        return sum + silence(normalization, kept);
      }, 0),
    }));
    const isGood = accuracy(await classify(next.network, clean), clean.labels) >= least;
    disposeNetwork((isGood ? found : next).network);
    if (!isGood) break;
    found = next;
  }
  return found;
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
