/**
 * Labelled images of any kind that is known here.
 *
 * @module
 */
import { CIFAR10_CLASSES, CIFAR10_FOLDER, readCifar10Test } from "@lib/data/cifar10.ts";
import { GTSRB_CLASSES, joinLabels, readGtsrbTest, readGtsrbTraining } from "@lib/data/gtsrb.ts";
import { GTSRB_MD5 } from "@lib/data/gtsrb_archives.ts";
import { readImage } from "@lib/data/image_file.ts";
import {
  classFolders,
  type FileTree,
  folderTree,
  readClassFolders,
  zipTree,
} from "@lib/data/image_folder.ts";
import { IMAGE_BYTES, type LabelledImages } from "@lib/data/images.ts";
import { pickImages } from "@lib/data/select.ts";
import { exists } from "@lib/files.ts";
import { type Random, shuffled } from "@lib/random.ts";
import { basename, dirname, join } from "@lib/std/path.ts";

/** One way to read a folder's images. */
interface Source {
  classes: number;
  read(): Promise<LabelledImages>;
}

/** How many images are read. */
export interface DrawSettings {
  /** At most so many: of more, a random draw. */
  most: number;
  random: Random;
  /** Told the share that is done, 0–1. */
  onProgress?: (share: number) => void | Promise<void>;
}

/** The labels of GTSRB's test images, which the unpacked archive holds beside or above them. */
const TEST_TABLE = "GT-final_test.csv";

/**
 * Reads labelled images: one folder a class, on disk or in a zip archive; CIFAR-10's as
 * `cifar10-images.zip` or as the official binary archive unpacks; GTSRB's archives, or what they unpack
 * to. Where there are training and test images, the test images.
 *
 * @param path The folder, or an archive of class folders.
 * @param classes How many the network has: decides where the folder holds several data sets.
 * @param settings How many to read.
 * @returns The images at 32×32.
 * @throws {Error} If there is nothing there that can be read, or it has another number of classes.
 * @example
 * ```ts ignore
 * const images = await readAnyImages("data", 43, { most: 6000, random: seededRandom(1) });
 * ```
 */
export async function readAnyImages(
  path: string,
  classes: number,
  settings: DrawSettings,
): Promise<LabelledImages> {
  const found = await Deno.stat(path).catch(() => undefined);
  if (found === undefined) throw new Error(`Expected images but found no folder ${path}`);
  const sources = found.isDirectory
    ? await sourcesIn(path, settings)
    : [classSource(await zipTree(path), settings)];
  const source = sources.find((each) => each.classes === classes);
  if (source !== undefined) return await source.read();
  const counts = sources.map((each) => each.classes).join(" or ");
  throw new Error(
    `Expected images of the network's ${classes} classes but found ${counts} in ${path}`,
  );
}

async function sourcesIn(folder: string, settings: DrawSettings): Promise<Source[]> {
  const known = [await gtsrbSource(folder, settings), await cifar10Source(folder, settings)]
    .flatMap((source) => source ?? []);
  return known.length > 0 ? known : [classSource(await folderTree(folder), settings)];
}

const classSource = (tree: FileTree, { most, random, onProgress }: DrawSettings): Source => ({
  classes: classFolders(tree).length,
  read: () => readClassFolders(tree, most, random, onProgress),
});

/** A draw from images that can only be read all at once. */
const drawnSource = (
  classes: number,
  { most, random }: DrawSettings,
  readAll: () => Promise<LabelledImages>,
): Source => ({
  classes,
  async read(): Promise<LabelledImages> {
    const images = await readAll();
    return pickImages(images, shuffled(images.labels.length, random).subarray(0, most));
  },
});

async function cifar10Source(
  folder: string,
  settings: DrawSettings,
): Promise<Source | undefined> {
  const archive = join(folder, "cifar10-images.zip");
  if (await exists(archive)) return classSource(await zipTree(archive), settings);
  for (const within of [CIFAR10_FOLDER, "."]) {
    const batches = join(folder, within);
    if (await exists(join(batches, "test_batch.bin"))) {
      return drawnSource(CIFAR10_CLASSES.length, settings, () => readCifar10Test(batches));
    }
  }
  return undefined;
}

async function gtsrbSource(
  folder: string,
  settings: DrawSettings,
): Promise<Source | undefined> {
  const drawn = (readAll: () => Promise<LabelledImages>): Source =>
    drawnSource(GTSRB_CLASSES.length, settings, readAll);
  const [trainingImages, testImages, testLabels] = Object.values(GTSRB_MD5)
    .map(({ name }) => join(folder, name)) as [string, string, string];
  const archives = { trainingImages, testImages, testLabels };
  if (await exists(testImages) && await exists(testLabels)) {
    return drawn(() => readGtsrbTest(archives));
  }
  if (await exists(trainingImages)) return drawn(() => readGtsrbTraining(archives));
  for (const within of ["GTSRB/Final_Test/Images", "Final_Test/Images", "."]) {
    const images = join(folder, within);
    for (const above of ["", "..", "../..", "../../.."]) {
      const table = join(images, above, TEST_TABLE);
      const isPlace = within !== "." || above === "";
      if (isPlace && await exists(images) && await exists(table)) {
        return drawn(() => readGtsrbFolder(images, table));
      }
    }
  }
  return undefined;
}

/** The unpacked test images: all in one folder, their labels in a table. */
async function readGtsrbFolder(folder: string, table: string): Promise<LabelledImages> {
  const names = [...Deno.readDirSync(folder)].map(({ name }) => name)
    .filter((name) => name.endsWith(".ppm")).sort();
  const pixels = new Uint8Array(names.length * IMAGE_BYTES);
  for (const [index, name] of names.entries()) {
    pixels.set(await readImage(join(folder, name)), index * IMAGE_BYTES);
  }
  const place = basename(dirname(join(folder, names[0] ?? "")));
  const paths = names.map((name) => `${place}/${name}`);
  const text = await Deno.readTextFile(table);
  return joinLabels({ paths, pixels }, new Map([[`${place}/${TEST_TABLE}`, text]]), table);
}
