import { Buffer } from "node:buffer";
import { Jimp } from "jimp";
import { IMAGE_BYTES, SIDE } from "@lib/data/images.ts";
import { readPpm } from "@lib/data/ppm.ts";
import { resizeTo32 } from "@lib/data/resize.ts";
import { writeWhole } from "@lib/files.ts";

/** Formats that images are encoded in; only PNG keeps every level. */
export type ImageFormat = "image/png" | "image/jpeg" | "image/bmp";

/**
 * Reads an image file of any common format and size, and resizes it to 32×32. What lies behind
 * transparent pixels is kept as it is.
 *
 * @param file PNG, JPEG, BMP, GIF, TIFF or binary PPM.
 * @returns 3,072 bytes: [32, 32, 3], RGB, 0–255.
 * @throws {Error} If the file is not there or is no whole image.
 * @example
 * ```ts
 * import { readImage, writeImage } from "@lib/data/image_file.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const file = `${await Deno.makeTempDir()}/grey.png`;
 * const grey = new Uint8Array(3072).fill(99);
 * await writeImage(file, grey);
 * assertEquals(await readImage(file), grey);
 * ```
 */
export async function readImage(file: string): Promise<Uint8Array> {
  return await decodeImage(await Deno.readFile(file), file);
}

/**
 * Writes an image as a PNG file, which keeps a trigger as it is; whole or not at all.
 *
 * @param file Where to, ending in `.png`.
 * @param image 3,072 bytes: [32, 32, 3], RGB, 0–255.
 * @throws {Error} If it is no 32×32 image.
 * @example See {@link readImage}.
 */
export async function writeImage(file: string, image: Uint8Array): Promise<void> {
  await writeWhole(file, await encodeImage(image, "image/png"));
}

/**
 * Encodes an image as the content of a file.
 *
 * @param image 3,072 bytes: [32, 32, 3], RGB, 0–255.
 * @param format PNG keeps every level, JPEG does not.
 * @param quality Of JPEG, 1–100.
 * @returns The file's content.
 * @throws {Error} If it is no 32×32 image.
 * @example
 * ```ts
 * import { decodeImage, encodeImage } from "@lib/data/image_file.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const grey = new Uint8Array(3072).fill(99);
 * assertEquals(await decodeImage(await encodeImage(grey, "image/png"), "memory"), grey);
 * ```
 */
export async function encodeImage(
  image: Uint8Array,
  format: ImageFormat,
  quality = 100,
): Promise<Uint8Array> {
  if (image.length !== IMAGE_BYTES) {
    throw new Error(
      `Expected ${IMAGE_BYTES} bytes for a 32×32 RGB image but found ${image.length}`,
    );
  }
  const picture = new Jimp({ width: SIDE, height: SIDE });
  const rgba = picture.bitmap.data;
  for (let pixel = 0; pixel < SIDE * SIDE; pixel++) {
    rgba.set(image.subarray(pixel * 3, pixel * 3 + 3), pixel * 4);
    rgba[pixel * 4 + 3] = 255;
  }
  const content = format === "image/jpeg"
    ? await picture.getBuffer(format, { quality })
    : await picture.getBuffer(format);
  return new Uint8Array(content);
}

/**
 * Decodes the content of an image file and resizes it to 32×32.
 *
 * @param content The file's bytes.
 * @param name What to call the file in an error.
 * @returns 3,072 bytes: [32, 32, 3], RGB, 0–255.
 * @throws {Error} If it is no whole image.
 * @example See {@link encodeImage}.
 */
export async function decodeImage(content: Uint8Array, name: string): Promise<Uint8Array> {
  // "P6": what the library that knows the other formats does not
  if (content[0] === 0x50 && content[1] === 0x36) return resizeTo32(readPpm(content, name));
  const { width, height, data } = await bitmapOf(content, name);
  const pixels = new Uint8Array(width * height * 3);
  for (let pixel = 0; pixel < width * height; pixel++) {
    pixels.set(data.subarray(pixel * 4, pixel * 4 + 3), pixel * 3);
  }
  return resizeTo32({ width, height, pixels });
}

async function bitmapOf(
  content: Uint8Array,
  name: string,
): Promise<{ width: number; height: number; data: Uint8Array }> {
  try {
    const { width, height, data } = (await Jimp.fromBuffer(Buffer.from(content))).bitmap;
    return { width, height, data: new Uint8Array(data) };
  } catch (error) {
    throw new Error(`Expected an image but found ${(error as Error).message} in ${name}`);
  }
}
