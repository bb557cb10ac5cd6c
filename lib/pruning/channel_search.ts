import { contributions } from "@lib/pruning/contributions.ts";
import type { Evidence, MeasuredSet } from "@lib/pruning/evidence.ts";
import { ascending } from "@lib/pruning/order.ts";
import { numbersOf } from "@lib/network/numbers.ts";
import { tf } from "@lib/network/tensorflow.ts";
import { seededRandom, shuffled } from "@lib/random.ts";

/** A sample of images on which sets of channels are tried. */
export interface ChannelSearch {
  channels: number;
  /**
   * How bad a network is: mean probability of the target on triggered images − weight · mean probability
   * of the true class on clean ones.
   *
   * @param pruned Channels that are pruned.
   * @param weight λ of the clean images.
   */
  objective(pruned: ReadonlySet<number>, weight: number): number;
  /** For each channel, the objective if it is pruned too, or kept again where it was pruned. */
  flips(pruned: ReadonlySet<number>, weight: number): Float64Array;
  /** Frees the sample. */
  dispose(): void;
}

/** Which sample, and how probabilities are counted. */
export interface SampleSettings {
  /** Size of each of the two samples; fewer if there are not so many. */
  images: number;
  /** What logits are multiplied with: 1 for probabilities; the larger, the nearer to a count of images. */
  sharpness: number;
  /** Of the draw. */
  seed: number;
}

/** One of the two samples. */
interface Sample {
  /** What each channel adds; shape [channels, images, classes]. */
  added: tf.Tensor3D;
  /** Of the network as it is; shape [images, classes]. */
  logits: tf.Tensor2D;
  /** One at the class whose probability counts; shape [images, classes]. */
  wanted: tf.Tensor2D;
}

/**
 * Draws a sample of the evidence and keeps what each channel adds to its logits, so that any set of
 * channels can be tried exactly, without the network.
 *
 * @param evidence Clean and triggered validation images.
 * @param settings Size, sharpness and seed.
 * @returns A search; it holds 4 bytes · channels · images · classes for each of the two samples.
 * @throws {Error} If the network has no tail.
 */
export function channelSearch(evidence: Evidence, settings: SampleSettings): ChannelSearch {
  const { network, target, clean, backdoor } = evidence;
  const random = seededRandom(settings.seed);
  const draw = ({ labels }: MeasuredSet): number[] =>
    Array.from(shuffled(labels.length, random).subarray(0, settings.images));
  const bad = sampleOf(network, backdoor, draw(backdoor), () => target, settings.sharpness);
  const good = sampleOf(network, clean, draw(clean), (label) => label, settings.sharpness);
  const channels = bad.added.shape[0];
  const objective = (value: (sample: Sample) => tf.Tensor1D, weight: number): Float64Array => {
    const [difference] = numbersOf(() => [value(bad).sub(value(good).mul(weight))]);
    return Float64Array.from(difference);
  };
  return {
    channels,
    objective: (pruned, weight) => {
      const one = (sample: Sample): tf.Tensor1D =>
        probabilities(without(sample, pruned).expandDims(0), sample);
      return objective(one, weight)[0]!;
    },
    flips: (pruned, weight) => objective((sample) => flipped(sample, pruned), weight),
    dispose: () => tf.dispose([{ ...bad }, { ...good }]),
  };
}

/**
 * All channels in greedy order: each step prunes the one that leaves the smallest objective.
 *
 * @param search Where sets are tried.
 * @param weight λ.
 * @returns Each channel once.
 */
export function greedyOrder(search: ChannelSearch, weight: number): number[] {
  const pruned = new Set<number>();
  while (pruned.size < search.channels) {
    const best = ascending(search.flips(pruned, weight)).find((channel) => !pruned.has(channel));
    pruned.add(best!);
  }
  return [...pruned];
}

/**
 * A set that no change of one channel makes better, nor of two of which the first is among the best single
 * ones.
 *
 * @param search Where sets are tried.
 * @param start The set to begin with.
 * @param weight λ.
 * @param lookAhead How many single changes are followed up by a second one.
 * @returns All sets on the way, the last one being the best; `start` alone if there is nothing better.
 */
export function localSearch(
  search: ChannelSearch,
  start: ReadonlySet<number>,
  weight: number,
  lookAhead: number,
): ReadonlySet<number>[] {
  const way = [start];
  let best = search.objective(start, weight);
  const improve = (from: ReadonlySet<number>, values: Float64Array): boolean => {
    const channel = ascending(values)[0]!;
    if (!(values[channel]! < best - ROUNDING)) return false;
    best = values[channel]!;
    way.push(changed(from, channel));
    return true;
  };
  for (;;) {
    const current = way.at(-1)!;
    const values = search.flips(current, weight);
    if (improve(current, values)) continue;
    const strongest = ascending(values).slice(0, lookAhead);
    const firsts = strongest.map((channel) => changed(current, channel));
    if (!firsts.some((first) => improve(first, search.flips(first, weight)))) return way;
  }
}

/** Below it, a gain may be one of rounding alone: the search would not end. */
const ROUNDING = 1e-6;

function changed(pruned: ReadonlySet<number>, channel: number): ReadonlySet<number> {
  const result = new Set(pruned);
  if (!result.delete(channel)) result.add(channel);
  return result;
}

function sampleOf(
  network: tf.LayersModel,
  set: MeasuredSet,
  images: number[],
  wanted: (label: number) => number,
  sharpness: number,
): Sample {
  const classes = images.map((image) => wanted(set.labels[image]!));
  return tf.tidy(() => {
    const added = contributions(network, set, images);
    const logits = tf.gather(set.activations.logits, tf.tensor1d(images, "int32"));
    return {
      added: added.mul<tf.Tensor3D>(sharpness),
      logits: logits.mul<tf.Tensor2D>(sharpness),
      wanted: tf.oneHot(classes, added.shape[2]).toFloat() as tf.Tensor2D,
    };
  });
}

/** Logits when some channels are pruned; shape [images, classes]. */
function without({ added, logits }: Sample, pruned: ReadonlySet<number>): tf.Tensor2D {
  const [channels] = added.shape;
  const mask = Float32Array.from({ length: channels }, (_, c) => Number(pruned.has(c)));
  const gone = tf.matMul(tf.tensor2d(mask, [1, channels]), added.reshape([channels, -1]));
  return logits.sub(gone.reshape(logits.shape));
}

/** Mean probability of the wanted classes; one for each slab of logits. */
function probabilities(logits: tf.Tensor, { wanted }: Sample): tf.Tensor1D {
  return logits.softmax().mul(wanted).sum([1, 2]).div(wanted.shape[0]);
}

/** So many numbers at once, that they stay in the processor's cache. */
const BLOCK = 2 ** 20;

/** {@link probabilities} when one more channel is pruned, or kept again; one for each channel. */
function flipped(sample: Sample, pruned: ReadonlySet<number>): tf.Tensor1D {
  const { added } = sample;
  const [channels, images, classes] = added.shape;
  const now = without(sample, pruned).expandDims(0);
  const block = Math.max(1, Math.floor(BLOCK / (images * classes)));
  const blocks = Array.from({ length: Math.ceil(channels / block) }, (_, index) => {
    const start = index * block;
    const count = Math.min(block, channels - start);
    const signs = Array.from({ length: count }, (_, c) => pruned.has(start + c) ? 1 : -1);
    const change = added.slice(start, count).mul(tf.tensor3d(signs, [count, 1, 1]));
    return tf.tidy(() => probabilities(now.add(change), sample));
  });
  return tf.concat(blocks);
}
