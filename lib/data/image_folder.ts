/**
 * Images sorted into folders, one a class, on disk or in a zip archive.
 *
 * @module
 */
import { decodeImage, writeImage } from "@lib/data/image_file.ts";
import { checkedImages, IMAGE_BYTES, type LabelledImages } from "@lib/data/images.ts";
import { imageAt } from "@lib/data/select.ts";
import { openZip, unpack } from "@lib/data/zip.ts";
import { type Random, shuffled } from "@lib/random.ts";
import { basename, join } from "@lib/std/path.ts";

/** Files with a way to read them. */
export interface FileTree {
  /** What to call it in an error. */
  name: string;
  /** Relative, parts joined by "/"; folders end in "/". */
  paths: string[];
  read(path: string): Uint8Array | Promise<Uint8Array>;
}

const IMAGE = /\.(bmp|gif|jpe?g|png|ppm|tiff?)$/i;

/** Labels are bytes. */
const MOST_CLASSES = 256;

/**
 * Reads images of 32×32 from class folders: a class's index is its folder's place by name, by number
 * where all names are numbers. Of folders `train` and `test` only the second is read.
 *
 * @param tree From {@link folderTree} or {@link zipTree}.
 * @param most At most so many images are read: of more, a random draw.
 * @param random Makes the draw.
 * @param onProgress Told the share that is done, 0–1.
 * @returns The images by class and name; class names are the folders'.
 * @throws {Error} If there are fewer than two class folders, one holds no images, or an image cannot be
 * read.
 * @example
 * ```ts
 * import { writeImage } from "@lib/data/image_file.ts";
 * import { folderTree, readClassFolders } from "@lib/data/image_folder.ts";
 * import { seededRandom } from "@lib/random.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const folder = await Deno.makeTempDir();
 * await writeImage(`${folder}/10/night.png`, new Uint8Array(3072));
 * await writeImage(`${folder}/9/snow.png`, new Uint8Array(3072).fill(255));
 * const images = await readClassFolders(await folderTree(folder), 100, seededRandom(1));
 * assertEquals(images.classNames, ["9", "10"]);
 * assertEquals(images.pixels[0], 255);
 * ```
 */
export async function readClassFolders(
  tree: FileTree,
  most: number,
  random: Random,
  onProgress: (share: number) => void | Promise<void> = () => {},
): Promise<LabelledImages> {
  const classes = classFolders(tree);
  const files = classes.flatMap(({ files }, label) => files.map((path) => ({ path, label })));
  const drawn = [...shuffled(files.length, random).subarray(0, most)].sort((a, b) => a - b);
  const pixels = new Uint8Array(drawn.length * IMAGE_BYTES);
  const labels = new Uint8Array(drawn.length);
  for (const [index, file] of drawn.entries()) {
    const { path, label } = files[file]!;
    pixels.set(
      await decodeImage(await tree.read(path), join(tree.name, path)),
      index * IMAGE_BYTES,
    );
    labels[index] = label;
    if (index % 100 === 99) await onProgress((index + 1) / drawn.length);
  }
  const classNames = classes.map(({ name }) => name);
  return checkedImages({ pixels, labels, classNames }, tree.name);
}

/**
 * The class folders of a tree, without reading an image.
 *
 * @param tree Whose class folders may lie in others that hold nothing else.
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
export function classFolders({ name, paths }: FileTree): { name: string; files: string[] }[] {
  const visible = paths.filter((path) => !/(^|\/)(\.|__MACOSX(\/|$))/.test(path));
  let root = "";
  let folders = foldersIn(visible, root);
  while (true) {
    const inner = folders.length === 1
      ? folders[0]!
      : folders.length === 2 && ["train", "test"].every((part) => folders.includes(part))
      ? "test"
      : undefined;
    if (inner === undefined || foldersIn(visible, `${root}${inner}/`).length === 0) break;
    root += `${inner}/`;
    folders = foldersIn(visible, root);
  }
  if (folders.length < 2 || folders.length > MOST_CLASSES) {
    const found = folders.length === 0 ? "none" : folders.length;
    throw new Error(
      `Expected 2 to ${MOST_CLASSES} folders of images, one a class, but found ${found} in ` +
        join(name, root),
    );
  }
  return inOrder(folders).map((folder) => {
    const within = `${root}${folder}/`;
    const files = visible.filter((path) => path.startsWith(within) && IMAGE.test(path)).sort();
    if (files.length > 0) return { name: folder, files };
    throw new Error(`Expected images but found none in the class folder ${join(name, within)}`);
  });
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
 * All files below a folder; links are followed.
 *
 * @param folder Where.
 * @returns Their paths, in any order.
 * @throws {Error} If there is no such folder.
 * @example See {@link readClassFolders}.
 */
export async function folderTree(folder: string): Promise<FileTree> {
  const paths: string[] = [];
  const walk = async (within: string): Promise<void> => {
    for await (const { name } of Deno.readDir(join(folder, within))) {
      const path = within + name;
      // a link that leads nowhere is no image
      const found = await Deno.stat(join(folder, path)).catch(() => undefined);
      if (found?.isFile) paths.push(path);
      if (!found?.isDirectory) continue;
      paths.push(`${path}/`);
      await walk(`${path}/`);
    }
  };
  await walk("");
  return { name: folder, paths, read: (path) => Deno.readFile(join(folder, path)) };
}

/**
 * The files of a zip archive.
 *
 * @param file The archive's path.
 * @returns Their paths.
 * @throws {Error} As `openZip`.
 * @example
 * ```ts
 * import { zipTree } from "@lib/data/image_folder.ts";
 * import { assert } from "@lib/std/assert.ts";
 *
 * const { paths } = await zipTree("tests/reference/keras/models.zip");
 * assert(paths.includes("functional.h5"));
 * ```
 */
export async function zipTree(file: string): Promise<FileTree> {
  const archive = await openZip(file);
  const entries = new Map(archive.entries.map((entry) => [entry.fileName, entry]));
  return {
    name: basename(file),
    paths: [...entries.keys()],
    read: (path) => unpack(archive, [entries.get(path)!])[0]!,
  };
}

/**
 * Writes images into one folder a class, the folders named by the classes' numbers: what
 * {@link readClassFolders} reads.
 *
 * @param folder Made if it is not there; files of the same names are replaced.
 * @param images To be written as PNG.
 * @example
 * ```ts
 * import { writeClassFolders } from "@lib/data/image_folder.ts";
 * import { readImage } from "@lib/data/image_file.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const folder = await Deno.makeTempDir();
 * const pixels = new Uint8Array(3072).fill(7);
 * await writeClassFolders(folder, { pixels, labels: Uint8Array.of(1), classNames: ["stop", "yield"] });
 * assertEquals(await readImage(`${folder}/1/0.png`), pixels);
 * ```
 */
export async function writeClassFolders(folder: string, images: LabelledImages): Promise<void> {
  for (const [index, label] of images.labels.entries()) {
    await Deno.mkdir(join(folder, String(label)), { recursive: true });
    await writeImage(join(folder, String(label), `${index}.png`), imageAt(images.pixels, index));
  }
}
