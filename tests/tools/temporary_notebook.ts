import { join } from "@lib/std/path.ts";

/**
 * Writes a notebook into a folder of its own, as if it had been run.
 *
 * @param cells Code cells, below a title.
 * @param name The file's name.
 * @returns Its path.
 */
export async function temporaryNotebook(
  cells: readonly string[],
  name = "trial.ipynb",
): Promise<string> {
  const code = cells.map((source, index) => ({
    cell_type: "code",
    id: `code-${index}`,
    metadata: {},
    source: source.split(/(?<=\n)/),
    execution_count: index + 1,
    outputs: [],
  }));
  const title = { cell_type: "markdown", id: "title", metadata: {}, source: ["# A trial"] };
  const notebook = {
    cells: [title, ...code],
    metadata: { kernelspec: KERNEL, language_info: { name: "typescript" } },
    nbformat: 4,
    nbformat_minor: 5,
  };
  const file = join(await Deno.makeTempDir(), name);
  await Deno.writeTextFile(file, JSON.stringify(notebook, null, 1) + "\n");
  return file;
}

const KERNEL = { display_name: "Deno", language: "typescript", name: "deno" };
