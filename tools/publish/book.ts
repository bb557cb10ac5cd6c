import { rightAligned, type Table } from "@lib/figures/table_bundle.ts";
import type { Part } from "./parts.ts";

/** A notebook to be published. */
export interface Chapter {
  /** Its file's name without ending; links to the file lead to it. */
  stem: string;
  parts: readonly Part[];
}

/**
 * Notebooks as one text in pandoc's Markdown, of which it makes the site and the PDF.
 *
 * @param chapters In the order of reading.
 * @returns The text; its figures are in `figures`.
 */
export function bookOf(chapters: readonly Chapter[]): string {
  const stems = new Set(chapters.map(({ stem }) => stem));
  return chapters.map(({ stem, parts }) =>
    parts.map((part) => partAsMarkdown(part, stems)).join("\n\n")
      .replace(/^# .*$/m, (title) => `${title} {#${stem}}`) + "\n"
  ).join("\n");
}

function partAsMarkdown(part: Part, stems: Set<string>): string {
  switch (part.kind) {
    case "markdown":
      return part.text
        .replace(
          /\]\((\w+)\.ipynb(#[^)]*)?\)/g,
          (link, stem) => stems.has(stem) ? `](#${stem})` : link,
        )
        .replace(/(?<=\| )-(?=-+ \|)/g, ":"); // a table's column of words stands to the left
    case "code":
      return `\`\`\`\`typescript\n${part.text}\n\`\`\`\``;
    case "words":
      return `\`\`\`\`\n${part.text}\n\`\`\`\``;
    case "figure":
      return `![${escaped(part.caption)}](figures/${part.name}.svg)`;
    case "table":
      return pipeTable(part.table);
  }
}

function pipeTable({ columns, rows, caption = "" }: Table): string {
  const lines = [columns, ...rows.map((row) => row.map(String))];
  const rule = rightAligned(lines).map((right) => right ? "---:" : ":---");
  const [head, ...body] = lines.map((line) => line.map(escaped));
  const table = [head!, rule, ...body].map((line) => `| ${line.join(" | ")} |`).join("\n");
  return caption ? `${table}\n\n: ${escaped(caption)}` : table;
}

/** A plain text in which no sign means anything to Markdown. */
function escaped(text: string): string {
  return text.replaceAll("\n", " ").replace(/[!-/:-@[-`{-~]/g, "\\$&")
    .replaceAll("–", "–\u2060"); // a range is not broken
}
