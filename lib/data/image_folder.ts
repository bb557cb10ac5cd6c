/**
 * Images sorted into folders, one a class, on disk or in a zip archive.
 *
 * @module
 */
import { areNumbers } from "@lib/data/class_order.ts";
import type { FoundImages, ReadSettings } from "@lib/data/data_source.ts";
import type { FileTree } from "@lib/data/file_tree.ts";
import { writeImage } from "@lib/data/image_file.ts";
import type { LabelledImages } from "@lib/data/images.ts";
import { foundFiles, type ImageFile } from "@lib/data/read_files.ts";
import { imageAt } from "@lib/data/select.ts";
import { chosenSplit, type SplitChoice } from "@lib/data/split_folders.ts";
import { join } from "@lib/std/path.ts";

/** Names of image files that are read. */
export const IMAGE: RegExp = /\.(avif|bmp|gif|jpe?g|png|ppm|tiff?|webp)$/i;

/** What lies beside images and is none: tables, notes, Windows's thumbnails. */
const BESIDE = /\.(csv|db|ini|json|md|npy|txt|xml|ya?ml)$/i;

/** What systems and servers put among folders. */
const HIDDEN = /(^|\/)(\.|__MACOSX(\/|$)|@eaDir(\/|$)|\$RECYCLE\.BIN(\/|$))/;

/**
 * Reads images from class folders: a class's index is its folder's place by name, by number where all
 * names are numbers. Of folders as `train`, `val` and `test` only one is read.
 *
 * @param tree From `folderTree` or `zipTree`.
 * @param settings Size, how many, which split, and who is told.
 * @returns The images by class and name; class names are the folders'.
 * @throws {Error} If there are fewer than two class folders, one holds no images, or more than one
 * image in a hundred cannot be read.
 * @example
 * ```ts
 * import { writeImage } from "@lib/data/image_file.ts";
 * import { folderTree } from "@lib/data/file_tree.ts";
 * import { readClassFolders } from "@lib/data/image_folder.ts";
 * import { PAPER_SIZE } from "@lib/data/images.ts";
 * import { seededRandom } from "@lib/random.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const folder = await Deno.makeTempDir();
 * await writeImage(`${folder}/10/night.png`, { ...PAPER_SIZE, pixels: new Uint8Array(3072) });
 * const snow = { ...PAPER_SIZE, pixels: new Uint8Array(3072).fill(255) };
 * await writeImage(`${folder}/9/snow.png`, snow);
 * const settings = { size: PAPER_SIZE, random: seededRandom(1) };
 * const images = await readClassFolders(await folderTree(folder), settings);
 * assertEquals(images.classNames, ["9", "10"]);
 * assertEquals(images.pixels[0], 255);
 * ```
 */
export async function readClassFolders(
  tree: FileTree,
  settings: ReadSettings,
): Promise<LabelledImages> {
  return await foundFolders(tree, settings).read(settings);
}

/** Class folders, before an image is read. */
export interface ClassFolders {
  classNames: string[];
  /** All images, class by class. */
  files: ImageFile[];
  /** What is passed over, or taken of several things. */
  notes: string[];
}

/**
 * The class folders of a tree, without reading an image.
 *
 * @param tree Whose class folders may lie in others that hold nothing else.
 * @param choice Which of folders as `train` and `test`.
 * @returns Names, and paths of images in the order of the classes.
 * @throws {Error} As {@link readClassFolders}.
 * @example
 * ```ts
 * import { classFolders } from "@lib/data/image_folder.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const paths = ["set/cat/1.png", "set/bird/1.png", "set/bird/notes.txt"];
 * const found = classFolders({ name: "pets", paths, read: () => new Uint8Array(0) });
 * assertEquals(found.files[0], { path: "set/bird/1.png", label: 0 });
 * ```
 */
