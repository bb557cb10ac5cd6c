import type { LabelledImages } from "@lib/data/images.ts";
import { pickImages } from "@lib/data/select.ts";
import { type Random, shuffled } from "@lib/random.ts";

/**
 * Splits images in two with the same share of every class in both: in halves, into a clean validation
 * set, on which thresholds are read, and a clean test set, on which results are reported (paper,
 * section 3.2).
 *
 * @param images At least two.
 * @param random Decides which image goes where.
 * @param every The first part gets one in so many images of each class: 2 for halves.
 * @returns Both parts; where a class cannot be shared out exactly, the first has one more.
 * @throws {Error} If there are fewer than two images.
 * @example
 * ```ts
 * import { PAPER_SIZE } from "@lib/data/images.ts";
 * import { splitByClass } from "@lib/data/splits.ts";
 * import { seededRandom } from "@lib/random.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const four = {
 *   ...PAPER_SIZE,
 *   pixels: new Uint8Array(4 * 3072),
 *   labels: Int32Array.of(0, 1, 1, 0),
 *   classNames: ["stop", "yield"],
 * };
 * const [validation, test] = splitByClass(four, seededRandom(1), 2);
 * assertEquals([...validation.labels].sort(), [0, 1]);
 * assertEquals([...test.labels].sort(), [0, 1]);
 * ```
 */
export function splitByClass(
  images: LabelledImages,
  random: Random,
  every: number,
): [LabelledImages, LabelledImages] {
  const { labels, classNames } = images;
  if (labels.length < 2) {
    throw new Error(`Expected at least two images to split but found ${labels.length}`);
  }
  const seen = new Uint32Array(classNames.length);
  const parts: [number[], number[]] = [[], []];
  for (const index of shuffled(labels.length, random)) {
    parts[seen[labels[index]!]!++ % every === 0 ? 0 : 1]!.push(index);
  }
  const [first, second] = parts.map((part) => pickImages(images, part.sort((a, b) => a - b)));
  return [first!, second!];
}
