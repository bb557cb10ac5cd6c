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
  const faults: string[] = [];
  for (const file of files) {
    const name = basename(file);
    const notebook = await readNotebook(file);
    const { source, places } = extractCode(notebook);
    const found = [
      ...faultsOfWriting(notebook),
      ...faultsOfRun(notebook, (await Deno.stat(file)).size),
    ];
    faults.push(...found.map((fault) => `${name}: ${fault}`));
    // beside the notebook, so that the same deno.json holds; the name is git-ignored
    const extract = join(file, "..", `.check-${name}.ts`);
    await Deno.writeTextFile(extract, source);
    try {
      for (
        const command of [["check"], ["lint", "--rules-exclude=explicit-function-return-type"]]
      ) {
        const complaint = await complaintOf([...command, extract]);
        if (complaint) faults.push(inNotebookTerms(complaint, extract, name, places));
      }
    } finally {
      await Deno.remove(extract);
    }
  }
  return faults;
}

/** What a deno command says if it fails, nothing if it does not. */
async function complaintOf(args: string[]): Promise<string | undefined> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    env: { NO_COLOR: "1" },
  }).output();
  if (success) return undefined;
  return new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
}

if (import.meta.main) {
  const faults = await checkNotebooks(allNotebooks());
  faults.forEach((fault) => console.error(fault));
  if (faults.length > 0) Deno.exit(1);
  console.log(`Checked ${allNotebooks().length} notebooks`);
}
