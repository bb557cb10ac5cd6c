import { escapeText } from "@lib/figures/caption.ts";
import { axis, baseLayout, compact, type Figure } from "@lib/figures/figure.ts";
import { INK, MEANING } from "@lib/figures/palette.ts";
import { textWidth } from "@lib/figures/text_width.ts";

/** A rate by two things at once. */
export interface RateGrid {
  rows: readonly string[];
  columns: readonly string[];
  /** Shares from 0 to 1, a row each: mean and range; none where nothing was measured. */
  cells: readonly (readonly ({ mean: number; min: number; max: number } | undefined)[])[];
}

/**
 * A rate as a grid of colours, each cell with its mean in per cent and below it the range, where there is one.
 *
 * @param grid The rate by rows and columns.
 * @param title What is measured.
 * @param rate Whose colour it has.
 * @returns The figure; a cell without a value stays empty.
 * @example
 * ```ts
 * import { heatMap } from "@lib/figures/heat_map.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const cells = [[{ mean: 0.5, min: 0.4, max: 0.6 }, undefined]];
 * const { data } = heatMap({ rows: ["patch"], columns: ["CLP", "ANP"], cells }, "attack success");
 * assertEquals(data[0]!.text, [["50.0<br>40–60", ""]]);
 * ```
 */
export function heatMap(
  { rows, columns, cells }: RateGrid,
  title: string,
  rate: "attack" | "clean" | "truth" = "attack",
): Figure {
  const left = 24 + Math.max(...rows.map((row) => textWidth(row, 12)));
  const names = columns.map((column) => column.split(", ").join("<br>"));
  const longest = Math.max(
    ...columns.flatMap((name) => name.split(", "))
      .map((line) => textWidth(line, 12)),
  );
  const side = Math.max(56, (800 - left - RIGHT) / columns.length);
  const top = 16 + longest;
  const data = [{
    type: "heatmap",
    x: columns.map((_, index) => index),
    y: rows.map((_, index) => index),
    z: cells.map((row) => row.map((cell) => cell ? compact([cell.mean], 100)[0]! : null)),
    text: cells.map((row) => row.map(worded)),
    texttemplate: "%{text}",
    textfont: { size: 11, color: INK },
    colorscale: [[0, "#ffffff"], [1, MEANING[rate].color]],
    opacity: 0.8, // so that the numbers can be read on the darkest
    ...{ zmin: 0, zmax: 100, xgap: 2, ygap: 2, hoverinfo: "skip" },
    colorbar: { title: { text: `${title} (%)`, side: "right" }, thickness: 14, outlinewidth: 0 },
  }];
  const places = (texts: readonly string[]) => ({
    ...{ tickvals: texts.map((_, index) => index), ticktext: texts },
    ...{ showgrid: false, showline: false, ticks: "" },
  });
  const layout = baseLayout({
    width: Math.round(left + side * columns.length + RIGHT),
    height: Math.round(top + HEIGHT * rows.length + 16),
    margin: { l: Math.round(left), r: RIGHT, t: Math.round(top), b: 16 },
    xaxis: axis("", { ...places(names.map(escapeLines)), side: "top", tickangle: -90 }),
    yaxis: axis("", { ...places(rows.map(escapeText)), autorange: "reversed" }),
  });
  return { data, layout };
}

const escapeLines = (text: string): string => text.split("<br>").map(escapeText).join("<br>");

function worded(cell: { mean: number; min: number; max: number } | undefined): string {
  if (cell === undefined) return "";
  const { mean, min, max } = cell;
  const range = min === max ? "" : `<br>${(100 * min).toFixed(0)}–${(100 * max).toFixed(0)}`;
  return (100 * mean).toFixed(1) + range;
}

/** The margin with the colours, and the height of a row, in pixels. */
const [RIGHT, HEIGHT] = [96, 38];
