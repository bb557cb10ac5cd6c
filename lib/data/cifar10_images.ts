import { CIFAR10 } from "@lib/data/cifar10.ts";
import {
  type DataSource,
  type FoundImages,
  once,
  type SourceImages,
} from "@lib/data/data_source.ts";
import { zipTree } from "@lib/data/file_tree.ts";
import { foundFolders, readClassFolders } from "@lib/data/image_folder.ts";
import type { LabelledImages } from "@lib/data/images.ts";
import { DATA_FOLDERS } from "@lib/environment.ts";
import { exists, firstExisting, md5Of } from "@lib/files.ts";
import { seededRandom } from "@lib/random.ts";
import { join } from "@lib/std/path.ts";

/** CIFAR-10 as image files: what it costs when they are JPEG copies, beside {@link CIFAR10}. */
export const CIFAR10_IMAGES: DataSource = {
  ...CIFAR10,
  async load(size): Promise<SourceImages> {
    const file = await firstExisting(DATA_FOLDERS.map((folder) => join(folder, ARCHIVE)));
    if (file === undefined) {
      throw new Error(
        `Expected ${ARCHIVE} with folders train and test but found none in ` +
          DATA_FOLDERS.join(" or "),
      );
    }
    const tree = await zipTree(file);
    const read = (split: "train" | "test"): Promise<LabelledImages> =>
      readClassFolders(tree, { size, split, random: seededRandom(1) });
    return {
      train: once(() => read("train")),
      test: await read("test"),
      // which has damaged the highest frequencies of colour, and with them what a trigger is hidden in
      form: tree.paths.some((path) => /\.jpe?g$/i.test(path)) ? "JPEG copies" : "image files",
      checksums: { [ARCHIVE]: await md5Of(file) },
    };
  },
  async findIn(folder): Promise<FoundImages | undefined> {
    const file = join(folder, ARCHIVE);
    return await exists(file) ? foundFolders(await zipTree(file)) : undefined;
  },
};

/** All images as files, in folders `train` and `test` with one folder a class. */
const ARCHIVE = "cifar10-images.zip";
