/**
 * Images sorted into folders, one a class, on disk or in a zip archive.
 *
 * @module
 */
import type { FoundImages, ReadSettings } from "@lib/data/data_source.ts";
import type { FileTree } from "@lib/data/file_tree.ts";
import { decodeImage, writeImage } from "@lib/data/image_file.ts";
import { checkedImages, imageBytes, type LabelledImages } from "@lib/data/images.ts";
import { imageAt } from "@lib/data/select.ts";
import { shuffled } from "@lib/random.ts";
import { join } from "@lib/std/path.ts";

const IMAGE = /\.(bmp|gif|jpe?g|png|ppm|tiff?)$/i;

/**
 * Reads images from class folders: a class's index is its folder's place by name, by number where all
 * names are numbers. Of folders `train` and `test` only one is read.
 *
 * @param tree From `folderTree` or `zipTree`.
 * @param settings Size, how many, and which part.
 * @returns The images by class and name; class names are the folders'.
 * @throws {Error} If there are fewer than two class folders, one holds no images, or an image cannot be
 * read.
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
  { size, most, random, part, onProgress }: ReadSettings,
): Promise<LabelledImages> {
  const classes = classFolders(tree, part);
  const bytes = imageBytes(size);
  const files = classes.flatMap(({ files }, label) => files.map((path) => ({ path, label })));
  const drawn = [...shuffled(files.length, random).subarray(0, most)].sort((a, b) => a - b);
  const pixels = new Uint8Array(drawn.length * bytes);
  const labels = new Int32Array(drawn.length);
  for (const [index, file] of drawn.entries()) {
    const { path, label } = files[file]!;
    const image = await decodeImage(await tree.read(path), join(tree.name, path), size);
    pixels.set(image.pixels, index * bytes);
    labels[index] = label;
    if (index % 100 === 99) await onProgress?.((index + 1) / drawn.length);
  }
  const classNames = classes.map(({ name }) => name);
  return checkedImages({ ...size, pixels, labels, classNames }, tree.name);
}

/**
 * The class folders of a tree, without reading an image.
 *
 * @param tree Whose class folders may lie in others that hold nothing else.
 * @param part Which of two folders `train` and `test`.
 * @returns Each class's name and the paths of its images, in the order of the classes.
 * @throws {Error} As {@link readClassFolders}.
 * @example
 * ```ts
 * import { classFolders } from "@lib/data/image_folder.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const paths = ["set/cat/1.png", "set/bird/1.png", "set/bird/notes.txt"];
 * const classes = classFolders({ name: "pets", paths, read: () => new Uint8Array(0) });
 * assertEquals(classes[0], { name: "bird", files: ["set/bird/1.png"] });
 * ```
 */
export function classFolders(
  { name, paths }: FileTree,
  part: "train" | "test" = "test",
): { name: string; files: string[] }[] {
  const visible = paths.filter((path) => !/(^|\/)(\.|__MACOSX(\/|$))/.test(path));
  let root = "";
  let folders = foldersIn(visible, root);
  while (true) {
    const inner = folders.length === 1
      ? folders[0]!
      : folders.length === 2 && ["train", "test"].every((part) => folders.includes(part))
      ? part
      : undefined;
    if (inner === undefined || foldersIn(visible, `${root}${inner}/`).length === 0) break;
    root += `${inner}/`;
    folders = foldersIn(visible, root);
  }
  if (folders.length < 2) {
    const found = folders.length === 0 ? "none" : folders.length;
    throw new Error(
      `Expected at least two folders of images, one a class, but found ${found} in ${
        join(name, root)
      }`,
    );
  }
  return inOrder(folders).map((folder) => {
    const within = `${root}${folder}/`;
    const files = visible.filter((path) => path.startsWith(within) && IMAGE.test(path)).sort();
    if (files.length > 0) return { name: folder, files };
    throw new Error(`Expected images but found none in the class folder ${join(name, within)}`);
  });
}

/**
 * The images of class folders, before they are read.
 *
 * @param tree As {@link readClassFolders} takes it.
 * @returns How many classes there are, and the way to read them.
 * @throws {Error} As {@link readClassFolders}.
 */
export function foundFolders(tree: FileTree): FoundImages {
  return {
    classes: classFolders(tree).length,
    read: (settings) => readClassFolders(tree, settings),
  };
}

function foldersIn(paths: readonly string[], root: string): string[] {
  const names = paths.filter((path) => path.startsWith(root))
    .map((path) => path.slice(root.length).split("/"))
    .flatMap(([name, ...rest]) => rest.length > 0 ? [name!] : []);
  return [...new Set(names)];
}

function inOrder(names: readonly string[]): string[] {
  return names.every((name) => /^\d+$/.test(name))
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
