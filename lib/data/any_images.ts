import type { FoundImages, ReadSettings } from "@lib/data/data_source.ts";
import { DATASETS } from "@lib/data/datasets.ts";
import { arrayImages } from "@lib/data/array_images.ts";
import { packedCifar10 } from "@lib/data/cifar10.ts";
import { type FileTree, folderTree, zipTree } from "@lib/data/file_tree.ts";
import { foundFolders } from "@lib/data/image_folder.ts";
import type { LabelledImages } from "@lib/data/images.ts";
import { type SplitChoice, wantsTest } from "@lib/data/split_folders.ts";
import { tableImages } from "@lib/data/table_images.ts";

/**
 * Reads labelled images of any kind that is known here: one folder a class, files with GTSRB's table, arrays
 * of NumPy, each on disk or in a zip archive, or what a data set of the list recognises as its own. Where there
 * are training and test images, the test images, if no other split is named.
 *
 * @param path The folder or archive.
 * @param classes How many the network has: decides where the folder holds several data sets.
 * @param settings Size, how many to read, which split, and who is told what is taken or passed over.
 * @returns The images.
 * @throws {Error} If there is nothing there that can be read, or it has another number of classes.
 */
export async function readAnyImages(
  path: string,
  classes: number,
  settings: ReadSettings,
): Promise<LabelledImages> {
  const stat = await Deno.stat(path).catch(() => undefined);
  if (stat === undefined) throw new Error(`Expected images but found no folder ${path}`);
  const all = stat.isDirectory ? await foundIn(path, settings) : await foundAs(path, settings);
  const fitting = all.find((each) => each.classes === classes);
  if (fitting !== undefined) return await fitting.read(settings);
  const counts = all.map((each) => each.classes).join(" or ");
  throw new Error(
    `Expected images of the network's ${classes} classes but found ${counts} in ${path}`,
  );
}

async function foundIn(folder: string, choice: SplitChoice): Promise<FoundImages[]> {
  const known: FoundImages[] = [];
  for (const source of wantsTest(choice) ? Object.values(DATASETS) : []) {
    const found = await source.findIn?.(folder);
    if (found !== undefined) known.push(found);
  }
  return known.length > 0 ? known : [await foundAmong(await folderTree(folder), choice)];
}

/** A file that holds images, by its first bytes. */
async function foundAs(file: string, choice: SplitChoice): Promise<FoundImages[]> {
  using opened = await Deno.open(file);
  const start = new Uint8Array(2);
  await opened.read(start);
  if (start[0] === 0x1f && start[1] === 0x8b) return [packedCifar10(file)];
  return [await foundAmong(await zipTree(file), choice)];
}

async function foundAmong(tree: FileTree, choice: SplitChoice): Promise<FoundImages> {
  return await arrayImages(tree, choice) ??
    (wantsTest(choice) ? await tableImages(tree) : undefined) ?? foundFolders(tree, choice);
}
