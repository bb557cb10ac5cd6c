/**
 * Runs the notebooks, each on a fresh kernel, with live progress.
 *
 *     deno task notebooks [--dataset NAME] [--save] [FILE …]
 *
 * The executed notebooks go to `outputs/<dataset>/notebooks`; with `--save` they replace those in
 * `notebooks/`.
 *
 * @module
 */
import { DATASETS } from "@lib/data/datasets.ts";
import { writeWhole } from "@lib/files.ts";
import { DATASET_VARIABLE, ROOT } from "../lib/environment.ts";
import { TextLineStream } from "./notebooks/text_lines.ts";
import { basename, join, relative } from "node:path";
import { datasetOption, takeOptions } from "./notebooks/options.ts";
import { faultsOfRun, notebooksIn, readNotebook } from "./notebooks/notebook.ts";
import { progressPrinter, readDurations, timeWords } from "./notebooks/progress.ts";
import { dataSetsOf, withResults } from "./notebooks/results_table.ts";
import { printedResults } from "./notebooks/summary.ts";
import { run } from "./setup/command.ts";
import { VENV_PYTHON } from "./setup/python.ts";

/**
 * All notebooks in reading order.
 *
 * @returns Their paths.
 */
export function allNotebooks(): string[] {
  return notebooksIn(join(ROOT, "notebooks"));
}

/**
 * Runs notebooks in their order and checks what came out. On synthetic images, where no time that a notebook
 * measures is worth anything, the second half of them runs beside the first: a kernel has one core's work.
 *
 * @param files Their paths.
 * @param dataset What they run on.
 * @param save Whether they are replaced by what was run.
 * @throws {Error} If a cell fails or an output is missing; what was run is kept.
 */
export async function runNotebooks(
  files: readonly string[],
  dataset: string,
  save: boolean,
): Promise<void> {
  const outputs = join(ROOT, "outputs", dataset);
  const memory = join(outputs, "durations.json");
  const durations = await readDurations(memory);
  const printer = progressPrinter(files.map((file) => basename(file)), durations);
  let failed = false;
  const runOne = async (file: string): Promise<void> => {
    const name = basename(file);
    const result = join(outputs, "notebooks", name);
    printer.begin(name);
    try {
      const tell = (cell: string, progress: string) => printer.tell(name, cell, progress);
      durations[name] = await runNotebook(file, result, dataset, tell);
      const faults = faultsOfRun(await readNotebook(result), (await Deno.stat(result)).size);
      if (faults.length > 0) {
        throw new Error(`${relative(ROOT, result)}:\n  ${faults.join("\n  ")}`);
      }
    } catch (error) {
      failed = true;
      printer.end(name, "failed");
      throw error;
    }
    printer.end(name, `done in ${timeWords(durations[name])}`);
    await writeWhole(memory, JSON.stringify(durations));
    if (save) await writeWhole(file, await Deno.readTextFile(result));
  };
  // each goes forwards through its own part, then backwards through what is left of the other's
  const lane = async (own: string[], others: string[]): Promise<void> => {
    for (;;) {
      const file = failed ? undefined : own.shift() ?? others.pop();
      if (file === undefined) return;
      await runOne(file);
    }
  };
  const half = DATASETS[dataset]!.isSynthetic ? Math.ceil(files.length / 2) : files.length;
  const [first, second] = [files.slice(0, half), files.slice(half)];
  const lanes = [lane(first, second), ...half < files.length ? [lane(second, first)] : []];
  const ended = await Promise.allSettled(lanes);
  const failure = ended.find((each) => each.status === "rejected");
  if (failure) throw failure.reason;
}

interface RunEvent {
  cell?: number;
  of?: number;
  progress?: string;
  error?: string;
  done?: number;
}

/**
 * Runs a notebook on a fresh kernel, in its own folder.
 *
 * @param file Its path.
 * @param result Where the executed notebook goes, also when it fails.
 * @param dataset What it runs on.
 * @param tell Told the cell at work, "cell 5/31", and the newest line it showed.
 * @returns Seconds it took.
 * @throws {Error} If a cell fails, with the cell and its own words.
 */
export async function runNotebook(
  file: string,
  result: string,
  dataset: string,
  tell: (cell: string, progress: string) => void,
): Promise<number> {
  const child = new Deno.Command(join(ROOT, VENV_PYTHON), {
    args: [join(ROOT, "tools/notebooks/run_notebook.py"), file, result],
    env: { ...kernelEnvironment(), [DATASET_VARIABLE]: dataset },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const complaints = new Response(child.stderr).text();
  let cell = "starting";
  let last: RunEvent = {};
  for await (
    const line of child.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(
      new TextLineStream(),
    )
  ) {
    last = JSON.parse(line);
    if (last.cell) cell = `cell ${last.cell}/${last.of}`;
    tell(cell, last.progress ?? "");
  }
  const { success } = await child.status;
  if (success && last.done !== undefined) return last.done;
  const why = last.error ?? (await complaints).trim().split("\n").slice(-8).join("\n");
  throw new Error(
    `${basename(file)} failed in ${cell}:\n${why}\nSo far it is in ${relative(ROOT, result)}`,
  );
}

/** Jupyter's own files stay inside the repository too. */
export function kernelEnvironment(): Record<string, string> {
  const inside = (name: string): string => join(ROOT, ".venv", "jupyter", name);
  return {
    JUPYTER_CONFIG_DIR: inside("config"),
    JUPYTER_DATA_DIR: inside("data"),
    JUPYTER_RUNTIME_DIR: inside("runtime"),
    JUPYTERLAB_SETTINGS_DIR: inside("settings"),
    JUPYTERLAB_WORKSPACES_DIR: inside("workspaces"),
    IPYTHONDIR: inside("ipython"),
  };
}

/** The README's tables of results come from the summaries, so that no number in them is typed. */
async function updateReadme(): Promise<void> {
  const file = join(ROOT, "README.md");
  let page = await Deno.readTextFile(file);
  for (const data of dataSetsOf(page)) page = withResults(page, await printedResults(data), data);
  await writeWhole(file, page);
  await run([Deno.execPath(), "fmt", "--quiet", file], ROOT);
}

if (import.meta.main) {
  try {
    const { dataset, rest } = datasetOption(Deno.args);
    const { given, rest: files } = takeOptions(rest, [], ["save"]);
    const stray = files.find((each) => each.startsWith("-"));
    if (stray) throw new Error(`Expected --dataset NAME, --save or notebooks but found ${stray}`);
    const save = given.has("save");
    await runNotebooks(files.length > 0 ? files : allNotebooks(), dataset, save);
    if (save && dataset === "gtsrb") await updateReadme();
  } catch (error) {
    console.error((error as Error).message);
    Deno.exit(1);
  }
}
