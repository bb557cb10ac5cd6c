import { escapeText } from "@lib/figures/caption.ts";
import { axis, baseLayout, type Fields, type Figure } from "@lib/figures/figure.ts";
import { faint, INK, MEANING } from "@lib/figures/palette.ts";
import { textWidth } from "@lib/figures/text_width.ts";

/** A rate by two things at once. */
export interface RateGrid {
  /** Attacks. */
  rows: readonly string[];
  /** Defenses. */
  columns: readonly string[];
  /** Shares from 0 to 1, a row each: mean and range of so many; none where nothing was measured. */
  cells: readonly (readonly (
    | { mean: number; min: number; max: number; count: number }
    | undefined
  )[])[];
}

/**
 * A rate as a grid of colours, each cell with its mean in per cent and below it the range, where it is of several.
 *
 * @param grid The rate by rows and columns.
 * @param rate Whose colour it has: the more of it, the stronger.
 * @returns The figure; a cell without a value stays empty, and a row without any is left out.
 * @example
 * ```ts
 * import { heatMap } from "@lib/figures/heat_map.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const cells = [[{ mean: 0.5, min: 0.4, max: 0.6, count: 3 }, undefined]];
 * const { data } = heatMap({ rows: ["patch"], columns: ["CLP", "ANP"], cells }, "attack");
 * assertEquals(data.map(({ text }) => text), [["50.0"], ["40.0–60.0"]]);
 * ```
 */
export function heatMap(
  { columns, ...all }: RateGrid,
  rate: keyof typeof TITLES,
): Figure {
  const kept = [...all.rows.keys()].filter((row) => all.cells[row]!.some((cell) => cell));
  const [rows, cells] = [kept.map((row) => all.rows[row]!), kept.map((row) => all.cells[row]!)];
  const left = 20 + TITLE + Math.max(0, ...rows.map((row) => textWidth(row, 12)));
  const top = 20 + TITLE + Math.max(...columns.map((column) => textWidth(column, 12)));
  const found = cells.flatMap((row, y) =>
    row.flatMap((cell, x) => cell ? [{ x, y, ...cell }] : [])
  );
  const texts = (places: typeof found, down: number, size: number, word: string[]): Fields => ({
    ...{ type: "scatter", mode: "text", text: word, textfont: { size, color: INK } },
    x: places.map(({ x }) => x),
    y: places.map(({ y }) => y + down),
    ...{ hoverinfo: "skip", showlegend: false },
  });
  const points = (share: number): string => (100 * share).toFixed(1);
  const spread = found.filter(({ count }) => count > 1);
  const ranges = spread.map(({ min, max }) => `${points(min)}–${points(max)}`);
  const data = [
    texts(found, -0.18, 12, found.map(({ mean }) => points(mean))),
    texts(spread, 0.22, 10, ranges),
  ];
  const names = (names: readonly string[]): Fields => ({
    ...{ tickvals: names.map((_, index) => index), ticktext: names.map(escapeText) },
    ...{ showgrid: false, showline: false, ticks: "" },
  });
  const layout = baseLayout({
    width: Math.max(400, left + WIDTH * columns.length + 24),
    height: top + HEIGHT * rows.length + 12,
    margin: { l: left, r: 24, t: top, b: 12 },
    xaxis: axis(`${TITLES[rate]}, by defense`, {
      ...names(columns),
      ...{ side: "top", tickangle: -90, range: [-0.5, columns.length - 0.5] },
    }),
    yaxis: axis("attack", { ...names(rows), range: [rows.length - 0.5, -0.5] }),
    shapes: found.map(({ x, y, mean }) => ({
      ...{ type: "rect", layer: "below", x0: x - 0.48, x1: x + 0.48, y0: y - 0.46, y1: y + 0.46 },
      // the strongest still lets its number be read
      fillcolor: faint(MEANING[rate].color, 0.04 + 0.6 * mean),
      line: { width: 0 },
    })),
  });
  return { data, layout };
}

/** What is in the cells. */
const TITLES = {
  attack: "attack success (%)",
  clean: "clean accuracy (%)",
  truth: "robust accuracy (%)",
};

/** Height of an axis's title, in pixels. */
const TITLE = 24;

/** Of a cell, in pixels. */
const [WIDTH, HEIGHT] = [68, 38];
