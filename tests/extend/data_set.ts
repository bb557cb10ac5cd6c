/** A data set is a file: a title, a size, and how its images are loaded. */
import type { DataSource } from "@lib/mod.ts";
import { once, type SourceImages } from "@lib/data/data_source.ts";
import { folderTree } from "@lib/data/file_tree.ts";
import { readClassFolders } from "@lib/data/image_folder.ts";
import { seededRandom } from "@lib/random.ts";

/** Grey images in folders `train` and `test`, in each a folder a class. */
export function greyFolders(folder: string): DataSource {
  return {
    title: "grey codes, synthetic",
    isSynthetic: true,
    size: { height: 48, width: 40, channels: 1 },
    training: { epochs: 12, batchSize: 32 },
    async load(size): Promise<SourceImages> {
      const tree = await folderTree(folder);
      const read = (split: "train" | "test") =>
        readClassFolders(tree, { size, split, random: seededRandom(1) });
      return { train: once(() => read("train")), test: await read("test"), checksums: {} };
    },
  };
}
