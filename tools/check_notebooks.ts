/**
 * Checks the notebooks in `notebooks/`: types and lint of their cells, how they are written, and that
 * what is committed was run from top to bottom.
 *
 * @module
 */
import { basename, join } from "node:path";
import { extractCode, faultsOfWriting, inNotebookTerms } from "./notebooks/extract.ts";
import { faultsOfRun, readNotebook } from "./notebooks/notebook.ts";
import { allNotebooks } from "./run_notebooks.ts";

/**
 * Checks notebooks.
 *
 * @param files Their paths.
 * @returns One text a fault, naming notebook, cell and line.
 */
export async function checkNotebooks(files: readonly string[]): Promise<string[]> {
  return (await Promise.all(files.map(checkNotebook))).flat();
}

async function checkNotebook(file: string): Promise<string[]> {
  const name = basename(file);
  const notebook = await readNotebook(file);
  const faults = [
    ...faultsOfWriting(notebook),
    ...faultsOfRun(notebook, (await Deno.stat(file)).size),
    ...(await isFormatted(file) ? [] : ["expected the format of deno fmt"]),
  ].map((fault) => `${name}: ${fault}`);
  const { source, places } = extractCode(notebook);
  // beside the notebook, so that the same deno.json holds; the name is git-ignored
  const extract = join(file, "..", `.check-${name}.ts`);
  await Deno.writeTextFile(extract, source);
  try {
    const types = await deno(["check", extract]);
    if (!types.success) faults.push(inNotebookTerms(types.words, extract, name, places));
  } finally {
    await Deno.remove(extract);
  }
  // over standard input, since deno.json may leave the notebook's folder out
  const lint = await deno(["lint", "--rules-exclude=explicit-function-return-type", "-"], source);
  if (!lint.success) faults.push(inNotebookTerms(lint.words, "$deno$stdin.mts", name, places));
  return faults;
}

/**
 * Whether `deno fmt` leaves a notebook as it is. Asked over standard input: of files with notebooks
 * Deno 2.9.6 says that they are not formatted, even just after formatting, until its cache knows them.
 */
async function isFormatted(file: string): Promise<boolean> {
  const text = await Deno.readTextFile(file);
  const { success, out } = await deno(["fmt", "--ext=ipynb", "-"], text);
  return !success || out === text; // of code that cannot be parsed, deno check says where
}

/** Runs a deno command, and says what it printed: on standard output alone, and all its words. */
async function deno(
  args: string[],
  input = "",
): Promise<{ success: boolean; out: string; words: string }> {
  const child = new Deno.Command(Deno.execPath(), {
    args,
    env: { NO_COLOR: "1" },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const sent = new Blob([input]).stream().pipeTo(child.stdin);
  const [{ success, stdout, stderr }] = await Promise.all([child.output(), sent.catch(() => {})]);
  const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  return { success, out: out!, words: out! + err! };
}

if (import.meta.main) {
  const faults = await checkNotebooks(allNotebooks());
  faults.forEach((fault) => console.error(fault));
  if (faults.length > 0) Deno.exit(1);
  console.log(`Checked ${allNotebooks().length} notebooks`);
}
