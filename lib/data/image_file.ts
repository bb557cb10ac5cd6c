import { Buffer } from "node:buffer";
import { createCanvas, loadImage } from "@napi-rs/canvas";
import { Jimp } from "jimp";
import { bareJpeg, isJpeg } from "@lib/data/jpeg.ts";
import { bareWebp, isWebp } from "@lib/data/webp.ts";
import { requireModest } from "@lib/data/image_limits.ts";
import { type Images, requireImages, type Size } from "@lib/data/images.ts";
import { readPpm, type RgbImage } from "@lib/data/ppm.ts";
import { resize } from "@lib/data/resize.ts";
import { writeWhole } from "@lib/files.ts";

/** Formats that images are encoded in; only PNG keeps every level. */
export type ImageFormat = "image/png" | "image/jpeg" | "image/bmp";

/**
 * Reads an image file of any common format. What lies behind transparent pixels is kept as it is, and a
 * photograph is not turned as its camera says: as PIL does, by which Keras and PyTorch load images.
 *
 * @param file PNG, JPEG, WebP, AVIF, BMP, GIF, TIFF or binary PPM.
 * @param size What to resize it to; with one channel, luma is kept. Its own, in colour, if not given.
 * @returns One image.
 * @throws {Error} If the file is not there or is no whole image.
 * @example
 * ```ts
 * import { PAPER_SIZE } from "@lib/data/images.ts";
 * import { readImage, writeImage } from "@lib/data/image_file.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const file = `${await Deno.makeTempDir()}/grey.png`;
 * const grey = { ...PAPER_SIZE, pixels: new Uint8Array(3072).fill(99) };
 * await writeImage(file, grey);
 * assertEquals(await readImage(file), grey);
 * ```
 */
export async function readImage(file: string, size?: Size): Promise<Images> {
  return await decodeImage(await Deno.readFile(file), file, size);
}

/**
 * Writes an image as a PNG file, which keeps a trigger as it is; whole or not at all.
 *
 * @param file Where to, ending in `.png`.
 * @param image One image.
 * @throws {Error} If it is not one image.
 * @example See {@link readImage}.
 */
export async function writeImage(file: string, image: Images): Promise<void> {
  await writeWhole(file, await encodeImage(image, "image/png"));
}

/**
 * Encodes an image as the content of a file.
 *
 * @param image One image.
 * @param format PNG keeps every level, JPEG does not.
 * @param quality Of JPEG, 1–100.
 * @returns The file's content.
 * @throws {Error} If it is not one image.
 * @example
 * ```ts
 * import { PAPER_SIZE } from "@lib/data/images.ts";
 * import { decodeImage, encodeImage } from "@lib/data/image_file.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const grey = { ...PAPER_SIZE, pixels: new Uint8Array(3072).fill(99) };
 * assertEquals(await decodeImage(await encodeImage(grey, "image/png"), "memory"), grey);
 * ```
 */
export async function encodeImage(
  image: Images,
  format: ImageFormat,
  quality = 100,
): Promise<Uint8Array> {
  const count = requireImages(image);
  if (count !== 1) throw new Error(`Expected one image but found ${count}`);
  const { height, width, channels, pixels } = image;
  const picture = new Jimp({ width, height });
  const rgba = picture.bitmap.data;
  for (let pixel = 0; pixel < height * width; pixel++) {
    for (let c = 0; c < 3; c++) rgba[pixel * 4 + c] = pixels[pixel * channels + c % channels]!;
    rgba[pixel * 4 + 3] = 255;
  }
  const content = format === "image/jpeg"
    ? await picture.getBuffer(format, { quality })
    : await picture.getBuffer(format);
  return new Uint8Array(content);
}

/**
 * Decodes the content of an image file.
 *
 * @param content The file's bytes.
 * @param name What to call the file in an error.
 * @param size What to resize it to; its own, in colour, if not given.
 * @returns One image.
 * @throws {Error} If it is no whole image.
 * @example See {@link encodeImage}.
 */
export async function decodeImage(
  content: Uint8Array,
  name: string,
  size?: Size,
): Promise<Images> {
  // "P6": what the library that knows the other formats does not
  const isPpm = content[0] === 0x50 && content[1] === 0x36;
  const image = isPpm ? readPpm(content, name) : await bitmapOf(content, name);
  const wanted = size ?? { height: image.height, width: image.width, channels: 3 };
  const { height, width, channels } = wanted;
  return { height, width, channels, pixels: resize(image, wanted) };
}

/** Formats that `jimp` does not read, by the text that lies eight bytes in, or four. */
const isModern = (content: Uint8Array): boolean =>
  /^(RIFF....WEBP|....ftypavif)/s.test(new TextDecoder("latin1").decode(content.subarray(0, 12)));

async function decoded(
  content: Uint8Array,
): Promise<{ width: number; height: number; data: ArrayLike<number> }> {
  const jpeg = isJpeg(content);
  if (!jpeg && !isModern(content)) return (await Jimp.fromBuffer(Buffer.from(content))).bitmap;
  requireWhole(content);
  // the same decoder of JPEG as PIL's, which Keras and PyTorch load images by: jimp's leaves out the smoothing
  // of colours and differs from it by up to a hundred levels
  const image = await loadImage(Buffer.from(bareOf(content)));
  const context = createCanvas(image.width, image.height).getContext("2d");
  context.drawImage(image, 0, 0);
  const { width, height, data } = context.getImageData(0, 0, image.width, image.height);
  // where its pixels cannot be read, nothing is drawn; a JPEG has no transparent ones
  if (jpeg && data.some((level, at) => at % 4 === 3 && level < 255)) {
    throw new Error("a JPEG that is cut short");
  }
  return { width, height, data };
}

/** An image without what would turn it or change its colours where it is heeded, which PIL does not. */
const bareOf = (content: Uint8Array): Uint8Array =>
  isJpeg(content) ? bareJpeg(content) : isWebp(content) ? bareWebp(content) : content;

/** A WebP says how long it is, and what has come of a shorter one would be drawn. */
function requireWhole(content: Uint8Array): void {
  const view = new DataView(content.buffer, content.byteOffset, content.length);
  if (isWebp(content) && view.getUint32(4, true) + 8 > content.length) {
    throw new Error(`${content.length} of ${view.getUint32(4, true) + 8} bytes`);
  }
}

async function bitmapOf(content: Uint8Array, name: string): Promise<RgbImage> {
  try {
    requireModest(content);
    const { width, height, data } = await decoded(content);
    const pixels = new Uint8Array(width * height * 3);
    for (let pixel = 0; pixel < width * height; pixel++) {
      for (let c = 0; c < 3; c++) pixels[pixel * 3 + c] = data[pixel * 4 + c]!;
    }
    return { width, height, pixels };
  } catch (error) {
    throw new Error(`Expected an image but found ${(error as Error).message} in ${name}`);
  }
}
