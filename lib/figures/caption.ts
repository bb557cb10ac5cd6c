import type { Figure } from "@lib/figures/figure.ts";
import { wrapText } from "@lib/figures/text_width.ts";

/**
 * Sets a caption under a figure, as part of it: it stays with the live and the static form alike.
 *
 * @param figure Any figure; it is not changed.
 * @param caption Plain text, as long as needed; "Figure 3." at its start is set in bold. Nothing is set if it
 * is left out.
 * @returns A taller figure with the caption in as many lines as it takes.
 * @example
 * ```ts
 * import { captioned } from "@lib/figures/caption.ts";
 * import { baseLayout } from "@lib/figures/figure.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const plain = { data: [], layout: baseLayout({}) };
 * const { layout } = captioned(plain, "Figure 1. Nothing.");
 * assertEquals(layout.height, plain.layout.height + 33);
 * ```
 */
export function captioned(figure: Figure, caption?: string): Figure {
  if (!caption) return figure;
  const { width, height, margin } = figure.layout;
  // Less than there is: the reader's font may be wider than the one measured with, as DejaVu Sans is
  // than Liberation Sans.
  const lines = wrapText(caption, 0.87 * (width - 2 * EDGE), SIZE);
  const space = Math.ceil(lines.length * SIZE * 1.3) + EDGE + 4;
  const text = lines.map(escapeText).join("<br>").replace(/^(Figure \w+\.)/, "<b>$1</b>");
  const title = {
    text,
    font: { size: SIZE },
    x: EDGE / width,
    xanchor: "left",
    yref: "container",
    y: (space - EDGE) / (height + space),
    yanchor: "top",
  };
  const grown = { ...margin, b: margin.b + space };
  const layout = { ...figure.layout, title, height: height + space, margin: grown };
  return { data: figure.data, layout };
}

/**
 * Takes the caption off a figure again, for a page that sets its own.
 *
 * @param figure As {@linkcode captioned} returns it; it is not changed.
 * @returns The figure as it was, and its caption as plain text: empty if it has none.
 * @example
 * ```ts
 * import { captioned, uncaptioned } from "@lib/figures/caption.ts";
 * import { baseLayout } from "@lib/figures/figure.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const figure = { data: [], layout: baseLayout({}) };
 * const caption = "Figure 1. Nothing.";
 * assertEquals(uncaptioned(captioned(figure, caption)), { figure, caption });
 * ```
 */
export function uncaptioned(figure: Figure): { figure: Figure; caption: string } {
  const { title, ...layout } = figure.layout;
  if (!title) return { figure, caption: "" };
  const { text, y } = title as { text: string; y: number };
  const space = Math.round(y * layout.height + EDGE); // as captioned placed it
  const margin = { ...layout.margin, b: layout.margin.b - space };
  const bare = { data: figure.data, layout: { ...layout, height: layout.height - space, margin } };
  return { figure: bare, caption: plainText(text) };
}

/** Plotly reads a few HTML tags in its texts; a plain text must not contain any. */
export function escapeText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** The words of one of Plotly's texts, which are a little HTML. */
export function plainText(text: string): string {
  return text.replaceAll("<br>", " ").replace(/<\/?b>/g, "").replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}

const SIZE = 13;

/** Distance of the caption from the picture's edge, in pixels. */
const EDGE = 12;
