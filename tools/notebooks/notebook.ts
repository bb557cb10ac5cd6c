import { join } from "node:path";

/** A notebook as its file holds it, as far as the tools look at it (nbformat 4.5). */
export interface Notebook {
  cells: Cell[];
  metadata: { language_info?: { name?: string }; kernelspec?: { name?: string } };
}

/** A cell of a notebook. */
export interface Cell {
  cell_type: "markdown" | "code" | "raw";
  source: string | string[];
  execution_count?: number | null;
  outputs?: Output[];
}

/** What a code cell has shown. */
export interface Output {
  output_type: string;
  ename?: string;
  evalue?: string;
  /** What it printed. */
  text?: string | string[];
  /** By MIME type: JSON, or text in one piece or in lines. */
  data?: Record<string, unknown>;
}

/** A notebook's largest size in a repository where people read it in the browser. */
export const LARGEST = 500 * 1024;

/**
 * Reads a notebook.
 *
 * @param file Its path.
 * @throws {Error} If it is no notebook.
 */
export async function readNotebook(file: string): Promise<Notebook> {
  try {
    const notebook = JSON.parse(await Deno.readTextFile(file));
    if (!Array.isArray(notebook.cells)) throw new Error("no cells");
    return notebook;
  } catch (error) {
    throw new Error(`Expected a Jupyter notebook but found ${(error as Error).message} in ${file}`);
  }
}

/**
 * The notebooks of a folder.
 *
 * @param folder Its path.
 * @returns Their paths, sorted; none if there is no such folder.
 */
export function notebooksIn(folder: string): string[] {
  try {
    return [...Deno.readDirSync(folder)].map(({ name }) => name)
      .filter((name) => name.endsWith(".ipynb")).sort().map((name) => join(folder, name));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

/**
 * A cell's text.
 *
 * @param cell Of any kind.
 */
export function sourceOf(cell: Cell): string {
  return Array.isArray(cell.source) ? cell.source.join("") : cell.source;
}

/**
 * A notebook's code cells, in order.
 *
 * @param notebook Which.
 */
export function codeCells(notebook: Notebook): Cell[] {
  return notebook.cells.filter((cell) => cell.cell_type === "code");
}

/**
 * What is wrong with a notebook that was run: the cells are to be numbered 1 … n, without errors, each
 * cell that shows something with an output, and the file small enough to read in a browser.
 *
 * @param notebook As it was run.
 * @param bytes Its file's size.
 * @returns One line a fault.
 */
export function faultsOfRun(notebook: Notebook, bytes: number): string[] {
  const faults: string[] = [];
  codeCells(notebook).forEach((cell, index) => {
    const where = `code cell ${index + 1}`;
    if (cell.execution_count !== index + 1) {
      faults.push(
        `${where}: expected execution count ${index + 1} but found ${cell.execution_count}`,
      );
    }
    for (const output of cell.outputs ?? []) {
      if (output.output_type === "error") {
        faults.push(`${where}: ${output.ename}: ${output.evalue}`);
      }
    }
    if (cell.outputs?.some(({ output_type }) => output_type === "execute_result")) {
      faults.push(`${where}: expected all to be shown by “show…” but found its last value printed`);
    }
    if (/await (lib\.)?show[A-Z(]/.test(sourceOf(cell)) && (cell.outputs ?? []).length === 0) {
      faults.push(`${where}: expected an output but found none`);
    }
  });
  if (bytes > LARGEST) {
    faults.push(`expected at most ${LARGEST >> 10} KiB but found ${bytes >> 10} KiB`);
  }
  return faults;
}
