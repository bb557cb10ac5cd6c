import type { DataSource, FoundImages, SourceImages } from "@lib/data/data_source.ts";
import { once } from "@lib/data/data_source.ts";
import { GTSRB_MD5, gtsrbArchives } from "@lib/data/gtsrb_archives.ts";
import {
  GTSRB_CLASSES,
  joinLabels,
  readGtsrbTest,
  readGtsrbTraining,
} from "@lib/data/gtsrb_images.ts";
import { readImage } from "@lib/data/image_file.ts";
import { type LabelledImages, PAPER_SIZE, type Size } from "@lib/data/images.ts";
import { drawn, joinImages } from "@lib/data/select.ts";
import { DATA_FOLDERS } from "@lib/environment.ts";
import { exists, md5Of } from "@lib/files.ts";
import { basename, dirname, join } from "@lib/std/path.ts";

/** The paper's data: the German Traffic Sign Recognition Benchmark (Stallkamp et al., 2012). */
export const GTSRB: DataSource = {
  title: "GTSRB",
  isSynthetic: false,
  size: PAPER_SIZE,
  training: { epochs: 20, batchSize: 64 },
  async load(size, onDownload): Promise<SourceImages> {
    const archives = await gtsrbArchives({ folders: DATA_FOLDERS, onProgress: onDownload });
    const train = once(() => readGtsrbTraining(archives, size));
    const test = await readGtsrbTest(archives, size);
    const checksums: Record<string, string> = {};
    for (const file of Object.values(archives)) checksums[basename(file)] = await md5Of(file);
    return { train, test, checksums };
  },
  async findIn(folder): Promise<FoundImages | undefined> {
    const [trainingImages, testImages, testLabels] = Object.values(GTSRB_MD5)
      .map(({ name }) => join(folder, name)) as [string, string, string];
    const archives = { trainingImages, testImages, testLabels };
    if (await exists(testImages) && await exists(testLabels)) {
      return found((size) => readGtsrbTest(archives, size));
    }
    if (await exists(trainingImages)) return found((size) => readGtsrbTraining(archives, size));
    return await unpacked(folder);
  },
};

/** A draw from images that can only be read all at once. */
const found = (readAll: (size: Size) => Promise<LabelledImages>): FoundImages => ({
  classes: GTSRB_CLASSES.length,
  read: async ({ size, most, random }) => drawn(await readAll(size), most, random),
});

/** The labels of GTSRB's test images, which the unpacked archive holds beside or above them. */
const TEST_TABLE = "GT-final_test.csv";

async function unpacked(folder: string): Promise<FoundImages | undefined> {
  for (const within of ["GTSRB/Final_Test/Images", "Final_Test/Images", "."]) {
    const images = join(folder, within);
    for (const above of ["", "..", "../..", "../../.."]) {
      const table = join(images, above, TEST_TABLE);
      const isPlace = within !== "." || above === "";
      if (isPlace && await exists(images) && await exists(table)) {
        return found((size) => readUnpacked(images, table, size));
      }
    }
  }
  return undefined;
}

/** The unpacked test images: all in one folder, their labels in a table. */
async function readUnpacked(folder: string, table: string, size: Size): Promise<LabelledImages> {
  const names = [...Deno.readDirSync(folder)].map(({ name }) => name)
    .filter((name) => name.endsWith(".ppm")).sort();
  const images = [];
  for (const name of names) images.push(await readImage(join(folder, name), size));
  const place = basename(dirname(join(folder, names[0] ?? "")));
  const paths = names.map((name) => `${place}/${name}`);
  const text = await Deno.readTextFile(table);
  const tables = new Map([[`${place}/${TEST_TABLE}`, text]]);
  return joinLabels({ paths, ...joinImages(images) }, tables, table);
}
