import type { FoundImages } from "@lib/data/data_source.ts";
import type { FileTree } from "@lib/data/file_tree.ts";
import { GTSRB_CLASSES, readTable } from "@lib/data/gtsrb_images.ts";
import { foundFiles } from "@lib/data/read_files.ts";
import { basename, join } from "@lib/std/path.ts";

/** GTSRB's table of test images, as its authors and Kaggle call it. */
const TABLE = /(^|\/)(GT-final_test|Test)\.csv$/;

/**
 * GTSRB's test images as files that a table gives classes: as the official archive unpacks, which torchvision
 * keeps, or in Kaggle's copy, whose table is called `Test.csv`.
 *
 * @param tree A folder or archive.
 * @returns The images; none where there is no such table with its images.
 * @throws {Error} If the table is not as GTSRB's are, or names an image that is not there.
 */
export async function tableImages(tree: FileTree): Promise<FoundImages | undefined> {
  const table = tree.paths.find((path) => TABLE.test(path));
  if (table === undefined) return undefined;
  const where = join(tree.name, table);
  const rows = readTable(new TextDecoder().decode(await tree.read(table)), where);
  const places = new Map(tree.paths.map((path) => [basename(path), path]));
  const files = rows.map(({ file, label }) => ({ path: places.get(basename(file))!, label }));
  if (files.every(({ path }) => path === undefined)) return undefined;
  const missing = files.findIndex(({ path }) => path === undefined);
  if (missing >= 0) {
    throw new Error(
      `Expected the image ${basename(rows[missing]!.file)} but found none, in ${where}`,
    );
  }
  return foundFiles(tree, files, GTSRB_CLASSES, [], where);
}
