import type { OnDownload, SourceImages } from "@lib/data/data_source.ts";
import { DATASETS } from "@lib/data/datasets.ts";
import type { LabelledImages, Size } from "@lib/data/images.ts";
import { splitByClass } from "@lib/data/splits.ts";
import { chosen } from "@lib/environment.ts";
import { seededRandom } from "@lib/random.ts";

/** Which data, and at which size its images are read. */
export interface DataChoice extends Size {
  /** In the list of data sets. */
  name: string;
}

/** An experiment's images: those of a data set, its test images halved (paper, section 3.2). */
export interface Dataset extends SourceImages {
  /** How to call it in titles; says "synthetic" where it is, and how copies differ from the official ones. */
  name: string;
  /** Of the halves: that of the experiment. */
  seed: number;
  /** The half of the test images on which thresholds are read. */
  validationHalf: LabelledImages;
  /** The other half, on which results are reported. */
  testHalf: LabelledImages;
}

/**
 * A data set of the list, at its own size.
 *
 * @param name In {@link DATASETS}.
 * @returns What an experiment says of its data.
 * @throws {Error} If there is no such data set; names those there are.
 * @example
 * ```ts
 * import { dataChoice } from "@lib/data/dataset.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * assertEquals(dataChoice("gtsrb"), { name: "gtsrb", height: 32, width: 32, channels: 3 });
 * ```
 */
export function dataChoice(name: string): DataChoice {
  return { name, ...chosen(DATASETS, name, "a data set").size };
}

/**
 * Loads an experiment's images and halves the test images.
 *
 * @param experiment Its choice of data, and the seed of the split.
 * @param onDownload Told how a download goes.
 * @returns The images.
 * @throws {Error} If there is no such data set, or its files are not to be had or damaged.
 * @example
 * ```ts
 * import { dataChoice, loadDataset } from "@lib/data/dataset.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const { testHalf, name } = await loadDataset({ data: dataChoice("quick"), seed: 1 });
 * assertEquals([name, testHalf.labels.length], ["synthetic signs", 244]);
 * ```
 */
export async function loadDataset(
  { data, seed }: { data: DataChoice; seed: number },
  onDownload?: OnDownload,
): Promise<Dataset> {
  const { name, height, width, channels } = data;
  const source = chosen(DATASETS, name, "a data set");
  const images = await source.load({ height, width, channels }, onDownload);
  const [validationHalf, testHalf] = splitByClass(images.test, seededRandom(seed), 2);
  const title = [source.title, images.form].filter(Boolean).join(", ");
  return { name: title, ...images, seed, validationHalf, testHalf };
}
