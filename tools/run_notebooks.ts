/**
 * Runs the notebooks in order, each on a fresh kernel, with live progress.
 *
 *     deno task notebooks [--dataset synthetic|quick|gtsrb] [--save] [FILE …]
 *
 * The executed notebooks go to `outputs/<dataset>/notebooks`; with `--save` they replace those in
 * `notebooks/`.
 *
 * @module
 */
import { TextLineStream } from "./notebooks/text_lines.ts";
import { basename, join, relative } from "node:path";
import { datasetOption, SETTING_VARIABLE } from "./notebooks/options.ts";
import { faultsOfRun, readNotebook } from "./notebooks/notebook.ts";
import { progressPrinter } from "./notebooks/progress.ts";
import { setup } from "./setup.ts";
import { VENV_PYTHON } from "./setup/python.ts";

const ROOT = join(import.meta.dirname!, "..");

/**
 * All notebooks in reading order.
 *
 * @returns Their paths.
 */
export function allNotebooks(): string[] {
  return [...Deno.readDirSync(join(ROOT, "notebooks"))].map((entry) => entry.name)
    .filter((name) => name.endsWith(".ipynb")).sort().map((name) => join(ROOT, "notebooks", name));
}

/**
 * Runs notebooks one after the other and checks what came out.
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
  const memory = join(ROOT, "outputs", dataset, "durations.json");
  const durations: Record<string, number> = await Deno.readTextFile(memory).then(
    JSON.parse,
    () => ({}),
  );
  const printer = progressPrinter(files.map((file) => basename(file)), durations);
  for (const file of files) {
    const name = basename(file);
    const result = join(ROOT, "outputs", dataset, "notebooks", name);
    printer.begin(name);
    durations[name] = await runOne(file, result, dataset, printer.tell);
    const faults = faultsOfRun(await readNotebook(result), (await Deno.stat(result)).size);
    if (faults.length > 0) throw new Error(`${relative(ROOT, result)}:\n  ${faults.join("\n  ")}`);
    printer.end(durations[name]);
    await Deno.writeTextFile(memory, JSON.stringify(durations));
    if (save) {
      await Deno.copyFile(result, `${file}.part`).then(() => Deno.rename(`${file}.part`, file));
    }
  }
}

interface RunEvent {
  cell?: number;
  of?: number;
  progress?: string;
  error?: string;
  done?: number;
}

async function runOne(
  file: string,
  result: string,
  dataset: string,
  tell: (cell: string, progress: string) => void,
): Promise<number> {
  const child = new Deno.Command(join(ROOT, VENV_PYTHON), {
    args: [join(ROOT, "tools/notebooks/run_notebook.py"), file, result],
    env: { ...kernelEnvironment(), [SETTING_VARIABLE]: dataset },
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

if (import.meta.main) {
  try {
    const { dataset, rest } = datasetOption(Deno.args);
    const files = rest.filter((each) => each !== "--save");
    const stray = files.find((each) => each.startsWith("-"));
    if (stray) throw new Error(`Expected --dataset NAME, --save or notebooks but found ${stray}`);
    await setup();
    const chosen = files.length > 0 ? files : allNotebooks();
    await runNotebooks(chosen, dataset, rest.includes("--save"));
  } catch (error) {
    console.error((error as Error).message);
    Deno.exit(1);
  }
}
