import {
  type DataSource,
  type FoundImages,
  once,
  readAtOnce,
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
import { joinImages } from "@lib/data/select.ts";
import { readFromTar } from "@lib/data/tar.ts";
import { DATA_FOLDERS } from "@lib/environment.ts";
import { allExist, exists, firstExisting, md5Of } from "@lib/files.ts";
import { join } from "@lib/std/path.ts";

/** CIFAR-10 (Krizhevsky, 2009), the other row of the paper's Table 1, in its official pixels. */
export const CIFAR10: DataSource = {
  title: "CIFAR-10",
  isSynthetic: false,
  size: PAPER_SIZE,
  officialMd5: CIFAR10_MD5,
  training: { epochs: 20, batchSize: 64 },
  target: 8, // ships, as in the FTrojan authors' code
  async load(size, onDownload): Promise<SourceImages> {
    const all = Object.keys(CIFAR10_MD5);
    const found = await Promise.all(DATA_FOLDERS.map((folder) => batchesIn(folder, all)));
    const folder = found.find((batches) => batches !== undefined) ??
      await downloadBatches(DATA_FOLDERS[0]!, onDownload);
    const checksums: Record<string, string> = {};
    for (const name of all) checksums[name] = await md5Of(join(folder, name));
    return {
      train: once(() => readBatches(folder, TRAINING, size)),
      test: await readBatches(folder, [TEST], size),
      checksums,
    };
  },
  async findIn(folder): Promise<FoundImages | undefined> {
    const batches = await batchesIn(folder, [TEST]);
    if (batches !== undefined) {
      return readAtOnce(CIFAR10_CLASSES.length, (size) => readBatches(batches, [TEST], size));
    }
    const archive = join(folder, CIFAR10_ARCHIVE);
    if (await exists(archive)) return packedCifar10(archive);
    const python = ["cifar-10-batches-py", "batches.meta", "cifar-10-python.tar.gz"];
    const pickled = await firstExisting(python.map((name) => join(folder, name)));
    if (pickled !== undefined) refusePickles(pickled);
    return undefined;
  },
};

/** The official archive of the binary form. */
const CIFAR10_ARCHIVE = "cifar-10-binary.tar.gz";

/**
 * The test images of CIFAR-10's archive.
 *
 * @param file `cifar-10-binary.tar.gz`, under any name.
 * @returns The images.
 */
export function packedCifar10(file: string): FoundImages {
  return readAtOnce(CIFAR10_CLASSES.length, async (size) => {
    const found = await readFromTar(file, [TEST, ...PICKLES]);
    if (found === undefined) {
      throw new Error(`Expected ${TEST} in an archive of CIFAR-10 but found none in ${file}`);
    }
    if (!found.path.endsWith(TEST)) refusePickles(file);
    return labelledRecords([found.content], `${TEST} of ${file}`, size);
  });
}

function refusePickles(file: string): never {
  throw new Error(
    `Expected CIFAR-10 in its binary form, ${CIFAR10_ARCHIVE}, but found ${file}: batches for Python are ` +
      'pickles, which can run code and are not opened; in Python, numpy.savez("cifar10.npz", ' +
      "images=data.reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1), labels=labels) brings them",
  );
}

/** CIFAR-10's classes in the order of its labels, which is that of their names. */
const CIFAR10_CLASSES: readonly string[] = [
  ...["airplane", "automobile", "bird", "cat", "deer"],
  ...["dog", "frog", "horse", "ship", "truck"],
];

const TEST = "test_batch.bin";
/** Batches of the form for Python. */
const PICKLES = ["test_batch", "data_batch_1"];
const TRAINING = Object.keys(CIFAR10_MD5).filter((name) => name !== TEST);

/** One byte for the label, then the planes red, green and blue, row by row. */
const RECORD = 1 + imageBytes(PAPER_SIZE);
const PLANE = PAPER_SIZE.height * PAPER_SIZE.width;

/** Where some files of the binary form are, all of them. */
async function batchesIn(folder: string, files: readonly string[]): Promise<string | undefined> {
  for (const place of [join(folder, BATCHES), folder]) {
    if (await allExist(files.map((name) => join(place, name)))) return place;
  }
  return undefined;
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
  const files = await Promise.all(names.map((name) => Deno.readFile(join(folder, name))));
  return labelledRecords(files, names.join(", "), size);
}

function labelledRecords(files: readonly Uint8Array[], source: string, size: Size): LabelledImages {
  if (sizeText(size) !== sizeText(PAPER_SIZE)) {
    throw new Error(`Expected images of ${sizeText(PAPER_SIZE)} but found ${sizeText(size)} asked`);
  }
  const labels: number[] = [];
  const pixels: Uint8Array[] = [];
  for (const bytes of files) {
    if (bytes.length === 0 || bytes.length % RECORD !== 0) {
      throw new Error(
        `Expected records of ${RECORD} bytes but found ${bytes.length} bytes in ${source}`,
      );
    }
    for (let start = 0; start < bytes.length; start += RECORD) {
      labels.push(bytes[start]!);
      pixels.push(interleaved(bytes.subarray(start + 1, start + RECORD)));
    }
  }
  const images = joinImages(pixels.map((pixels) => ({ ...PAPER_SIZE, pixels })));
  const labelled = { ...images, labels: Int32Array.from(labels), classNames: CIFAR10_CLASSES };
  return checkedImages(labelled, source);
}

/** Planes as pixels. */
function interleaved(planes: Uint8Array): Uint8Array {
  const pixels = new Uint8Array(planes.length);
  for (let at = 0; at < planes.length; at++) {
    pixels[at % PLANE * 3 + Math.floor(at / PLANE)] = planes[at]!;
  }
  return pixels;
}
