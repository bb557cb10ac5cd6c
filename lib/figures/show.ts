/**
 * The one way notebooks show things: awaited, so that no output is lost when they run unattended.
 *
 * @module
 */
import { writeWhole } from "@lib/files.ts";
import { display, type Live } from "@lib/figures/display.ts";
import type { Figure } from "@lib/figures/figure.ts";
import { figureBundle } from "@lib/figures/figure_bundle.ts";
import { type Table, tableBundle } from "@lib/figures/table_bundle.ts";

/** What goes with a figure. */
export interface ShowOptions {
  /** Set below the figure: "Figure 3. …", plain text. */
  caption?: string;
  /** Where the figure is also saved, as SVG with its caption. */
  file?: string;
}

/**
 * Shows a figure.
 *
 * @param figure What a figure function returned.
 * @param options Its caption, and a file to keep it in.
 * @param live Of a figure that is redrawn in its place.
 * @example
 * ```ts
 * import { scatterActivations } from "@lib/figures/scatter_activations.ts";
 * import { show } from "@lib/figures/show.ts";
 *
 * await show(scatterActivations([0.1, 0.2], [0.1, 1.5]), { caption: "Figure 1. Two channels." });
 * ```
 */
export async function show(
  figure: Figure,
  { caption, file }: ShowOptions = {},
  live?: Live,
): Promise<void> {
  const bundle = await figureBundle(figure, caption);
  if (file) await writeWhole(file, String(bundle["image/svg+xml"]));
  await display(bundle, live);
}

/**
 * Shows a table.
 *
 * @param table Its columns, rows and caption, all plain text.
 * @throws {Error} If a row has more or fewer cells than there are columns.
 * @example
 * ```ts
 * import { showTable } from "@lib/figures/show.ts";
 *
 * await showTable({ columns: ["data", "accuracy (%)"], rows: [["ours", 97.4], ["paper", 97.165]] });
 * ```
 */
export async function showTable(table: Table): Promise<void> {
  await display(tableBundle(table));
}

/**
 * Shows prose with computed values in it.
 *
 * @param text Markdown.
 * @example
 * ```ts
 * import { showMarkdown } from "@lib/figures/show.ts";
 *
 * await showMarkdown(`Of **128** channels, ${3} react to the trigger.`);
 * ```
 */
export async function showMarkdown(text: string): Promise<void> {
  await display({ "text/markdown": text, "text/plain": text });
}
