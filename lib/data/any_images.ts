import type { FoundImages, ReadSettings } from "@lib/data/data_source.ts";
import { DATASETS } from "@lib/data/datasets.ts";
import { folderTree, zipTree } from "@lib/data/file_tree.ts";
import { foundFolders } from "@lib/data/image_folder.ts";
import type { LabelledImages } from "@lib/data/images.ts";

/**
 * Reads labelled images of any kind that is known here: one folder a class, on disk or in a zip archive,
 * or what a data set of the list recognises as its own. Where there are training and test images, the
 * test images.
 *
 * @param path The folder, or an archive of class folders.
 * @param classes How many the network has: decides where the folder holds several data sets.
 * @param settings Size, and how many to read.
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
  const all = stat.isDirectory ? await foundIn(path) : [foundFolders(await zipTree(path))];
  const fitting = all.find((each) => each.classes === classes);
  if (fitting !== undefined) return await fitting.read(settings);
  const counts = all.map((each) => each.classes).join(" or ");
  throw new Error(
    `Expected images of the network's ${classes} classes but found ${counts} in ${path}`,
  );
}

async function foundIn(folder: string): Promise<FoundImages[]> {
  const known: FoundImages[] = [];
  for (const source of Object.values(DATASETS)) {
    const found = await source.findIn?.(folder);
    if (found !== undefined) known.push(found);
  }
  return known.length > 0 ? known : [foundFolders(await folderTree(folder))];
}
