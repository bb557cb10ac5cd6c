import type { LabelledImages } from "@lib/data/images.ts";
import { normalizedConvolutions, silence } from "@lib/peers/normalized_convolutions.ts";
import { MOMENTUM } from "@lib/peers/momentum.ts";
import { weightSlopes } from "@lib/peers/weight_slopes.ts";
import { type Defense, repairing } from "@lib/recovery/defense.ts";
import { randomBatches } from "@lib/data/random_batches.ts";
import { copyNetwork } from "@lib/network/copy_network.ts";
import { tf } from "@lib/network/tensorflow.ts";
import { type Random, seededRandom } from "@lib/random.ts";

/** Of adversarial neuron pruning. */
export interface AdversarialPruningSettings {
  /** By how much a channel's weight and offset may be disturbed, relative to themselves: 0.4. */
  epsilon: number;
  /** Share of the undisturbed loss: 0.2. */
  alpha: number;
  /** Channels whose mask ends below it are pruned: 0.2. */
  threshold: number;
  /** Steps; the authors take 2,000. */
  iterations: number;
  /** Images a step; theirs is 128. */
  batchSize: number;
  /** Of stochastic gradient descent with momentum 0.9: 0.2. */
  learningRate: number;
  seed: number;
}

/**
 * The authors' but for the number of steps and the batch, which fit two cores. Their code normalises with
 * each batch's own statistics meanwhile; here the network's stay, and the disturbance ends at ± epsilon.
 */
export const ADVERSARIAL_PRUNING: AdversarialPruningSettings = {
  epsilon: 0.4,
  alpha: 0.2,
  threshold: 0.2,
  iterations: 300,
  batchSize: 64,
  learningRate: 0.2,
  seed: 1,
};

/**
 * Adversarial neuron pruning (Wu and Wang, NeurIPS 2021): learns a mask over all channels under which the
 * network keeps its accuracy even if each channel's batch normalisation is disturbed in the worst way;
 * a backdoor's channels are the ones that such a disturbance wakes.
 *
 * @param network One that has a graph, with batch normalisation behind its convolutions; left as it is.
 * @param clean Labelled clean images.
 * @param settings The rule's constants.
 * @returns The repaired network, which the caller disposes, and how many channels were pruned.
 * @throws {Error} If the network has no graph, or no convolution has a batch normalisation behind it.
 */
export async function pruneAdversarially(
  network: tf.LayersModel,
  clean: LabelledImages,
  settings: AdversarialPruningSettings = ADVERSARIAL_PRUNING,
): Promise<{ network: tf.LayersModel; channelsPruned: number }> {
  const { epsilon, alpha, threshold, iterations, batchSize, learningRate, seed } = settings;
  const copy = await copyNetwork(network);
  const blocks = normalizedConvolutions(copy).map(({ normalization }) => normalization);
  const random = seededRandom(seed);
  const slopes = normalizationSlopes(copy, blocks);
  const draw = randomBatches(clean, random);
  const masks = blocks.map((block) => filled(block, () => 1));
  const speeds = blocks.map((block) => filled(block, () => 0));
  const ones = blocks.map((block) => filled(block, () => 1));
  for (let step = 1; step <= iterations; step++) {
    const batch = draw(batchSize);
    const worst = disturbance(
      blocks,
      random,
      epsilon,
      (scales, offsets) => slopes(batch, plus(masks, scales), plus(ones, offsets)),
    );
    const disturbed = slopes(batch, plus(masks, worst.scales), plus(ones, worst.offsets));
    const natural = slopes(batch, masks, ones);
    masks.forEach((mask, block) =>
      mask.forEach((value, channel) => {
        const slope = alpha * natural.scales[block]![channel]! +
          (1 - alpha) * disturbed.scales[block]![channel]!;
        const speed = MOMENTUM * speeds[block]![channel]! + slope;
        speeds[block]![channel] = speed;
        mask[channel] = Math.min(1, Math.max(0, value - learningRate * speed));
      })
    );
  }
  const channelsPruned = blocks.reduce((sum, block, index) => {
    const kept = masks[index]!.map((value) => Number(value >= threshold));
    return sum + silence(block, kept);
  }, 0);
  return { network: copy, channelsPruned };
}

/** One number a channel, block by block: of γ and of β. */
interface Factors {
  scales: Float32Array[];
  offsets: Float32Array[];
}

/** The slope of the batch's mean loss by factors of γ and β, at given factors. */
type Slopes = (
  batch: LabelledImages,
  scales: Float32Array[],
  offsets: Float32Array[],
) => Factors;

function normalizationSlopes(network: tf.LayersModel, blocks: tf.layers.Layer[]): Slopes {
  const weights = blocks.flatMap((block) => block.trainableWeights); // γ and β, in turns
  const slopesAt = weightSlopes(network, weights);
  return (batch, scales, offsets) =>
    tf.tidy(() => {
      const own = weights.map((weight) => weight.read());
      const factors = blocks.flatMap((_, block) => [scales[block]!, offsets[block]!]);
      const found = slopesAt(own.map((weight, index) => weight.mul(factors[index]!)), batch)
        .map((slope, index) => slope.mul(own[index]!).dataSync<"float32">());
      return {
        scales: found.filter((_, index) => index % 2 === 0),
        offsets: found.filter((_, index) => index % 2 === 1),
      };
    });
}

/** A random disturbance, then one step to the worse, kept within ±epsilon. */
function disturbance(
  blocks: tf.layers.Layer[],
  random: Random,
  epsilon: number,
  slopesAt: (scales: Float32Array[], offsets: Float32Array[]) => Factors,
): Factors {
  const start = (): Float32Array[] =>
    blocks.map((block) => filled(block, () => (2 * random() - 1) * epsilon));
  const [scales, offsets] = [start(), start()];
  const slopes = slopesAt(scales, offsets);
  const worse = (values: Float32Array[], by: Float32Array[]): Float32Array[] =>
    values.map((block, index) =>
      block.map((value, channel) => {
        const moved = value + epsilon * Math.sign(by[index]![channel]!);
        return Math.min(epsilon, Math.max(-epsilon, moved));
      })
    );
  return { scales: worse(scales, slopes.scales), offsets: worse(offsets, slopes.offsets) };
}

const filled = (block: tf.layers.Layer, value: () => number): Float32Array =>
  Float32Array.from({ length: block.trainableWeights[0]!.shape[0]! }, value);

const plus = (ones: Float32Array[], others: Float32Array[]): Float32Array[] =>
  ones.map((block, index) => block.map((value, channel) => value + others[index]![channel]!));

/**
 * ANP as a defense.
 *
 * @param own Its constants, such as the authors' number of steps.
 */
export const adversarialPruning = (own: AdversarialPruningSettings): Defense =>
  repairing(own, async ({ network, clean, mostSteps = Infinity }) => {
    const iterations = Math.min(own.iterations, mostSteps);
    const settings = { ...own, iterations };
    const { network: pruned, channelsPruned } = await pruneAdversarially(network, clean, settings);
    const note = `${channelsPruned} channels of all layers, ${iterations} steps`;
    return { network: pruned, note, channelsPruned };
  });
