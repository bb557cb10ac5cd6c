import { escapeText } from "@lib/figures/caption.ts";
import type { Bundle } from "@lib/figures/display.ts";

/** A table to show: numbers may be given as such or as text with their unit. */
export interface Table {
  columns: readonly string[];
  /** As many cells in each as there are columns. */
  rows: readonly (readonly (string | number)[])[];
  /** Stands below it. */
  caption?: string;
}

/**
 * All forms of a table. Columns of numbers are aligned to the right.
 *
 * @param table What to show; its texts are plain, not HTML.
 * @returns `text/html` in the reader's own colours, `text/markdown` and `text/plain`.
 * @throws {Error} If a row has more or fewer cells than there are columns.
 * @example
 * ```ts
 * import { tableBundle } from "@lib/figures/table_bundle.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const bundle = tableBundle({ columns: ["images", "count"], rows: [["clean", 12630]] });
 * assertEquals(bundle["text/plain"], "images  count\nclean   12630");
 * ```
 */
export function tableBundle({ columns, rows, caption }: Table): Bundle {
  const wrong = rows.find((row) => row.length !== columns.length);
  if (wrong) {
    throw new Error(`Expected ${columns.length} cells but found ${wrong.length}: ${wrong}`);
  }
  const lines = [columns, ...rows.map((row) => row.map(cellText))];
  const right = rightAligned(lines);
  return {
    "text/html": html(lines, right, caption),
    "text/markdown": markdown(lines, right, caption),
    "text/plain": plain(lines, right, caption),
  };
}

/**
 * Which columns hold nothing but numbers, and so are aligned to the right.
 *
 * @param lines The columns' names and the rows.
 * @returns As many as there are columns.
 */
export function rightAligned([names, ...rows]: Lines): boolean[] {
  return names!.map((_, column) =>
    rows.length > 0 && rows.every((row) => NUMBER.test(row[column]!))
  );
}

/** The columns' names and the rows. */
type Lines = readonly (readonly string[])[];

/** With an optional sign and unit; a dash or nothing where there is no number. */
const NUMBER = /^([-−+]?\d[\d.,]*( ?%| points?| s| dB)?|[-–—]?)$/;

/** Cells of so few letters stay on one line, so that no number is parted from its unit. */
const UNBROKEN = 15;

/** The hyphen before a number that is below 0, of `1e-6` or a date not. */
const MINUS = /(?<![\p{L}\p{N}.,)-])-(?=\d)/gu;

function cellText(cell: string | number): string {
  const text = typeof cell === "number" && !Number.isInteger(cell)
    ? String(Number(cell.toPrecision(5)))
    : String(cell);
  return text.replaceAll(MINUS, "−");
}

function html([names, ...rows]: Lines, right: boolean[], caption?: string): string {
  const line = (texts: readonly string[], tag: string, rule: string) => {
    const cells = texts.map((text, column) =>
      `<${tag} style="text-align:${right[column] ? "right" : "left"};padding:4px 12px;` +
      (tag === "td" && text.length <= UNBROKEN ? "white-space:nowrap;" : "") +
      `border-bottom:${rule} solid rgba(128,128,128,.4)">${escapeText(text)}</${tag}>`
    );
    return `<tr>${cells.join("")}</tr>`;
  };
  const below = "caption-side:bottom;text-align:left;padding:6px 12px";
  return '<table style="border-collapse:collapse">' +
    (caption ? `<caption style="${below}">${escapeText(caption)}</caption>` : "") +
    `<thead>${line(names!, "th", "2px")}</thead>` +
    `<tbody>${rows.map((texts) => line(texts, "td", "1px")).join("")}</tbody></table>`;
}

function markdown([names, ...rows]: Lines, right: boolean[], caption?: string): string {
  const row = (texts: readonly string[]) =>
    `| ${texts.map((text) => escapeText(text).replaceAll("|", "\\|")).join(" | ")} |`;
  const rule = right.map((isRight) => isRight ? "---:" : "---");
  const table = [names!, rule, ...rows].map(row).join("\n");
  return caption ? `${table}\n\n${escapeText(caption)}` : table;
}

function plain(lines: Lines, right: boolean[], caption?: string): string {
  const widths = right.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)));
  const padded = (text: string, column: number) =>
    right[column] ? text.padStart(widths[column]!) : text.padEnd(widths[column]!);
  const table = lines.map((line) => line.map(padded).join("  ").trimEnd());
  return [...table, ...(caption ? [caption] : [])].join("\n");
}
