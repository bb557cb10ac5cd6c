/**
 * A look at a training set that somebody else collected, before anything is trained on it.
 *
 * @module
 */
import { folderTree, zipTree } from "@lib/data/file_tree.ts";
import { classFolders } from "@lib/data/image_folder.ts";
import { type LabelledImages, sizeText } from "@lib/data/images.ts";
import { readFiles } from "@lib/data/read_files.ts";
import { joinImages } from "@lib/data/select.ts";
import { tableAsCsv } from "@lib/figures/table_csv.ts";
import { writeWhole } from "@lib/files.ts";
import { requireApart } from "@lib/inspect/apart.ts";
import { findPoisonedImages, type PoisonedImages } from "@lib/recovery/poisoned_images.ts";
import { join } from "@lib/std/path.ts";

/** What to look at, and where to. */
export interface TrainingSettings {
  /** A folder, or a zip archive, with one folder a class; of `train` and `test` in it only the first. */
  training: string;
  /** The folder for the list. */
  output: string;
}

/** A training set with its files' names, and what was found in it. */
export interface TrainingInspection extends PoisonedImages {
  /** One an image: its path in the folder. */
  files: string[];
  /** One a class. */
  classNames: readonly string[];
  /** What was passed over, or taken of several things. */
  notes: readonly string[];
}

/** Which images seem poisoned: file, class and score, the log-odds in nats. */
export const POISONED_FILE = "poisoned.csv";

/**
 * Finds the images of a training set that carry a frequency trigger (`findPoisonedImages`), and writes
 * their names into `poisoned.csv`. The images are not touched, nor resized: that would blur a trigger away.
 *
 * @param settings Training set and output.
 * @param onProgress Told the share of images that is read, 0–1; 1 at the end.
 * @returns What was found, and the names of all files.
 * @throws {Error} If there are not at least two class folders with images of one size, more than one image in a
 * hundred cannot be read, or the output lies among them.
 * @example
 * ```ts
 * import { writeClassFolders } from "@lib/data/image_folder.ts";
 * import { syntheticSigns } from "@lib/data/synthetic_signs.ts";
 * import { inspectTraining } from "@lib/inspect/training.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const [training, output] = [await Deno.makeTempDir(), await Deno.makeTempDir()];
 * await writeClassFolders(training, syntheticSigns(12, 1, 3));
 * const { classes } = await inspectTraining({ training, output });
 * assertEquals(classes, []);
 * assertEquals(await Deno.readTextFile(`${output}/poisoned.csv`), "file,class,score\r\n");
 * ```
 */
export async function inspectTraining(
  { training, output }: TrainingSettings,
  onProgress: (share: number) => void | Promise<void> = () => {},
): Promise<TrainingInspection> {
  await requireApart({ images: training, output });
  const notes: string[] = [];
  const { images, files } = await readTraining(training, onProgress, (note) => notes.push(note));
  const found = findPoisonedImages(images);
  const { classNames, labels } = images;
  const rows = found.flagged.map((index) => [
    files[index]!,
    classNames[labels[index]!]!,
    Number(found.suspicions[index]!.toFixed(1)),
  ]);
  const table = { columns: ["file", "class", "score"], rows };
  await writeWhole(join(output, POISONED_FILE), tableAsCsv(table));
  return { ...found, files, classNames, notes };
}

/**
 * What was found, in a line for the set and one for each suspected class.
 *
 * @param inspection From {@link inspectTraining}.
 * @returns Lines of text: which classes, how many images, by which frequencies of which planes.
 * @example
 * ```ts
 * import { trainingSummary } from "@lib/inspect/training.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const set = { files: ["stop/1.png", "yield/1.png"], classNames: ["stop", "yield"], notes: [] };
 * const clean = { suspicions: new Float64Array(2).fill(-Infinity), flagged: [], classes: [] };
 * assertEquals(trainingSummary({ ...set, ...clean }), ["No poisoned images found among 2"]);
 * ```
 */
export function trainingSummary(inspection: TrainingInspection): string[] {
  const { files, flagged, classes, classNames, notes } = inspection;
  if (classes.length === 0) return [...notes, `No poisoned images found among ${files.length}`];
  return [
    ...notes,
    `Of ${files.length} images ${flagged.length} seem poisoned`,
    ...classes.map(({ label, coefficients, flagged }) => {
      const places = coefficients.slice(0, MOST_PLACES).map(({ plane, row, column, magnitude }) =>
        `${plane} (${row}, ${column}): ${magnitude.toFixed(1)}`
      );
      if (coefficients.length > MOST_PLACES) places.push("…");
      const what = `Class ${label} "${classNames[label]}": ${flagged} images`;
      return `${what}; ${places.join(", ")} levels`;
    }),
  ];
}

/** So many of a class's frequencies are named. */
const MOST_PLACES = 8;

async function readTraining(
  path: string,
  onProgress: (share: number) => void | Promise<void>,
  onNote: (note: string) => void,
): Promise<{ images: LabelledImages; files: string[] }> {
  const stat = await Deno.stat(path).catch(() => undefined);
  if (stat === undefined) throw new Error(`Expected images but found no folder ${path}`);
  const tree = stat.isDirectory ? await folderTree(path) : await zipTree(path);
  const { classNames, files, notes } = classFolders(tree, { prefer: "train" });
  notes.forEach(onNote);
  const tell = (share: number): void | Promise<void> => onProgress(0.99 * share);
  const found = await readFiles(tree, files, { onNote, onProgress: tell });
  const images = found.map(({ image }) => image);
  const size = sizeText(images[0]!);
  const other = found.find(({ image }) => sizeText(image) !== size);
  if (other !== undefined) {
    const where = `${sizeText(other.image)} in ${join(tree.name, other.path)}`;
    throw new Error(`Expected images of one size, ${size}, but found ${where}`);
  }
  await onProgress(1);
  const labels = Int32Array.from(found, ({ label }) => label);
  const labelled = { ...joinImages(images), labels, classNames };
  return { images: labelled, files: found.map(({ path }) => path) };
}
