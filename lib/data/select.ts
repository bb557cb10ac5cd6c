import {
  countOf,
  imageBytes,
  type Images,
  type LabelledImages,
  requireImages,
  type Size,
  sizeText,
} from "@lib/data/images.ts";
import { type Random, shuffled } from "@lib/random.ts";

/**
 * Images of one level all over, to see what is done to them.
 *
 * @param size Of each.
 * @param count How many.
 * @param level 0–255.
 * @returns The images.
 * @example
 * ```ts
 * import { PAPER_SIZE } from "@lib/data/images.ts";
 * import { uniformImages } from "@lib/data/select.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * assertEquals(uniformImages(PAPER_SIZE, 2, 128).pixels.length, 2 * 3072);
 * ```
 */
export function uniformImages(size: Size, count: number, level: number): Images {
  const { height, width, channels } = size;
  return { height, width, channels, pixels: new Uint8Array(count * imageBytes(size)).fill(level) };
}

/**
 * Some images that follow each other, as a view: no copy is made.
 *
 * @param images Any.
 * @param start The first one's index.
 * @param end The index behind the last one.
 * @returns Those of them that are there, with their labels if they have some.
 * @example
 * ```ts
 * import { countOf, PAPER_SIZE } from "@lib/data/images.ts";
 * import { slicedImages } from "@lib/data/select.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const three = { ...PAPER_SIZE, pixels: new Uint8Array(3 * 3072) };
 * assertEquals(countOf(slicedImages(three, 1, 3)), 2);
 * ```
 */
export function slicedImages<Some extends Images & { labels?: Int32Array }>(
  images: Some,
  start: number,
  end: number,
): Some {
  const bytes = imageBytes(images);
  const pixels = images.pixels.subarray(start * bytes, end * bytes);
  const labels = images.labels?.subarray(start, end);
  return { ...images, pixels, ...(labels && { labels }) };
}

/**
 * One image, as a view: no copy is made.
 *
 * @param images Any.
 * @param index Which.
 * @returns The image.
 * @throws {RangeError} If there is no such image.
 * @example
 * ```ts
 * import { PAPER_SIZE } from "@lib/data/images.ts";
 * import { imageAt } from "@lib/data/select.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const images = { ...PAPER_SIZE, pixels: new Uint8Array(2 * 3072) };
 * assertEquals(imageAt(images, 1).pixels.length, 3072);
 * ```
 */
export function imageAt(images: Images, index: number): Images {
  const count = countOf(images);
  if (!(index >= 0 && index < count)) {
    throw new RangeError(`Expected an image index in 0–${count - 1} but found ${index}`);
  }
  return slicedImages(images, index, index + 1);
}

/**
 * Copies the images at the given indices, in that order, with their labels.
 *
 * @param images Where from.
 * @param indices Any number of indices.
 * @returns A new set with the same class names.
 * @throws {RangeError} If there is no such image.
 * @example
 * ```ts
 * import { PAPER_SIZE } from "@lib/data/images.ts";
 * import { pickImages } from "@lib/data/select.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const [pixels, labels] = [new Uint8Array(2 * 3072), Int32Array.of(0, 1)];
 * const images = { ...PAPER_SIZE, pixels, labels, classNames: ["stop", "yield"] };
 * assertEquals([...pickImages(images, [1, 1]).labels], [1, 1]);
 * ```
 */
export function pickImages(images: LabelledImages, indices: ArrayLike<number>): LabelledImages {
  const bytes = imageBytes(images);
  const pixels = new Uint8Array(indices.length * bytes);
  const labels = new Int32Array(indices.length);
  for (let position = 0; position < indices.length; position++) {
    pixels.set(imageAt(images, indices[position]!).pixels, position * bytes);
    labels[position] = images.labels[indices[position]!]!;
  }
  return { ...images, pixels, labels };
}

/**
 * Images put together.
 *
 * @param parts Of one size, at least one.
 * @returns All of them, in that order, copied.
 * @throws {Error} If there are none, or their sizes differ.
 * @example
 * ```ts
 * import { countOf, PAPER_SIZE } from "@lib/data/images.ts";
 * import { joinImages } from "@lib/data/select.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const one = { ...PAPER_SIZE, pixels: new Uint8Array(3072) };
 * assertEquals(countOf(joinImages([one, one])), 2);
 * ```
 */
export function joinImages(parts: readonly Images[]): Images {
  const [first] = parts;
  if (first === undefined) throw new Error("Expected at least one image but found none");
  const size = sizeText(first);
  const other = parts.find((part) => sizeText(part) !== size);
  if (other) throw new Error(`Expected images of ${size} but found ${sizeText(other)}`);
  const pixels = new Uint8Array(parts.reduce((sum, part) => sum + part.pixels.length, 0));
  let end = 0;
  for (const part of parts) {
    pixels.set(part.pixels, end);
    end += part.pixels.length;
  }
  return { height: first.height, width: first.width, channels: first.channels, pixels };
}

/**
 * What is made of each image, one of one; at least one image, or it throws.
 *
 * @param make Takes one image and its index.
 */
export function mapImages(images: Images, make: (image: Images, index: number) => Images): Images {
  const count = requireImages(images);
  return joinImages(Array.from({ length: count }, (_, at) => make(imageAt(images, at), at)));
}

/**
 * Images of all other classes.
 *
 * @param images Labelled.
 * @param label The class to leave out.
 * @returns A new set.
 * @example
 * ```ts
 * import { syntheticSigns } from "@lib/data/synthetic_signs.ts";
 * import { withoutClass } from "@lib/data/select.ts";
 * import { assert } from "@lib/std/assert.ts";
 *
 * assert(!withoutClass(syntheticSigns(86, 1), 10).labels.includes(10));
 * ```
 */
export function withoutClass(images: LabelledImages, label: number): LabelledImages {
  const others = [...images.labels.keys()].filter((index) => images.labels[index] !== label);
  return pickImages(images, others);
}

/**
 * Some of a set's images, drawn at random.
 *
 * @param images Any.
 * @param count At most how many; all, in random order, if there are fewer.
 * @param random Makes the draw.
 * @returns Copies of them.
 * @example
 * ```ts
 * import { drawn } from "@lib/data/select.ts";
 * import { syntheticSigns } from "@lib/data/synthetic_signs.ts";
 * import { seededRandom } from "@lib/random.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * assertEquals(drawn(syntheticSigns(86, 1), 10, seededRandom(1)).labels.length, 10);
 * ```
 */
export function drawn(
  images: LabelledImages,
  count: number | undefined,
  random: Random,
): LabelledImages {
  return pickImages(images, shuffled(images.labels.length, random).subarray(0, count));
}
