import { DATA_FOLDERS } from "@lib/environment.ts";
import { readGtsrbTest, readGtsrbTraining } from "@lib/data/gtsrb.ts";
import { gtsrbArchives } from "@lib/data/gtsrb_archives.ts";
import type { LabelledImages } from "@lib/data/images.ts";
import { syntheticSigns } from "@lib/data/synthetic_signs.ts";
import { halves } from "@lib/data/splits.ts";
import type { Experiment } from "@lib/study/experiment.ts";
import { md5Of } from "@lib/files.ts";
import { seededRandom } from "@lib/random.ts";
import { basename } from "@lib/std/path.ts";

/** An experiment's images. */
export interface Dataset {
  /** How to call it in titles; says "synthetic" where it is. */
  name: string;
  /** The clean training images: read or rendered when first asked for, then kept. */
  train: () => Promise<LabelledImages>;
  /** All test images. */
  test: LabelledImages;
  /** The half of the test images on which thresholds are read. */
  validationHalf: LabelledImages;
  /** The other half, on which results are reported. */
  testHalf: LabelledImages;
  /** MD5 of the files they come from, by name; none where they are rendered. */
  checksums: Record<string, string>;
}

/**
 * Loads an experiment's images: GTSRB from `data/`, else `../shared/data`, else the web; or renders
 * synthetic signs.
 *
 * @param experiment Which data and seed.
 * @param onProgress Told how a download goes.
 * @returns The images, split.
 * @throws {Error} If an archive is not to be had or is damaged.
 * @example
 * ```ts ignore
 * const { testHalf, train } = await loadDataset(paperExperiment("gtsrb"));
 * const images = await train();
 * ```
 */
export async function loadDataset(
  { setting, seed }: Pick<Experiment, "setting" | "seed">,
  onProgress?: (name: string, bytes: number, expected: number) => void,
): Promise<Dataset> {
  const source = setting === "gtsrb"
    ? await loadGtsrb(onProgress)
    : renderSigns(SYNTHETIC_SIZES[setting]);
  const { validation, test: testHalf } = halves(source.test, seededRandom(seed));
  return { ...source, validationHalf: validation, testHalf };
}

type Source = Omit<Dataset, "validationHalf" | "testHalf">;

/** Sized so that the whole job takes minutes on two cores, and seconds a notebook in the quick setting. */
const SYNTHETIC_SIZES = {
  synthetic: { train: 8000, test: 2000, classes: 43 },
  quick: { train: 1920, test: 600, classes: 16 },
};

function renderSigns(
  { train, test, classes }: { train: number; test: number; classes: number },
): Source {
  return {
    name: "synthetic signs",
    train: once(() => Promise.resolve(syntheticSigns(train, 1, classes))),
    test: syntheticSigns(test, 2, classes),
    checksums: {},
  };
}

async function loadGtsrb(
  onProgress?: (name: string, bytes: number, expected: number) => void,
): Promise<Source> {
  const folders = DATA_FOLDERS;
  const archives = await gtsrbArchives({ folders, onProgress });
  const train = once(() => readGtsrbTraining(archives));
  const test = await readGtsrbTest(archives);
  const checksums: Record<string, string> = {};
  for (const file of Object.values(archives)) checksums[basename(file)] = await md5Of(file);
  return { name: "GTSRB", train, test, checksums };
}

/** Calls a function at the first request only. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => made ??= make();
}
