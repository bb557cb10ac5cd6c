import { JSDOM } from "jsdom";
import { uncaptioned } from "@lib/figures/caption.ts";
import type { Figure } from "@lib/figures/figure.ts";
import { renderSvg } from "@lib/figures/static_svg.ts";
import type { Table } from "@lib/figures/table_bundle.ts";
import { type Notebook, type Output, sourceOf } from "../notebooks/notebook.ts";

/** A piece of an executed notebook, in the order in which it is read. */
export type Part =
  | { kind: "markdown" | "code" | "words"; text: string }
  | { kind: "figure"; name: string; caption: string; svg: string }
  | { kind: "table"; name: string; table: Table };

/**
 * Takes an executed notebook apart.
 *
 * @param notebook Which, with its outputs.
 * @param stem Its file's name without ending, with which the names of figures and tables begin:
 * `04_pruning_loop_figure_1`. They end with the number in the caption, or where there is none with the
 * place among their kind.
 * @returns Its texts, code, figures without their captions in them, and tables.
 * @throws {Error} If two figures or two tables have the same number.
 */
export async function partsOf(notebook: Notebook, stem: string): Promise<Part[]> {
  const parts: Part[] = [];
  for (const cell of notebook.cells) {
    const kind = cell.cell_type === "code" ? "code" : "markdown";
    parts.push({ kind, text: sourceOf(cell) });
    for (const output of cell.outputs ?? []) parts.push(await partOf(output));
  }
  const names = new Set<string>();
  for (const kind of ["figure", "table"] as const) {
    parts.filter((part) => part.kind === kind).forEach((part, index) => {
      const caption = (part.kind === "table" ? part.table.caption : part.caption) ?? "";
      const number = NUMBERED.exec(caption)?.[2] ?? index + 1;
      part.name = `${stem}_${kind}_${number}`;
      if (names.has(part.name)) throw new Error(`Expected one ${kind} ${number} in ${stem}`);
      names.add(part.name);
    });
  }
  return parts.filter((part) => part.kind !== "words" || part.text !== "");
}

/** How a caption begins. */
const NUMBERED = /^(Figure|Table) (\w+)\. */;

/**
 * A caption without the number that it has in its notebook.
 *
 * @param caption Such as "Figure 1. Two channels."
 */
export function withoutNumber(caption = ""): string {
  return caption.replace(NUMBERED, "");
}

/** What an output is in print; figures and tables are named later. */
async function partOf({ data = {}, text, ename, evalue }: Output): Promise<Part> {
  const figure = data["application/vnd.plotly.v1+json"];
  if (figure) {
    const { figure: bare, caption } = uncaptioned(figure as Figure);
    const svg = await renderSvg({ data: bare.data, layout: bare.layout });
    return { kind: "figure", name: "", caption, svg };
  }
  const html = joined(data["text/html"]);
  if (html.includes("<table")) return { kind: "table", name: "", table: readTable(html) };
  const markdown = joined(data["text/markdown"]);
  if (markdown) return { kind: "markdown", text: markdown };
  const words = ename ? `${ename}: ${evalue}` : joined(text ?? data["text/plain"]);
  return { kind: "words", text: words.trimEnd() };
}

/** A text that a notebook keeps whole or in lines. */
function joined(text: unknown): string {
  return [text ?? ""].flat().join("");
}

/** Reads a table back from the HTML in which it was shown. */
function readTable(html: string): Table {
  const table = JSDOM.fragment(html).querySelector("table")!;
  const [columns, ...rows] = [...table.querySelectorAll("tr")].map((row) =>
    [...row.children].map((cell) => cell.textContent!.trim())
  );
  return { columns: columns!, rows, caption: table.querySelector("caption")?.textContent ?? "" };
}
