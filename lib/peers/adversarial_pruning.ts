import type { LabelledImages } from "@lib/data/images.ts";
import { normalizedConvolutions, silence } from "@lib/peers/normalized_convolutions.ts";
import { atRest, descended } from "@lib/peers/momentum.ts";
import { weightSlopes } from "@lib/peers/weight_slopes.ts";
import { type Defense, repairing } from "@lib/recovery/defense.ts";
import { randomBatches } from "@lib/data/random_batches.ts";
import { copyNetwork, freedIfFailed } from "@lib/network/copy_network.ts";
import { tf } from "@lib/network/tensorflow.ts";
import { seededRandom } from "@lib/random.ts";

/**
 * The constants of adversarial neuron pruning: the authors' but for the number of steps and the batch, which
 * fit two cores. Their code normalises with each batch's own statistics meanwhile; here the network's stay,
 * and the disturbance ends at ± epsilon.
 */
export const ADVERSARIAL_PRUNING = {
  /** By how much a channel's weight and offset may be disturbed, relative to themselves. */
  epsilon: 0.4,
  /** Share of the undisturbed loss. */
  alpha: 0.2,
  /** Channels whose mask ends below it are pruned. */
  threshold: 0.2,
  /** Steps; the authors take 2,000. */
  iterations: 300,
  /** Images a step; theirs is 128. */
  batchSize: 64,
  /** Of stochastic gradient descent with momentum. */
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
  settings: typeof ADVERSARIAL_PRUNING = ADVERSARIAL_PRUNING,
): Promise<{ network: tf.LayersModel; channelsPruned: number }> {
  const { epsilon, alpha, threshold, iterations, batchSize, learningRate, seed } = settings;
  return await freedIfFailed(await copyNetwork(network), (copy) => {
    const blocks = normalizedConvolutions(copy).map(({ normalization }) => normalization);
    // all γ, then all β
    const weights = [0, 1].flatMap((which) =>
      blocks.map((block) => block.trainableWeights[which]!)
    );
    const own = weights.map((weight) => weight.read());
    const random = seededRandom(seed);
    const draw = randomBatches(clean, random);
    const slopesAt = weightSlopes(copy, weights);
    const ones = own.map((value) => tf.onesLike(value));
    let masks = atRest(ones.slice(0, blocks.length));
    try {
      for (let step = 1; step <= iterations; step++) {
        const batch = draw(batchSize);
        /** By factors of γ and β, at given ones. */
        const slopes = (factors: tf.Tensor[]): tf.Tensor[] =>
          slopesAt(factors.map((factor, at) => factor.mul(own[at]!)), batch)
            .map((slope, at) => slope.mul(own[at]!));
        const descent = (values: readonly tf.Tensor[]): tf.Tensor[] => {
          const now = [...values, ...ones.slice(blocks.length)];
          const disturbedBy = (noise: tf.Tensor[]): tf.Tensor[] =>
            slopes(now.map((factor, at) => factor.add(noise[at]!)));
          const start = now.map(({ size }) =>
            tf.tensor1d(Float32Array.from({ length: size }, () => (2 * random() - 1) * epsilon))
          );
          // one step to the worse, kept within ± epsilon
          const worst = disturbedBy(start).map((slope, at) =>
            start[at]!.add(slope.sign().mul(epsilon)).clipByValue(-epsilon, epsilon)
          );
          const disturbed = disturbedBy(worst);
          return slopes(now).slice(0, blocks.length).map((natural, at) =>
            natural.mul(alpha).add(disturbed[at]!.mul(1 - alpha))
          );
        };
        const { values, speeds } = descended(masks, descent, learningRate);
        masks = { values: values.map((mask) => mask.clipByValue(0, 1)), speeds };
        tf.dispose(values);
      }
      const channelsPruned = blocks.reduce((sum, block, at) => {
        const kept = masks.values[at]!.dataSync<"float32">().map((mask) =>
          Number(mask >= threshold)
        );
        return sum + silence(block, kept);
      }, 0);
      return { network: copy, channelsPruned };
    } finally {
      tf.dispose([ones, masks.values, masks.speeds]);
    }
  });
}

/**
 * ANP as a defense.
 *
 * @param own Its constants, such as the authors' number of steps.
 */
export const adversarialPruning = (own: typeof ADVERSARIAL_PRUNING): Defense =>
  repairing(own, async ({ network, clean, mostSteps = Infinity }) => {
    const iterations = Math.min(own.iterations, mostSteps);
    const settings = { ...own, iterations };
    const { network: pruned, channelsPruned } = await pruneAdversarially(network, clean, settings);
    const note = `${channelsPruned} channels of all layers, ${iterations} steps`;
    return { network: pruned, note, channelsPruned };
  });
