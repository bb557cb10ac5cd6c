import {
  type Coefficient,
  placeOfCoefficient,
  spectrumTrigger,
} from "@lib/attack/spectrum_trigger.ts";
import {
  countOf,
  imageBytes,
  type Images,
  type LabelledImages,
  type Size,
} from "@lib/data/images.ts";
import { drawn, joinImages } from "@lib/data/select.ts";
import { classify } from "@lib/network/evaluate.ts";
import type { tf } from "@lib/network/tensorflow.ts";
import { seededRandom } from "@lib/random.ts";
import { clopperPearson } from "@lib/recovery/clopper_pearson.ts";

/** What a coefficient does to images. */
export interface SingleFrequency extends Coefficient {
  /** The class that it sends most images to. */
  label: number;
  /** How many of them, as a share of those that are not there without it, 0–1. */
  share: number;
}

/** What single frequencies can do to a network. */
export interface SingleFrequencies extends Size {
  /** One a coefficient: the share of images that it sends to one class, with the sign that does more; shape
   * [channels, height, width]. */
  shares: number[];
  /** The class; of the same shape. */
  labels: number[];
  /** The one with the largest share. */
  strongest: SingleFrequency;
  /** No coefficient sends a larger share of such images as these to any class, with a confidence of 95 %. */
  bound: number;
  /** How many images were tried with each. */
  images: number;
}

/** By how much each coefficient is changed, in levels, and on how many images. */
export const SINGLE = { magnitude: 50, images: 100 };

/** That the bound does not hold. */
const RISK = 0.05;

/** About so many images go through a network together: from there on its graph is made but once. */
const AT_ONCE = 4096;

/**
 * Tries every trigger of one family: each coefficient of each plane, added and taken away. A search may
 * miss a trigger; this cannot, within its family. Forward passes alone, of whole levels.
 *
 * @param network From images, 0–1, to logits; left as it is.
 * @param clean Clean images; their labels are not used.
 * @param settings Levels, and at most so many images: a random draw of more.
 * @param onProgress Told the share that is done, 0–1.
 * @returns Shares and bound: Clopper and Pearson's, its 5 % shared out over all triggers and classes.
 * @throws {Error} If there are no images.
 * @example
 * ```ts
 * import { uniformImages } from "@lib/data/select.ts";
 * import { PLAIN_CNN } from "@lib/network/plain_cnn.ts";
 * import { singleFrequencies } from "@lib/recovery/single_frequencies.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const size = { height: 8, width: 8, channels: 1 } as const;
 * const labels = Int32Array.of(0, 1, 2, 0);
 * const clean = { ...uniformImages(size, 4, 128), labels, classNames: ["a", "b", "c"] };
 * const network = PLAIN_CNN.build(size, 3, 1);
 * const { shares, strongest, bound } = await singleFrequencies(network, clean);
 * assertEquals([shares.length, bound > strongest.share], [64, true]);
 * ```
 */
export async function singleFrequencies(
  network: tf.LayersModel,
  clean: LabelledImages,
  { magnitude, images: most }: typeof SINGLE = SINGLE,
  onProgress: (share: number) => void | Promise<void> = () => {},
): Promise<SingleFrequencies> {
  const images = drawn(clean, most, seededRandom(1));
  const { height, width, channels } = images;
  const [count, bytes] = [countOf(images), imageBytes(images)];
  const classes = network.outputShape[1] as number;
  const risk = RISK / (2 * bytes * classes);
  const before = await classify(network, images);
  // to each class: most images that a coefficient sends there, of so many that are not there before
  const moved = new Int32Array(classes);
  const others = Array.from(moved, (_, label) => before.filter((each) => each !== label).length);
  const each: SingleFrequency[] = [];
  const together = Math.ceil(AT_ONCE / (2 * count));
  for (let start = 0; start < bytes; start += together) {
    const places = Array.from({ length: Math.min(together, bytes - start) }, (_, at) => start + at);
    const signed = places.flatMap((place) =>
      [magnitude, -magnitude].map((value) => ({ place, value }))
    );
    const painted = signed.map(({ place, value }) => withCoefficient(images, place, value));
    const after = await classify(network, joinImages(painted));
    const best = signed.map(({ place, value }, index): SingleFrequency => {
      const found = after.subarray(index * count, (index + 1) * count);
      const sent = sentTo(before, found, classes);
      sent.forEach((hits, label) => moved[label] = Math.max(moved[label]!, hits));
      const shares = others.map((count, label) => sent[label]! / Math.max(1, count));
      const share = Math.max(...shares);
      const label = shares.indexOf(share);
      return { ...placeOfCoefficient(place, images), magnitude: value, label, share };
    });
    each.push(...places.map((_, at) => larger(best[2 * at]!, best[2 * at + 1]!)));
    await onProgress(each.length / bytes);
  }
  const [shares, labels] = [each.map(({ share }) => share), each.map(({ label }) => label)];
  const strongest = each.reduce(larger);
  // with fewer images a smaller share can have the larger bound
  const bounds = others.map((count, label) =>
    count > 0 ? clopperPearson(moved[label]!, count, risk) : 0
  );
  const bound = Math.max(...bounds);
  return { height, width, channels, shares, labels, strongest, bound, images: count };
}

const larger = (one: SingleFrequency, other: SingleFrequency): SingleFrequency =>
  other.share > one.share ? other : one;

function withCoefficient(images: Images, place: number, value: number): Images {
  const { height, width, channels } = images;
  const coefficients = new Float32Array(imageBytes(images));
  coefficients[place] = value;
  return spectrumTrigger({ height, width, channels, coefficients }).apply(images);
}

/** How many of the images that are not there before each class gets. */
function sentTo(before: Int32Array, after: Int32Array, classes: number): Int32Array {
  const sent = new Int32Array(classes);
  before.forEach((label, index) => {
    if (after[index] !== label) sent[after[index]!]!++;
  });
  return sent;
}
