import { JSDOM } from "jsdom";
import { uncaptioned } from "@lib/figures/caption.ts";
import type { Figure } from "@lib/figures/figure.ts";
import { renderSvg } from "@lib/figures/static_svg.ts";
import type { Table } from "@lib/figures/table_bundle.ts";
import { type Notebook, type Output, sourceOf } from "../notebooks/notebook.ts";

/** A figure or table of an executed notebook. */
export type Shown =
  | { kind: "figure"; name: string; caption: string; svg: string }
  | { kind: "table"; name: string; caption: string; table: Table };

/** A piece of an executed notebook. */
export type Part = { kind: "markdown" | "code" | "words"; text: string } | Shown;

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
  nameAll(parts.filter((part) => part.kind === "figure"), stem);
  nameAll(parts.filter((part) => part.kind === "table"), stem);
  return parts.filter((part) => part.kind !== "words" || part.text !== "");
}

/** Names the figures or the tables of a notebook. */
function nameAll(parts: readonly Shown[], stem: string): void {
  const names = new Set<string>();
  parts.forEach((part, index) => {
    const number = NUMBERED.exec(part.caption)?.[2] ?? index + 1;
    part.name = `${stem}_${part.kind}_${number}`;
    if (names.has(part.name)) throw new Error(`Expected one ${part.kind} ${number} in ${stem}`);
    names.add(part.name);
  });
}

/** How a caption begins. */
const NUMBERED = /^(Figure|Table) (\w+)\. */;

/**
 * A caption without the number that it has in its notebook.
 *
 * @param caption Such as "Figure 1. Two channels."
 */
export function withoutNumber(caption: string): string {
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
  if (html.includes("<table")) {
    const table = readTable(html);
    return { kind: "table", name: "", caption: table.caption, table };
  }
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
function readTable(html: string): Table & { caption: string } {
  const table = JSDOM.fragment(html).querySelector("table")!;
  const [columns, ...rows] = [...table.querySelectorAll("tr")].map((row) =>
    [...row.children].map((cell) => cell.textContent!.trim())
  );
  return { columns: columns!, rows, caption: table.querySelector("caption")?.textContent ?? "" };
}
