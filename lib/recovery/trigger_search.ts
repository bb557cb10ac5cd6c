import { countOf, imageBytes, type Images, type Size } from "@lib/data/images.ts";
import type { ImageGradientOf } from "@lib/network/passes.ts";
import { toTensor } from "@lib/network/image_input.ts";
import { numbersOf } from "@lib/network/numbers.ts";
import { tf } from "@lib/network/tensorflow.ts";
import { type Family, FREQUENCIES } from "@lib/recovery/family.ts";
import { withPatterns } from "@lib/recovery/patterns.ts";

/** The search for a small trigger of a family that sends images to one class, so far. */
export interface TriggerSearch {
  label: number;
  /** Of the images. */
  size: Size;
  family: Family;
  /** 1 at the values that may change; shape [channels, height, width]. */
  free: Uint8Array;
  /** What the pattern is made of, in levels; shape [channels, height, width]. */
  values: Float32Array;
  /** The smallest values with which 95 % of a batch went to the class. */
  best?: Float32Array;
  /** Share of the last batch that went there, 0–1. */
  success: number;
  /** Running mean of the cross-entropy, in nats. */
  loss: number;
  /** Running mean of the gradient. */
  mean: Float32Array;
  /** Running mean of its largest value's square. */
  square: number;
  steps: number;
  /** How strongly values are pulled towards zero, as a share of the step. */
  pull: number;
}

/** How a search goes, whatever it looks for. */
export const DESCENT = {
  /** Share of a batch that must go to a class before its trigger is made smaller. */
  enough: 0.95,
  pull: { start: 0.1, least: 0.02, most: 0.9, up: 1.3, down: 1.15 },
  /** Of the running means, as of Adam's two (Kingma and Ba, 2015). */
  mean: 0.9,
  square: 0.99,
};

const { enough: ENOUGH, pull: PULL, mean: MEAN, square: SQUARE } = DESCENT;

/**
 * A search that begins with no trigger at all.
 *
 * @param label The class to reach.
 * @param size Of the images.
 * @param family What is looked for.
 * @param free 1 at the values that may change, by default everywhere; shape [channels, height, width].
 * @returns Its state, which {@link stepSearches} changes.
 * @example
 * ```ts
 * import { PAPER_SIZE } from "@lib/data/images.ts";
 * import { newSearch } from "@lib/recovery/trigger_search.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * assertEquals(newSearch(10, PAPER_SIZE).values.length, 3072);
 * ```
 */
export function newSearch(
  label: number,
  size: Size,
  family: Family = FREQUENCIES,
  free: Uint8Array = new Uint8Array(imageBytes(size)).fill(1),
): TriggerSearch {
  const zeros = (): Float32Array => new Float32Array(imageBytes(size));
  const start = { success: 0, loss: 0, square: 0, steps: 0, pull: PULL.start };
  return { label, size, family, free, values: zeros(), mean: zeros(), ...start };
}

/**
 * One step of several searches of one family on the same images. Each follows the gradient of the
 * cross-entropy by its values, scaled by the largest of them, so that few strong values grow and not all at once;
 * then soft thresholding pulls all towards zero and leaves exact zeros (proximal gradient, Beck and
 * Teboulle, 2009). The pull grows while the class is reached and falls while it is not, as the weight of
 * the norm does in Neural Cleanse (Wang et al., 2019).
 *
 * @param searches Their states are changed.
 * @param gradientOf The network's.
 * @param images Of the searches' size.
 * @param rate About how far the fastest value goes, in levels.
 * @throws {Error} If a gradient is no finite number: a verdict made of it would be none.
 * @example
 * ```ts
 * import { PAPER_SIZE } from "@lib/data/images.ts";
 * import { uniformImages } from "@lib/data/select.ts";
 * import { newSearch, stepSearches } from "@lib/recovery/trigger_search.ts";
 * import { imageGradient } from "@lib/network/engine.ts";
 * import { paperCnn } from "@lib/network/paper_cnn.ts";
 * import { assert } from "@lib/std/assert.ts";
 *
 * const [search, grey] = [newSearch(10, PAPER_SIZE), uniformImages(PAPER_SIZE, 1, 99)];
 * stepSearches([search], imageGradient(paperCnn(43, 1)), grey, 4);
 * assert(Math.max(...search.values) <= 4);
 * ```
 */
