import type { LabelledImages } from "@lib/data/images.ts";
import { normalizedConvolutions, scaleChannels } from "@lib/peers/normalized_convolutions.ts";
import { type Defense, type Outcome, stopwatch } from "@lib/recovery/defense.ts";
import { randomBatches } from "@lib/data/random_batches.ts";
import { copyNetwork } from "@lib/network/copy_network.ts";
import { gradientGraph } from "@lib/network/graph_passes.ts";
import { hasGraph } from "@lib/network/network_nodes.ts";
import { toTensor } from "@lib/network/image_input.ts";
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

const MOMENTUM = 0.9;

/**
 * Adversarial neuron pruning (Wu and Wang, NeurIPS 2021): learns a mask over all channels under which the
 * network keeps its accuracy even if each channel's batch normalisation is disturbed in the worst way;
 * a backdoor's channels are the ones that such a disturbance wakes.
 *
 * @param network One that has a graph, with batch normalisation behind its convolutions; left as it is.
 * @param clean Labelled clean images.
 * @param settings The rule's constants.
 * @param onProgress Told the share that is done, 0–1.
 * @returns The repaired network, which the caller disposes, and how many channels were pruned.
 * @throws {Error} If the network has no graph, or no convolution has a batch normalisation behind it.
 */
export async function pruneAdversarially(
  network: tf.LayersModel,
  clean: LabelledImages,
  settings: AdversarialPruningSettings = ADVERSARIAL_PRUNING,
  onProgress: (share: number) => void | Promise<void> = () => {},
): Promise<{ network: tf.LayersModel; channelsPruned: number }> {
  const { epsilon, alpha, threshold, iterations, batchSize, learningRate, seed } = settings;
  if (!hasGraph(network)) {
    const kinds = network.layers.map((layer) => layer.getClassName()).join(", ");
    throw new Error(`Expected a chain of the paper's kinds of layers but found ${kinds}`);
  }
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
    await onProgress(step / iterations);
  }
  let channelsPruned = 0;
  blocks.forEach((block, index) => {
    const kept = masks[index]!.map((value) => Number(value >= threshold));
    channelsPruned += kept.filter((keep) => keep === 0).length;
    scaleChannels(block, kept, ones[index]!);
  });
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
  const graph = gradientGraph(network);
  const wanted = blocks.flatMap((block) =>
    block.trainableWeights.map((weight) => graph.byWeights.get(weight)!)
  );
  return (batch, scales, offsets) =>
    tf.tidy(() => {
      const weights = network.weights.map((weight) => weight.read());
      const places = blocks.map((block) =>
        block.trainableWeights.map((weight) => network.weights.indexOf(weight))
      );
      const own = places.map((pair) => pair.map((place) => weights[place]!));
      places.forEach(([gamma, beta], block) => {
        weights[gamma!] = own[block]![0]!.mul(scales[block]!);
        weights[beta!] = own[block]![1]!.mul(offsets[block]!);
      });
      const labels = tf.tensor1d(batch.labels, "int32");
      const found = graph.run(toTensor(batch), labels, weights, wanted);
      const byFactor = (block: number, which: 0 | 1): Float32Array =>
        found[2 * block + which]!.mul(own[block]![which]!).div(batch.labels.length)
          .dataSync<"float32">();
      return {
        scales: blocks.map((_, block) => byFactor(block, 0)),
        offsets: blocks.map((_, block) => byFactor(block, 1)),
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

/** ANP as {@link ADVERSARIAL_PRUNING} has it. */
export const ANP: Defense = {
  usesImages: true,
  settings: ADVERSARIAL_PRUNING,
  async run({ network, clean, mostSteps = Infinity }): Promise<Outcome> {
    const clock = stopwatch();
    const iterations = Math.min(ADVERSARIAL_PRUNING.iterations, mostSteps);
    const settings = { ...ADVERSARIAL_PRUNING, iterations };
    const { network: pruned, channelsPruned } = await pruneAdversarially(network, clean, settings);
    const note = `${channelsPruned} channels of all layers, ${iterations} steps`;
    const seconds = clock();
    return { note, repaired: [{ network: pruned, note, channelsPruned, seconds }], seconds };
  },
};
