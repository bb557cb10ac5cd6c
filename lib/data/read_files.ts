import type { FileReading, FoundImages } from "@lib/data/data_source.ts";
import type { FileTree } from "@lib/data/file_tree.ts";
import { decodeImage } from "@lib/data/image_file.ts";
import { checkedImages, type Images, type LabelledImages } from "@lib/data/images.ts";
import { joinImages } from "@lib/data/select.ts";
import { shuffled } from "@lib/random.ts";
import { join } from "@lib/std/path.ts";

/** One in so many images may be broken: such are passed over. */
const SOUND = 100;

/** An image in a tree of files, and its class. */
export interface ImageFile {
  path: string;
  label: number;
}

/**
 * Reads image files. Broken ones are passed over, if they are few.
 *
 * @param tree Where they are.
 * @param files Their paths and classes.
 * @param reading Size, and who is told.
 * @returns Those that are whole, in the same order.
 * @throws {Error} If more than one in a hundred is broken; names one of them.
 */
export async function readFiles(
  tree: FileTree,
  files: readonly ImageFile[],
  { size, onProgress, onNote }: FileReading,
): Promise<(ImageFile & { image: Images })[]> {
  const images: (ImageFile & { image: Images })[] = [];
  const broken: string[] = [];
  for (const [index, file] of files.entries()) {
    try {
      const name = join(tree.name, file.path);
      images.push({ ...file, image: await decodeImage(await tree.read(file.path), name, size) });
    } catch (error) {
      broken.push((error as Error).message);
      if (broken.length * SOUND > files.length) {
        const others = broken.length > 1 ? ` (and ${broken.length - 1} others before it)` : "";
        throw new Error(`${broken.at(-1)}${others}: more than 1 % of ${files.length} images`);
      }
    }
    if (index % 100 === 99) await onProgress?.((index + 1) / files.length);
  }
  if (broken.length > 0) {
    onNote?.(
      `${broken.length} of ${files.length} images passed over as broken: ${broken.join("; ")}`,
    );
  }
  return images;
}

/**
 * Image files as images that were found, not yet read.
 *
 * @param tree Where the files are.
 * @param files Their paths and labels.
 * @param classNames One a label.
 * @param notes What was passed over; told when they are read.
 * @param where What the labels are from, for errors.
 * @returns The images, of a draw in the files' order; reading throws as {@link readFiles}, or if images and
 * labels do not belong together.
 */
export const foundFiles = (
  tree: FileTree,
  files: readonly ImageFile[],
  classNames: readonly string[],
  notes: readonly string[] = [],
  where = tree.name,
): FoundImages => ({
  classes: classNames.length,
  async read({ most, random, ...reading }): Promise<LabelledImages> {
    for (const note of notes) reading.onNote?.(note);
    const drawn = shuffled(files.length, random).subarray(0, most).sort();
    const found = await readFiles(tree, Array.from(drawn, (at) => files[at]!), reading);
    const labels = Int32Array.from(found, ({ label }) => label);
    return checkedImages(
      { ...joinImages(found.map(({ image }) => image)), labels, classNames },
      where,
    );
  },
});
