/** The size of an image; a colour image has three channels, a grey one has one. */
export interface Size {
  /** In pixels. */
  height: number;
  /** In pixels. */
  width: number;
  channels: 1 | 3;
}

/** N images of one size. */
export interface Images extends Size {
  /** Shape [N, height, width, channels], row-major, RGB or grey, 0–255. */
  pixels: Uint8Array;
}

/** N images, each with its class. */
export interface LabelledImages extends Images {
  /** N class indices into `classNames`. */
  labels: Int32Array;
  /** One name a class. */
  classNames: readonly string[];
}

/** The paper's size (section 3.1): colour images of 32×32. */
export const PAPER_SIZE: Size = { height: 32, width: 32, channels: 3 };

/**
 * How many bytes an image of a size has.
 *
 * @param size Of the image.
 * @returns Height × width × channels.
 * @example
 * ```ts
 * import { imageBytes, PAPER_SIZE } from "@lib/data/images.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * assertEquals(imageBytes(PAPER_SIZE), 3072);
 * ```
 */
export function imageBytes({ height, width, channels }: Size): number {
  return height * width * channels;
}

/**
 * A size in words.
 *
 * @param size Any.
 * @returns Height × width × channels, as "32×32×3".
 * @example
 * ```ts
 * import { PAPER_SIZE, sizeText } from "@lib/data/images.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * assertEquals(sizeText(PAPER_SIZE), "32×32×3");
 * ```
 */
export function sizeText({ height, width, channels }: Size): string {
  return `${height}×${width}×${channels}`;
}

/**
 * How many images there are.
 *
 * @param images Whole ones.
 * @returns Their number.
 * @throws {Error} If the last image is not whole.
 * @example
 * ```ts
 * import { countOf, PAPER_SIZE } from "@lib/data/images.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * assertEquals(countOf({ ...PAPER_SIZE, pixels: new Uint8Array(2 * 3072) }), 2);
 * ```
 */
export function countOf(images: Images): number {
  const count = images.pixels.length / imageBytes(images);
  if (Number.isInteger(count)) return count;
  throw new Error(
    `Expected images of ${sizeText(images)}, ${imageBytes(images)} bytes each, but found ` +
      `${images.pixels.length} bytes`,
  );
}

/**
 * Checks that there are images and that none is cut.
 *
 * @param images Any.
 * @returns How many there are.
 * @throws {Error} If there are none, or the last one is not whole.
 * @example
 * ```ts
 * import { PAPER_SIZE, requireImages } from "@lib/data/images.ts";
 * import { assertThrows } from "@lib/std/assert.ts";
 *
 * const none = { ...PAPER_SIZE, pixels: new Uint8Array(0) };
 * assertThrows(() => requireImages(none), Error, "at least one image");
 * ```
 */
export function requireImages(images: Images): number {
  const count = countOf(images);
  if (count === 0) throw new Error("Expected at least one image but found none");
  return count;
}

/**
 * Checks that pixels, labels and class names belong together.
 *
 * @param images The set to check.
 * @param source Where it comes from, for the error.
 * @returns The same set.
 * @throws {Error} If counts differ, a label has no class name, or there are no images.
 * @example
 * ```ts
 * import { checkedImages, PAPER_SIZE } from "@lib/data/images.ts";
 *
 * const [pixels, labels] = [new Uint8Array(2 * 3072), Int32Array.of(0, 1)];
 * checkedImages({ ...PAPER_SIZE, pixels, labels, classNames: ["stop", "yield"] }, "memory");
 * ```
 */
export function checkedImages(images: LabelledImages, source: string): LabelledImages {
  const { pixels, labels, classNames } = images;
  if (labels.length === 0) {
    throw new Error(`Expected at least one image but found none in ${source}`);
  }
  const expected = labels.length * imageBytes(images);
  if (pixels.length !== expected) {
    throw new Error(
      `Expected ${expected} bytes for ${labels.length} images of ${sizeText(images)} ` +
        `but found ${pixels.length} in ${source}`,
    );
  }
  const stray = labels.findIndex((label) => label >= classNames.length);
  if (stray >= 0) {
    const found = `${labels[stray]} at image ${stray} of ${source}`;
    throw new Error(`Expected labels 0–${classNames.length - 1} but found ${found}`);
  }
  return images;
}
