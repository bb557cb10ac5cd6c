import type { GtsrbArchives } from "@lib/data/gtsrb_archives.ts";
import { checkedImages, type LabelledImages, type Size } from "@lib/data/images.ts";
import { type ArchiveImages, unpackImages } from "@lib/data/unpack_images.ts";
import { openZip, unpack, type ZipArchive } from "@lib/data/zip.ts";
import { basename, dirname } from "@lib/std/path.ts";

/** Short English names of the 43 traffic signs. */
export const GTSRB_CLASSES: readonly string[] = [
  ...[20, 30, 50, 60, 70, 80].map((speed) => `limit ${speed}`),
  "end of limit 80",
  ...[100, 120].map((speed) => `limit ${speed}`),
  ...["no passing", "no passing, trucks", "right of way", "priority road", "yield", "stop"],
  ...["no vehicles", "no trucks", "no entry", "caution", "curve left", "curve right"],
  ...["double curve", "bumpy road", "slippery road", "narrows right", "road works", "signals"],
  ...["pedestrians", "children", "bicycles", "snow", "wild animals", "end of limits"],
  ...["right ahead", "left ahead", "ahead only", "ahead or right", "ahead or left"],
  ...["keep right", "keep left", "roundabout", "end of no passing", "end of no passing, trucks"],
];

/**
 * Reads GTSRB's training images with their labels, straight from the archive, resized (paper,
 * section 3.1).
 *
 * @param archives Paths of the archives.
 * @param size What the images are resized to.
 * @returns 39,209 images in the order of their paths.
 * @throws {Error} If an archive, image, table or label is not as the data set's description says.
 */
export async function readGtsrbTraining(
  archives: GtsrbArchives,
  size: Size,
): Promise<LabelledImages> {
  const opening = openZip(archives.trainingImages);
  const images = await unpackImages(opening, size);
  return joinLabels(images, readTables(await opening), archives.trainingImages);
}

/**
 * Reads GTSRB's test images and joins them with their labels, which have an archive of their own.
 *
 * @param archives Paths of the archives.
 * @param size What the images are resized to.
 * @returns 12,630 images in the order of their paths.
 * @throws {Error} If an archive, image, table or label is not as the data set's description says.
 */
export async function readGtsrbTest(
  archives: GtsrbArchives,
  size: Size,
): Promise<LabelledImages> {
  const images = await unpackImages(openZip(archives.testImages), size); // its own table has no labels
  const tables = readTables(await openZip(archives.testLabels));
  const folder = dirname(images.paths[0] ?? "");
  const placed = [...tables].map(([path, text]): [string, string] => [`${folder}/${path}`, text]);
  return joinLabels(images, new Map(placed), archives.testLabels);
}

function readTables(archive: ZipArchive): Map<string, string> {
  const entries = archive.entries.filter(({ fileName }) => fileName.endsWith(".csv"));
  const texts = unpack(archive, entries).map((bytes) => new TextDecoder().decode(bytes));
  return new Map(entries.map(({ fileName }, index) => [fileName, texts[index]!]));
}

/**
 * Puts every row's label beside its image.
 *
 * @param images With their paths.
 * @param tables GTSRB's tables by path: their rows name files of the same folder.
 * @param archive What to call the images' source in an error.
 * @returns The images with their labels, in the same order.
 * @throws {Error} If an image has no row, a row no image, or a table is not as GTSRB's are.
 * @example
 * ```ts
 * import { PAPER_SIZE } from "@lib/data/images.ts";
 * import { joinLabels } from "@lib/data/gtsrb_images.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const pixels = new Uint8Array(3072);
 * const image = { ...PAPER_SIZE, paths: ["signs/00000.ppm"], pixels };
 * const table = "Filename;ClassId\n00000.ppm;14";
 * const { labels } = joinLabels(image, new Map([["signs/table.csv", table]]), "signs");
 * assertEquals(labels, Int32Array.of(14));
 * ```
 */
export function joinLabels(
  { paths, ...images }: ArchiveImages,
  tables: Map<string, string>,
  archive: string,
): LabelledImages {
  const rows = [...tables].flatMap(([table, text]) =>
    readTable(text, table)
      .map(({ file, label }) => ({ path: `${dirname(table)}/${file}`, label, table }))
  ).sort((a, b) => a.path < b.path ? -1 : 1);
  const there = new Set(paths);
  const stray = rows.find(({ path }) => !there.has(path));
  if (stray) {
    throw new Error(`Expected the image ${stray.path}, which ${stray.table} names, but found none`);
  }
  if (rows.length !== paths.length || rows.some(({ path }, index) => path !== paths[index])) {
    const found = `${rows.length} rows in ${basename(archive)}`;
    throw new Error(`Expected a row for each of ${paths.length} images but found ${found}`);
  }
  const labels = Int32Array.from(rows, (row) => row.label);
  return checkedImages({ ...images, labels, classNames: GTSRB_CLASSES }, basename(archive));
}

/**
 * Reads a table of GTSRB's, as its authors or Kaggle write it.
 *
 * @param text Of the table.
 * @param table Its name, for errors.
 * @returns A file's name and class for each row.
 * @throws {Error} If a column is missing, or a class is none of GTSRB's.
 */
export function readTable(text: string, table: string): { file: string; label: number }[] {
  const [header = "", ...lines] = text.trim().split(/\r?\n/);
  const columns = header.split(/[;,]/);
  const fileColumn = ["Filename", "Path"].map((name) => columns.indexOf(name))
    .find((at) => at >= 0);
  const classColumn = columns.indexOf("ClassId");
  if (fileColumn === undefined || classColumn < 0) {
    throw new Error(
      `Expected the columns Filename or Path, and ClassId but found "${header}" in ${table}`,
    );
  }
  return lines.map((line, index) => {
    const cells = line.split(/[;,]/);
    const found = cells[classColumn] ?? "";
    if (!/^\d+$/.test(found) || Number(found) >= GTSRB_CLASSES.length) {
      const place = `line ${index + 2} of ${table}`;
      throw new Error(
        `Expected a class in 0–${GTSRB_CLASSES.length - 1} but found "${found}" in ${place}`,
      );
    }
    return { file: cells[fileColumn] ?? "", label: Number(found) };
  });
}
