import type { Fields } from "@lib/figures/figure.ts";
import { textWidth } from "@lib/figures/text_width.ts";

/**
 * The size of a figure of 800 pixels whose plot begins below Plotly's horizontal legend.
 *
 * @param data Its traces; those without a name, or with `showlegend: false`, have no entry.
 * @param plot Height of the plot, in pixels.
 * @param right The right margin.
 * @param labels Height of what stands between legend and plot.
 * @returns Layout fields.
 * @example
 * ```ts
 * import { belowLegend } from "@lib/figures/legend.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const { height } = belowLegend([{ name: "clean accuracy" }, { name: "attack success" }], 300, 24);
 * assertEquals(height, 402);
 * ```
 */
export function belowLegend(data: Fields[], plot: number, right: number, labels = 0): Fields {
  const listed = data.filter(({ name, showlegend }) => name !== undefined && showlegend !== false);
  const names = listed.map(({ name }) => String(name));
  const widths = names.map((name) => textWidth(name, 12) + SYMBOL);
  const all = widths.reduce((sum, width) => sum + width, 0);
  // In more than one row, Plotly makes all entries as wide as the widest.
  const perRow = all <= AVAILABLE ? names.length : Math.floor(AVAILABLE / Math.max(...widths));
  const top = 27 + 19 * Math.ceil(names.length / Math.max(1, perRow)) + labels;
  return { height: top + plot + 56, margin: { l: 64, r: right, t: top, b: 56 } };
}

/** An entry's line or square with the gaps around it, in pixels. */
const SYMBOL = 60;

/** Between the margins, less what a wider font of the reader's may need. */
const AVAILABLE = 690;
