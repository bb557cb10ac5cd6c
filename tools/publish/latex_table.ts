import { rightAligned, type Table } from "@lib/figures/table_bundle.ts";

/**
 * A table as LaTeX, for a document that uses the package `booktabs`. Its caption is a comment: the
 * document says where the table stands and what it is called.
 *
 * @param table As it is shown to people.
 * @param caption Plain text.
 */
export function tableAsLatex({ columns, rows }: Table, caption: string): string {
  const lines = [columns, ...rows.map((row) => row.map(String))];
  const aligned = rightAligned(lines).map((right) => right ? "r" : "l").join("");
  const [head, ...body] = lines.map((line) => `  ${line.map(escaped).join(" & ")} \\\\`);
  return [
    `% ${caption.replaceAll("\n", " ")}`,
    `\\begin{tabular}{${aligned}}`,
    "  \\toprule",
    head,
    "  \\midrule",
    ...body,
    "  \\bottomrule",
    "\\end{tabular}",
    "",
  ].join("\n");
}

/** A text in which nothing is a command of LaTeX's, and every sign is known to pdfLaTeX. */
function escaped(text: string): string {
  return text.replace(/[\\{}$&#%_^~<>"−×→≤≥±Δεαμ…]/g, (sign) => SIGNS[sign] ?? `\\${sign}`);
}

const SIGNS: Record<string, string> = {
  "\\": "\\textbackslash{}",
  "^": "\\textasciicircum{}",
  "~": "\\textasciitilde{}",
  "<": "$<$",
  ">": "$>$",
  '"': "\\textquotedbl{}",
  "−": "$-$",
  "×": "$\\times$",
  "→": "$\\rightarrow$",
  "≤": "$\\leq$",
  "≥": "$\\geq$",
  "±": "$\\pm$",
  "Δ": "$\\Delta$",
  "ε": "$\\varepsilon$",
  "α": "$\\alpha$",
  "μ": "$\\mu$",
  "…": "\\dots{}",
};
