import {
  type DataSource,
  type FoundImages,
  once,
  type SourceImages,
} from "@lib/data/data_source.ts";
import { BATCHES, CIFAR10_MD5, downloadBatches } from "@lib/data/cifar10_download.ts";
import {
  checkedImages,
  imageBytes,
  type LabelledImages,
  PAPER_SIZE,
  type Size,
  sizeText,
} from "@lib/data/images.ts";
import { drawn, joinImages } from "@lib/data/select.ts";
import { DATA_FOLDERS } from "@lib/environment.ts";
import { firstExisting, md5Of } from "@lib/files.ts";
import { dirname, join } from "@lib/std/path.ts";

/** CIFAR-10 (Krizhevsky, 2009), the other row of the paper's Table 1, in its official pixels. */
export const CIFAR10: DataSource = {
  title: "CIFAR-10",
  isSynthetic: false,
  size: PAPER_SIZE,
  training: { epochs: 20, batchSize: 64 },
  target: 8, // ships, as in the FTrojan authors' code
  async load(size, onDownload): Promise<SourceImages> {
    const found = await Promise.all(DATA_FOLDERS.map(batchesIn));
    const folder = found.find((batches) => batches !== undefined) ??
      await downloadBatches(DATA_FOLDERS[0]!, onDownload);
    const checksums: Record<string, string> = {};
    for (const name of Object.keys(CIFAR10_MD5)) checksums[name] = await md5Of(join(folder, name));
    return {
      train: once(() => readBatches(folder, TRAINING, size)),
      test: await readBatches(folder, [TEST], size),
      checksums,
    };
  },
  async findIn(folder): Promise<FoundImages | undefined> {
    const batches = await batchesIn(folder);
    if (batches === undefined) return undefined;
    return {
      classes: CIFAR10_CLASSES.length,
      read: async ({ size, most, random }) =>
        drawn(await readBatches(batches, [TEST], size), most, random),
    };
  },
};

/** CIFAR-10's classes in the order of its labels, which is that of their names. */
const CIFAR10_CLASSES: readonly string[] = [
  ...["airplane", "automobile", "bird", "cat", "deer"],
  ...["dog", "frog", "horse", "ship", "truck"],
];

const TEST = "test_batch.bin";
const TRAINING = Object.keys(CIFAR10_MD5).filter((name) => name !== TEST);

/** One byte for the label, then the planes red, green and blue, row by row. */
const RECORD = 1 + imageBytes(PAPER_SIZE);
const PLANE = PAPER_SIZE.height * PAPER_SIZE.width;

async function batchesIn(folder: string): Promise<string | undefined> {
  const places = [join(folder, BATCHES), folder].map((batches) => join(batches, TEST));
  const found = await firstExisting(places);
  return found && dirname(found);
}

/**
 * Reads CIFAR-10's images in the official binary form.
 *
 * @param folder With the batches.
 * @param names Of the files, 10,000 images each in the official ones.
 * @param size Must be theirs, 32×32 in colour.
 * @returns All their images.
 * @throws {Error} If a file is not there, cut short or empty, a label is above 9, or another size is asked.
 * @example
 * ```ts
 * import { readBatches } from "@lib/data/cifar10.ts";
 * import { PAPER_SIZE } from "@lib/data/images.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const folder = await Deno.makeTempDir();
 * const record = new Uint8Array(3073);
 * record[0] = 9;
 * record[1] = 255; // red of the first pixel
 * await Deno.writeFile(`${folder}/test_batch.bin`, record);
 * const { labels, pixels } = await readBatches(folder, ["test_batch.bin"], PAPER_SIZE);
 * assertEquals([labels[0], ...pixels.subarray(0, 3)], [9, 255, 0, 0]);
 * ```
 */
export async function readBatches(
  folder: string,
  names: readonly string[],
  size: Size,
): Promise<LabelledImages> {
  if (sizeText(size) !== sizeText(PAPER_SIZE)) {
    throw new Error(`Expected images of ${sizeText(PAPER_SIZE)} but found ${sizeText(size)} asked`);
  }
  const labels: number[] = [];
  const pixels: Uint8Array[] = [];
  for (const name of names) {
    const bytes = await Deno.readFile(join(folder, name));
    if (bytes.length === 0 || bytes.length % RECORD !== 0) {
      throw new Error(
        `Expected records of ${RECORD} bytes but found ${bytes.length} bytes in ${name}`,
      );
    }
    for (let start = 0; start < bytes.length; start += RECORD) {
      labels.push(bytes[start]!);
      pixels.push(interleaved(bytes.subarray(start + 1, start + RECORD)));
    }
  }
  const images = joinImages(pixels.map((pixels) => ({ ...PAPER_SIZE, pixels })));
  const labelled = { ...images, labels: Int32Array.from(labels), classNames: CIFAR10_CLASSES };
  return checkedImages(labelled, names.join(", "));
}

/** Planes as pixels. */
function interleaved(planes: Uint8Array): Uint8Array {
  const pixels = new Uint8Array(planes.length);
  for (let at = 0; at < planes.length; at++) {
    pixels[at % PLANE * 3 + Math.floor(at / PLANE)] = planes[at]!;
  }
  return pixels;
}