export function classFolders({ name, paths }: FileTree, choice: SplitChoice = {}): ClassFolders {
  const visible = paths.filter((path) => !HIDDEN.test(path));
  const taken: string[] = [];
  let root = "";
  let folders = foldersIn(visible, root);
  while (true) {
    const split = chosenSplit(folders, (folder) => isAbove(visible, root, folder), choice);
    if (split !== undefined) taken.push(`${root}${split}`);
    const inner = split ?? (folders.length === 1 ? folders[0] : undefined);
    const isAsked = inner?.toLowerCase() === choice.split?.toLowerCase();
    if (split === undefined && inner !== undefined && isAsked) taken.push(`${root}${inner}`);
    if (inner === undefined || !isAbove(visible, root, inner)) break;
    root += `${inner}/`;
    folders = foldersIn(visible, root);
  }
  if (choice.split !== undefined && taken.length === 0) {
    throw new Error(`Expected folders train, val or test for --split but found none in ${name}`);
  }
  if (folders.length < 2) {
    const found = `${folders.length || "none"} in ${join(name, root)}`;
    throw new Error(`Expected at least two folders of images, one a class, but found ${found}`);
  }
  const classNames = inOrder(folders);
  const all = classNames.map((folder) =>
    visible.filter((path) => path.startsWith(`${root}${folder}/`) && !path.endsWith("/"))
  );
  const others = all.flat().filter((path) => !IMAGE.test(path) && !BESIDE.test(path));
  const some = others.slice(0, 3).join(", ");
  const passed = `${others.length} files passed over, as their type is not read: ${some}`;
  const files = all.flatMap((paths, label) => {
    const own = paths.filter((path) => IMAGE.test(path)).sort();
    if (own.length > 0) return own.map((path) => ({ path, label }));
    const found = others.length > 0 ? `none (${passed})` : "none";
    const folder = join(name, root, classNames[label]!);
    throw new Error(`Expected images but found ${found} in the class folder ${folder}`);
  });
  const notes = [
    ...taken.length > 0 ? [`Images taken from ${join(name, taken.join(", "))}`] : [],
    ...others.length > 0 ? [passed] : [],
  ];
  return { classNames, files, notes };
}

/** Whether a folder holds folders. */
const isAbove = (paths: readonly string[], root: string, folder: string): boolean =>
  foldersIn(paths, `${root}${folder}/`).length > 0;

/**
 * The images of class folders, before they are read.
 *
 * @param tree As {@link readClassFolders} takes it.
 * @param choice Which of folders as `train` and `test`.
 * @returns How many classes there are, and the way to read them.
 * @throws {Error} As {@link readClassFolders}.
 */
export function foundFolders(tree: FileTree, choice: SplitChoice = {}): FoundImages {
  const { classNames, files, notes } = classFolders(tree, choice);
  return foundFiles(tree, files, classNames, notes);
}

function foldersIn(paths: readonly string[], root: string): string[] {
  const names = paths.filter((path) => path.startsWith(root))
    .map((path) => path.slice(root.length).split("/"))
    .flatMap(([name, ...rest]) => rest.length > 0 ? [name!] : []);
  return [...new Set(names)];
}

function inOrder(names: readonly string[]): string[] {
  return areNumbers(names)
    ? names.toSorted((one, other) => Number(one) - Number(other))
    : names.toSorted();
}

/**
 * Writes images into one folder a class, the folders named by the classes' numbers: what
 * {@link readClassFolders} reads.
 *
 * @param folder Made if it is not there; files of the same names are replaced.
 * @param images To be written as PNG.
 * @example
 * ```ts
 * import { PAPER_SIZE } from "@lib/data/images.ts";
 * import { writeClassFolders } from "@lib/data/image_folder.ts";
 * import { readImage } from "@lib/data/image_file.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const folder = await Deno.makeTempDir();
 * const image = { ...PAPER_SIZE, pixels: new Uint8Array(3072).fill(7) };
 * const [labels, classNames] = [Int32Array.of(1), ["stop", "yield"]];
 * await writeClassFolders(folder, { ...image, labels, classNames });
 * assertEquals(await readImage(`${folder}/1/0.png`), image);
 * ```
 */
export async function writeClassFolders(folder: string, images: LabelledImages): Promise<void> {
  for (const [index, label] of images.labels.entries()) {
    await Deno.mkdir(join(folder, String(label)), { recursive: true });
    await writeImage(join(folder, String(label), `${index}.png`), imageAt(images, index));
  }
}