export function stepSearches(
  searches: readonly TriggerSearch[],
  gradientOf: ImageGradientOf,
  images: Images,
  rate: number,
): void {
  const [count, bytes] = [countOf(images), imageBytes(images)];
  const { losses, hits, gradients } = evaluate(searches, gradientOf, images);
  const meanOf = (values: Float32Array, index: number): number =>
    values.subarray(index * count, (index + 1) * count).reduce((sum, each) => sum + each) / count;
  searches.forEach((search, index) => {
    search.steps++;
    search.loss = MEAN * search.loss + (1 - MEAN) * meanOf(losses, index);
    search.success = meanOf(hits, index);
    const reached = search.success >= ENOUGH;
    // images that go there by themselves were not sent by a trigger
    const [size, smallest] = [norm(search.values), search.best ? norm(search.best) : Infinity];
    if (reached && size > 0 && size < smallest) search.best = search.values;
    const own = gradients.subarray(index * bytes, (index + 1) * bytes);
    if (!own.every((value) => Number.isFinite(value))) {
      throw new Error(
        `Expected finite gradients for class ${search.label} but found ${
          own.find((value) => !Number.isFinite(value))
        }`,
      );
    }
    move(search, own.map((value, at) => value * search.free[at]!), rate);
    search.pull = reached
      ? Math.min(PULL.most, search.pull * PULL.up)
      : Math.max(PULL.least, search.pull / PULL.down);
  });
}

/** Of all searches, one after the other: each image's loss, whether it went to the class, gradients. */
function evaluate(
  searches: readonly TriggerSearch[],
  gradientOf: ImageGradientOf,
  images: Images,
): Record<"losses" | "hits" | "gradients", Float32Array> {
  const [losses, hits, gradients] = numbersOf(() => {
    const batch = toTensor(images);
    const { channels, height, width } = images;
    const { family } = searches[0]!;
    const stack = tf.stack(
      searches.map(({ values }) => tf.tensor3d(values, [channels, height, width])),
    ) as tf.Tensor4D;
    const wanted = searches.flatMap(({ label }) => Array<number>(batch.shape[0]).fill(label));
    const labels = tf.tensor1d(wanted, "int32");
    const { losses, logits, gradient } = gradientOf(withPatterns(batch, stack, family), labels);
    const back = tf.grad((values) => withPatterns(batch, values as tf.Tensor4D, family));
    return [losses, logits.argMax(1).equal(labels).toFloat(), back(stack, gradient)];
  });
  return { losses, hits, gradients };
}

/** A step along the mean gradient, then soft thresholding. */
function move(search: TriggerSearch, gradient: Float32Array, rate: number): void {
  const largest = gradient.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  search.square = SQUARE * search.square + (1 - SQUARE) * largest ** 2;
  search.mean = search.mean.map((mean, at) => MEAN * mean + (1 - MEAN) * gradient[at]!);
  const size = Math.sqrt(search.square / (1 - SQUARE ** search.steps)) || 1;
  const factor = rate / (1 - MEAN ** search.steps) / size;
  const threshold = rate * search.pull;
  search.values = search.values.map((value, at) => {
    const moved = value - factor * search.mean[at]!;
    return Math.sign(moved) * Math.max(0, Math.abs(moved) - threshold);
  });
}

/**
 * The L1 norm.
 *
 * @param values Any numbers.
 * @returns The sum of their absolute values.
 * @example
 * ```ts
 * import { norm } from "@lib/recovery/trigger_search.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * assertEquals(norm(Float32Array.of(3, -4)), 7);
 * ```
 */
export function norm(values: Float32Array): number {
  return values.reduce((sum, value) => sum + Math.abs(value), 0);
}
