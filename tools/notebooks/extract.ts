import { basename } from "node:path";
import { codeCells, type Notebook, sourceOf } from "./notebook.ts";

/** A notebook's code cells as one TypeScript module, and where each of its lines comes from. */
export interface Extract {
  source: string;
  /** For each line of the source: the code cell, from 1, and the line in it, from 1. */
  places: { cell: number; line: number }[];
}

/**
 * Puts a notebook's code cells into one module, since `deno check` and `deno lint` do not look into
 * notebooks.
 *
 * @param notebook Which.
 * @returns The module and its places.
 */
export function extractCode(notebook: Notebook): Extract {
  const lines: string[] = [];
  const places: Extract["places"] = [];
  codeCells(notebook).forEach((cell, index) => {
    sourceOf(cell).split("\n").forEach((text, line) => {
      lines.push(text);
      places.push({ cell: index + 1, line: line + 1 });
    });
  });
  return { source: lines.join("\n") + "\n", places };
}

/**
 * Rewrites the places in a message about an extract, `file.ts:12:3`, to those in its notebook.
 *
 * @param message What `deno check` or `deno lint` said.
 * @param file The extract's path; a message may write what stands before its name in another way.
 * @param notebook The notebook's path.
 * @param places The extract's.
 * @returns The message with `notebook.ipynb cell 4 line 2` in it.
 */
export function inNotebookTerms(
  message: string,
  file: string,
  notebook: string,
  places: Extract["places"],
): string {
  const escaped = basename(file).replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return message.replace(new RegExp(`\\S*${escaped}:(\\d+):\\d+`, "g"), (_, line) => {
    const place = places[Number(line) - 1];
    return `${notebook} cell ${place?.cell} line ${place?.line}`;
  });
}

/** The most lines of code that a cell may have; what is longer belongs into the library. */
export const LONGEST_CELL = 20;

/**
 * What is wrong with how a notebook is written.
 *
 * @param notebook Which.
 * @returns One line a fault.
 */
export function faultsOfWriting(notebook: Notebook): string[] {
  const faults: string[] = [];
  const [first] = notebook.cells;
  if (first?.cell_type !== "markdown" || !sourceOf(first).startsWith("# ")) {
    faults.push("expected a title, “# …”, in the first cell");
  }
  if (notebook.metadata.language_info?.name !== "typescript") {
    faults.push("expected language_info.name to be typescript in the metadata");
  }
  if (notebook.metadata.kernelspec?.name !== "deno") {
    faults.push("expected kernelspec.name to be deno in the metadata");
  }
  codeCells(notebook).forEach((cell, index) => {
    const where = `cell ${index + 1}`;
    const code = sourceOf(cell);
    const isImport = /^import \{[^}]*\} from "[^"]+";\n*$/.test(code);
    const lines = code.split("\n").filter((line) =>
      line.trim() && !line.trim().startsWith("//")
    ).length;
    if (lines > LONGEST_CELL && !isImport) {
      faults.push(`${where}: expected at most ${LONGEST_CELL} lines of code but found ${lines}`);
    }
    if (code.includes("import.meta")) {
      faults.push(
        `${where}: import.meta does not work in a notebook`,
      );
    }
    for (const [, path] of code.matchAll(/(?:from|import)[\s(]*["'](\.[^"']*)["']/g)) {
      faults.push(`${where}: expected an import by name, such as @lib/mod.ts, but found "${path}"`);
    }
  });
  return faults;
}
