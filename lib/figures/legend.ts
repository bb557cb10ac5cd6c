import { textWidth } from "@lib/figures/text_width.ts";

/**
 * How much room Plotly's horizontal legend takes at the top of a figure of 800 pixels.
 *
 * @param names The entries, in order.
 * @returns Pixels, with a little air below.
 * @example
 * ```ts
 * import { legendHeight } from "@lib/figures/legend.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * assertEquals(legendHeight(["clean accuracy", "attack success"]), 32);
 * ```
 */
export function legendHeight(names: readonly string[]): number {
  const widths = names.map((name) => textWidth(name, 12) + SYMBOL);
  const all = widths.reduce((sum, width) => sum + width, 0);
  // In more than one row, Plotly makes all entries as wide as the widest.
  const perRow = all <= AVAILABLE ? names.length : Math.floor(AVAILABLE / Math.max(...widths));
  return 13 + 19 * Math.ceil(names.length / Math.max(1, perRow));
}

/** An entry's line or square with the gaps around it, in pixels. */
const SYMBOL = 48;

/** Between the margins, less what a wider font of the reader's may need. */
const AVAILABLE = 690;
