/**
 * Boxes and words of a schematic, in pixels from the upper left corner, as Plotly's shapes and
 * annotations: so a schematic is a figure like the others, live and still.
 *
 * @module
 */
import { escapeText } from "@lib/figures/caption.ts";
import { type Fields, type Figure, inPixels } from "@lib/figures/figure.ts";
import { faint, INK } from "@lib/figures/palette.ts";
import { wrapText } from "@lib/figures/text_width.ts";

/** Something drawn. */
export interface Drawing {
  shapes: Fields[];
  annotations: Fields[];
}

/** A rectangle in pixels; y points down. */
export interface Area {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** A place, as [x, y]. */
export type Point = readonly [number, number];

/** How words are set; 12 pixels, dark, plain and centred if nothing is said. */
export interface Words {
  size?: number;
  color?: string;
  bold?: boolean;
  anchor?: "left" | "center" | "right";
}

/**
 * Puts drawings together, the later ones on top.
 *
 * @param drawings As the functions of this file make them.
 * @returns One drawing.
 * @example
 * ```ts
 * import { rectangle, together, words } from "@lib/figures/diagram.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const sheet = rectangle({ x: 0, y: 0, width: 80, height: 60 });
 * const { shapes, annotations } = together(sheet, words([40, 30], "an image"));
 * assertEquals([shapes.length, annotations.length], [1, 1]);
 * ```
 */
export const together = (...drawings: readonly Drawing[]): Drawing => ({
  shapes: drawings.flatMap(({ shapes }) => shapes),
  annotations: drawings.flatMap(({ annotations }) => annotations),
});

/**
 * A rectangle without words.
 *
 * @param area Where.
 * @param look Plotly's fields of a shape that are added or replace: an edge in ink, filled white.
 * @returns The drawing.
 * @example
 * ```ts
 * import { rectangle } from "@lib/figures/diagram.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const [shape] = rectangle({ x: 10, y: 20, width: 5, height: 6 }).shapes;
 * assertEquals([shape!.x0, shape!.y0, shape!.x1, shape!.y1], [10, 20, 15, 26]);
 * ```
 */
export function rectangle({ x, y, width, height }: Area, look: Fields = {}): Drawing {
  const corners = { x0: x, y0: y, x1: x + width, y1: y + height };
  const plain = { fillcolor: "#ffffff", line: { color: INK, width: 1 } };
  return { shapes: [{ type: "rect", ...corners, ...plain, ...look }], annotations: [] };
}

/**
 * Words around a place.
 *
 * @param place Their middle, or their left or right end, halfway up.
 * @param text Plain text; its line breaks are kept.
 * @param words How they are set.
 * @returns The drawing.
 * @example
 * ```ts
 * import { words } from "@lib/figures/diagram.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const [note] = words([40, 30], "one < two", { bold: true }).annotations;
 * assertEquals(note!.text, "<b>one &lt; two</b>");
 * ```
 */
export function words([x, y]: Point, text: string, words: Words = {}): Drawing {
  const { size = 12, color = INK, bold = false, anchor = "center" } = words;
  const lines = escapeText(text).replaceAll("\n", "<br>");
  return {
    shapes: [],
    annotations: [{
      ...{ x, y, xanchor: anchor, yanchor: "middle", align: anchor, showarrow: false },
      text: bold ? `<b>${lines}</b>` : lines,
      font: { size, color },
    }],
  };
}

/**
 * The title of a part of a schematic.
 *
 * @param at Its left end, half way up.
 * @param text What it says.
 * @returns The drawing.
 */
export function heading(at: Point, text: string): Drawing {
  return words(at, text, { size: 14, bold: true, anchor: "left" });
}

/**
 * A line or an outline.
 *
 * @param path In SVG's words, of which Plotly knows some.
 * @param look Plotly's fields of a shape: its line, what fills it.
 * @returns The drawing.
 */
export function stroke(path: string, look: Fields): Drawing {
  return { shapes: [{ type: "path", path, ...look }], annotations: [] };
}

/**
 * A box with its words in the middle, broken into as many lines as its width asks for.
 *
 * @param area Where.
 * @param text Plain text.
 * @param color Of its edge, and paler inside.
 * @returns The drawing.
 * @example
 * ```ts
 * import { box } from "@lib/figures/diagram.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const { annotations } = box({ x: 0, y: 0, width: 70, height: 50 }, "clean images");
 * assertEquals(annotations.map(({ x, y, text }) => [x, y, text]), [[35, 25, "clean<br>images"]]);
 * ```
 */
export function box(area: Area, text: string, color: string = INK): Drawing {
  const { x, y, width, height } = area;
  const look = { fillcolor: faint(color, 0.1), line: { color, width: 1.5 } };
  const lines = wrapText(text, width - 2 * PADDING, 12).join("\n");
  return together(rectangle(area, look), words([x + width / 2, y + height / 2], lines));
}

/**
 * A drawing as a figure.
 *
 * @param height In pixels; all schematics are 800 wide.
 * @param drawings What is on it.
 * @returns The figure.
 * @example
 * ```ts
 * import { box, diagram } from "@lib/figures/diagram.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const { layout } = diagram(80, box({ x: 20, y: 20, width: 90, height: 40 }, "data"));
 * assertEquals([layout.width, layout.height], [800, 80]);
 * ```
 */
export function diagram(height: number, ...drawings: readonly Drawing[]): Figure {
  const margin = { l: 0, r: 0, t: 0, b: 0 };
  return inPixels(800, height, { height, margin, ...together(...drawings) });
}

/** Between a box's edge and its words, in pixels. */
const PADDING = 6;
