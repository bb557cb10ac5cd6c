/**
 * Makes of executed notebooks what goes into a paper or onto a web page: a site, a PDF, each figure as SVG
 * and PDF, each table as CSV and LaTeX, and a bibliography.
 *
 *     deno task publish [--dataset NAME]
 *
 * The notebooks are those in `notebooks/` for `gtsrb`, and those in `outputs/<dataset>/notebooks` for other
 * data; the publication is in `outputs/<dataset>/publication`.
 *
 * @module
 */
import { writeWhole } from "@lib/files.ts";
import { DATASETS } from "@lib/data/datasets.ts";
import { outputPath, ROOT } from "@lib/environment.ts";
import { saveTable } from "@lib/figures/save_table.ts";
import { tableAsCsv } from "@lib/figures/table_csv.ts";
import { basename, join, relative } from "node:path";
import { notebooksIn, readNotebook } from "./notebooks/notebook.ts";
import { onlyDataset } from "./notebooks/options.ts";
import { bookOf } from "./publish/book.ts";
import { PUBLISH_PYTHON, setupPublishing } from "./publish/environment.ts";
import { tableAsLatex } from "./publish/latex_table.ts";
import { partsOf, type Shown, withoutNumber } from "./publish/parts.ts";
import { run } from "./setup/command.ts";

/**
 * The executed notebooks of a data set.
 *
 * @param dataset Which.
 * @returns Their paths, in the order of reading.
 * @throws {Error} If there are none, with how to make them.
 */
export function executedNotebooks(dataset: string): string[] {
  const folder = dataset === "gtsrb" ? join(ROOT, "notebooks") : outputPath(dataset, "notebooks");
  const files = notebooksIn(folder);
  if (files.length > 0) return files;
  throw new Error(
    `Expected executed notebooks in ${relative(ROOT, folder)} but found none: ` +
      `make them with deno task notebooks --dataset ${dataset}`,
  );
}

/**
 * Publishes executed notebooks.
 *
 * @param files Their paths, in the order of reading.
 * @param folder Where everything goes; what was there is replaced, once all is made.
 * @param subtitle Stands below the title: what the notebooks ran on.
 * @throws {Error} If a notebook cannot be read, or pandoc or Typst stop.
 */
export async function publish(
  files: readonly string[],
  folder: string,
  subtitle: string,
): Promise<void> {
  const half = `${folder}.part`;
  await Deno.remove(half, { recursive: true }).catch(() => {});
  const chapters = [];
  for (const file of files) {
    const stem = basename(file, ".ipynb");
    chapters.push({ stem, parts: await partsOf(await readNotebook(file), stem) });
  }
  await writeWhole(join(half, "notebooks.md"), bookOf(chapters));
  const captions = [];
  for (const part of chapters.flatMap(({ parts }) => parts)) {
    if (part.kind !== "figure" && part.kind !== "table") continue;
    const caption = withoutNumber(part.caption);
    captions.push([part.name, caption]);
    await writeShown(part, caption, half);
  }
  const list = { columns: ["name", "caption"], rows: captions };
  await writeWhole(join(half, "captions.csv"), tableAsCsv(list));
  const render = join(ROOT, "tools/publish/render.py");
  await run([PUBLISH_PYTHON, render, half, join(ROOT, "CITATION.cff"), subtitle], ROOT);
  await Deno.remove(folder, { recursive: true }).catch(() => {});
  await Deno.rename(half, folder);
}

/** Writes a figure or a table in its forms, but for the PDFs. */
async function writeShown(part: Shown, caption: string, folder: string): Promise<void> {
  const file = join(folder, `${part.kind}s`, part.name);
  if (part.kind === "figure") return await writeWhole(`${file}.svg`, part.svg);
  await saveTable(`${file}.csv`, part.table);
  await writeWhole(`${file}.tex`, tableAsLatex(part.table, caption));
}

if (import.meta.main) {
  try {
    const dataset = onlyDataset(Deno.args, "gtsrb");
    const files = executedNotebooks(dataset);
    await setupPublishing();
    const folder = outputPath(dataset, "publication");
    const { title, isSynthetic } = DATASETS[dataset]!;
    await publish(files, folder, isSynthetic ? `On synthetic images: ${title}` : `On ${title}`);
    console.log(`${files.length} notebooks are published in ${relative(ROOT, folder)}`);
  } catch (error) {
    console.error((error as Error).message);
    Deno.exit(1);
  }
}
