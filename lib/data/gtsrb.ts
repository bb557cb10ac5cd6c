import type { DataSource, FoundImages, SourceImages } from "@lib/data/data_source.ts";
import { once, readAtOnce } from "@lib/data/data_source.ts";
import { GTSRB_MD5, gtsrbArchives } from "@lib/data/gtsrb_archives.ts";
import { GTSRB_CLASSES, readGtsrbTest, readGtsrbTraining } from "@lib/data/gtsrb_images.ts";
import { PAPER_SIZE } from "@lib/data/images.ts";
import { DATA_FOLDERS } from "@lib/environment.ts";
import { exists, md5Of } from "@lib/files.ts";
import { basename, join } from "@lib/std/path.ts";

/** The paper's data: the German Traffic Sign Recognition Benchmark (Stallkamp et al., 2012). */
export const GTSRB: DataSource = {
  title: "GTSRB",
  isSynthetic: false,
  size: PAPER_SIZE,
  officialMd5: Object.fromEntries(Object.values(GTSRB_MD5).map(({ name, md5 }) => [name, md5])),
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
      return readAtOnce(GTSRB_CLASSES.length, (size) => readGtsrbTest(archives, size));
    }
    if (await exists(trainingImages)) {
      return readAtOnce(GTSRB_CLASSES.length, (size) => readGtsrbTraining(archives, size));
    }
    return undefined;
  },
};
