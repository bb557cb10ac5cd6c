import { checkedImages, IMAGE_BYTES, type LabelledImages } from "@lib/data/images.ts";
import { basename, join } from "@lib/std/path.ts";

/** CIFAR-10's classes in the order of its labels. */
export const CIFAR10_CLASSES: readonly string[] = [
  ...["airplane", "automobile", "bird", "cat", "deer"],
  ...["dog", "frog", "horse", "ship", "truck"],
];

/** What the official archive, `cifar-10-binary.tar.gz`, unpacks to. */
export const CIFAR10_FOLDER = "cifar-10-batches-bin";

/** One byte for the label, then the planes red, green and blue, row by row. */
const RECORD = 1 + IMAGE_BYTES;
const PLANE = IMAGE_BYTES / 3;

/**
 * Reads CIFAR-10's test images in the official binary form (Krizhevsky, 2009).
 *
 * @param folder With `test_batch.bin`.
 * @returns Its images, 10,000 in the official file, RGB, 0–255.
 * @throws {Error} If the file is not there, cut short or empty, or a label is above 9.
 * @example
 * ```ts
 * import { readCifar10Test } from "@lib/data/cifar10.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const folder = await Deno.makeTempDir();
 * const record = new Uint8Array(3073);
 * record[0] = 9;
 * record[1] = 255; // red of the first pixel
 * await Deno.writeFile(`${folder}/test_batch.bin`, record);
 * const { labels, pixels } = await readCifar10Test(folder);
 * assertEquals([labels[0], ...pixels.subarray(0, 3)], [9, 255, 0, 0]);
 * ```
 */
export async function readCifar10Test(folder: string): Promise<LabelledImages> {
  const file = join(folder, "test_batch.bin");
  const bytes = await Deno.readFile(file);
  if (bytes.length === 0 || bytes.length % RECORD !== 0) {
    throw new Error(
      `Expected records of ${RECORD} bytes but found ${bytes.length} bytes in ${basename(file)}`,
    );
  }
  const count = bytes.length / RECORD;
  const pixels = new Uint8Array(count * IMAGE_BYTES);
  const labels = Uint8Array.from({ length: count }, (_, image) => bytes[image * RECORD]!);
  for (let image = 0; image < count; image++) {
    for (let at = 0; at < IMAGE_BYTES; at++) {
      const [channel, pixel] = [Math.floor(at / PLANE), at % PLANE];
      pixels[image * IMAGE_BYTES + 3 * pixel + channel] = bytes[image * RECORD + 1 + at]!;
    }
  }
  return checkedImages({ pixels, labels, classNames: CIFAR10_CLASSES }, file);
}
