import type { FileTree } from "@lib/data/file_tree.ts";
import { decodeImage } from "@lib/data/image_file.ts";
import { checkedImages, type Images, type LabelledImages, type Size } from "@lib/data/images.ts";
import { joinImages } from "@lib/data/select.ts";
import { join } from "@lib/std/path.ts";

/** One in so many images may be broken: such are passed over. */
const SOUND = 100;

/** An image in a tree of files, and its class. */
export interface ImageFile {
  path: string;
  label: number;
}

/** How image files are read. */
export interface FileReading {
  /** What they are resized to; their own, in colour, if not given. */
  size?: Size;
  /** Told the share that is done, 0–1. */
  onProgress?: (share: number) => void | Promise<void>;
  /** Told in a sentence what is passed over, or taken of several things. */
  onNote?: (note: string) => void;
}

/**
 * Reads image files. Broken ones are passed over, if they are few.
 *
 * @param tree Where they are.
 * @param files Their paths and classes.
 * @param reading Size, and who is told.
 * @returns Those that are whole, in the same order.
 * @throws {Error} If more than one in a hundred is broken; names the first.
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
 * The same, as one set of labelled images.
 *
 * @param tree Where the files are.
 * @param files Their paths and labels.
 * @param classNames One a label.
 * @param reading Size, and who is told.
 * @param where What the labels are from, for errors.
 * @returns The images in the files' order; of broken ones none.
 * @throws {Error} As {@link readFiles}, or if images and labels do not belong together.
 */
export async function readLabelled(
  tree: FileTree,
  files: readonly ImageFile[],
  classNames: readonly string[],
  reading: FileReading,
  where = tree.name,
): Promise<LabelledImages> {
  const found = await readFiles(tree, files, reading);
  const labels = Int32Array.from(found, ({ label }) => label);
  const joined = joinImages(found.map(({ image }) => image));
  return checkedImages({ ...joined, labels, classNames }, where);
}
