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
 * The constants of reconstructive neuron pruning: the authors' but for the batch. Their code also weakens
 * weights and lets the first rate fall; here none of it.
 */
export const RECONSTRUCTIVE_PRUNING = {
  /** Unlearning ends at this accuracy on the clean images, */
  unlearned: 0.2,
  /** with this rate of gradient ascent, */
  unlearningRate: 0.01,
  /** or after so many epochs; the recovery takes as many. */
  epochs: 20,
  /** Rate of the recovery's descent, on a fifth of the loss. */
  recoveringRate: 0.2 * 0.2,
  /** Thresholds of the masks that are tried, in steps of 0.05, up to this one. */
  highest: 0.9,
  /** How much accuracy on the clean images pruning may cost, which the authors leave open. */
  drop: 0.02,
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
  const { unlearned, unlearningRate, recoveringRate, batchSize, seed, epochs } = settings;
  const copy = await copyNetwork(network);
  try {
    const inEpoch = Math.max(1, Math.floor(clean.labels.length / batchSize));
    const steps = Math.min(epochs * inEpoch, mostSteps);
    const draw = randomBatches(clean, seededRandom(seed));
    const gammas = normalizedConvolutions(copy).map(({ normalization }) =>
      normalization.trainableWeights[0]!
    );
    const [byWeights, byGammas] = [copy.trainableWeights, gammas]
      .map((weights) => trainingSlopes(copy, weights, seed));
    let weights = atRest(copy.trainableWeights.map((weight) => weight.read()));
    for (let step = 1; step <= steps; step++) {
      const batch = draw(batchSize);
      weights = descended(
        weights,
        (values) => byWeights!(values, batch, step, true),
        -unlearningRate,
      );
      copy.trainableWeights.forEach((weight, index) => weight.write(weights.values[index]!));
      if (step % inEpoch > 0) continue;
      if (accuracy(await classify(copy, clean), clean.labels) <= unlearned) break;
    }
    tf.dispose([weights.values, weights.speeds]);
    const own = gammas.map((weight) => weight.read());
    const ones = own.map((gamma) => tf.onesLike(gamma));
    let masks = atRest(ones);
    tf.dispose(ones);
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
    const found = masks.values.map((mask) => mask.dataSync<"float32">());
    tf.dispose([masks.values, masks.speeds]);
    return found;
  } finally {
    disposeNetwork(copy);
  }
}

/** RNP as {@link RECONSTRUCTIVE_PRUNING} has it: at the highest threshold that accuracy allows. */
export const RNP: Defense = repairing(
  RECONSTRUCTIVE_PRUNING,
  async ({ network, clean, mostSteps }) => {
    const { highest, drop } = RECONSTRUCTIVE_PRUNING;
    const masks = await reconstructiveMasks(network, clean, RECONSTRUCTIVE_PRUNING, mostSteps);
    const least = accuracy(await classify(network, clean), clean.labels) - drop;
    let pruned = await copyNetwork(network);
    let [threshold, channelsPruned] = [0, 0];
    for (let tried = 0; tried <= highest + 1e-9; tried += 0.05) {
      const next = await copyNetwork(network);
      const count = normalizedConvolutions(next).reduce((sum, { normalization }, index) => {
        const kept = masks[index]!.map((mask) => Number(mask > tried));
        return sum + silence(normalization, kept);
      }, 0);
      const isGood = accuracy(await classify(next, clean), clean.labels) > least;
      disposeNetwork(isGood ? pruned : next);
      if (!isGood) break;
      [pruned, threshold, channelsPruned] = [next, tried, count];
    }
    const note = `${channelsPruned} channels of all layers, masks up to ${threshold.toFixed(2)}`;
    return { network: pruned, note, channelsPruned };
  },
);
