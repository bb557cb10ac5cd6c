/** Height and width of every image in this project, in pixels. */
export const SIDE = 32;

/** Bytes of one image: 32 × 32 pixels of red, green and blue. */
export const IMAGE_BYTES = SIDE * SIDE * 3;

/** N colour images of 32×32 pixels, each with its class. */
export interface LabelledImages {
  /** Shape [N, 32, 32, 3], row-major RGB, 0–255. */
  pixels: Uint8Array;
  /** N class indices into `classNames`. */
  labels: Uint8Array;
  /** One name a class. */
  classNames: readonly string[];
}

/**
 * Checks that pixels, labels and class names belong together.
 *
 * @param images The images to look at.
 * @param source What to call them in an error: a file or folder.
 * @returns The same images.
 * @throws {Error} If there are none, their number of bytes is not 3,072 an image, or a label is no class.
 * @example
 * ```ts
 * import { checkedImages } from "@lib/data/labelled_images.ts";
 * import { assertThrows } from "@lib/std/assert.ts";
 *
 * const none = { pixels: new Uint8Array(0), labels: new Uint8Array(0), classNames: ["stop"] };
 * assertThrows(() => checkedImages(none, "signs.zip"), Error, "found none in signs.zip");
 * ```
 */
export function checkedImages(images: LabelledImages, source: string): LabelledImages {
  const { pixels, labels, classNames } = images;
  if (labels.length === 0) {
    throw new Error(`Expected at least one image but found none in ${source}`);
  }
  if (pixels.length !== labels.length * IMAGE_BYTES) {
    throw new Error(
      `Expected ${labels.length * IMAGE_BYTES} bytes for ${labels.length} RGB images of 32×32 ` +
        `but found ${pixels.length} in ${source}`,
    );
  }
  const stray = labels.findIndex((label) => label >= classNames.length);
  if (stray >= 0) {
    throw new Error(
      `Expected labels 0–${classNames.length - 1} but found ${
        labels[stray]
      } at image ${stray} of ${source}`,
    );
  }
  return images;
}

/**
 * The bytes of one image, as a view: no copy is made.
 *
 * @param pixels Shape [N, 32, 32, 3].
 * @param index Which image, from 0.
 * @returns 3,072 bytes, RGB.
 * @throws {RangeError} If there is no such image.
 * @example
 * ```ts
 * import { imageAt } from "@lib/data/labelled_images.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * assertEquals(imageAt(new Uint8Array(2 * 3072), 1).length, 3072);
 * ```
 */
export function imageAt(pixels: Uint8Array, index: number): Uint8Array {
  const count = pixels.length / IMAGE_BYTES;
  if (!(index >= 0 && index < count)) {
    throw new RangeError(`Expected an image index in 0–${count - 1} but found ${index}`);
  }
  return pixels.subarray(index * IMAGE_BYTES, (index + 1) * IMAGE_BYTES);
}

/**
 * Copies the images at the given indices, in that order.
 *
 * @param images Where to take them from.
 * @param indices Positions, from 0.
 * @returns New images with the same class names.
 * @throws {RangeError} If an index is outside the images.
 * @example
 * ```ts
 * import { pickImages } from "@lib/data/labelled_images.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const pair = {
 *   pixels: new Uint8Array(2 * 3072),
 *   labels: Uint8Array.of(4, 7),
 *   classNames: Array.from({ length: 43 }, (_, index) => `class ${index}`),
 * };
 * assertEquals(pickImages(pair, [1]).labels, Uint8Array.of(7));
 * ```
 */
export function pickImages(images: LabelledImages, indices: ArrayLike<number>): LabelledImages {
  const pixels = new Uint8Array(indices.length * IMAGE_BYTES);
  const labels = new Uint8Array(indices.length);
  for (let position = 0; position < indices.length; position++) {
    pixels.set(imageAt(images.pixels, indices[position]!), position * IMAGE_BYTES);
    labels[position] = images.labels[indices[position]!]!;
  }
  return { pixels, labels, classNames: images.classNames };
}
