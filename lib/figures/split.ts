import { escapeText } from "@lib/figures/caption.ts";
import { axis, baseLayout, type Fields, type Figure } from "@lib/figures/figure.ts";
import { BARS, faint, MEANING } from "@lib/figures/palette.ts";
import { textWidth } from "@lib/figures/text_width.ts";

/** Some of the data, and what they are split into. */
export interface DataPart {
  /** "clean validation". */
  name: string;
  /** How many images. */
  count: number;
  /** Whether these images bear the trigger. */
  isTriggered?: boolean;
  /** Drawn below it, one after the other from where it begins; not more images in all. */
  parts?: readonly DataPart[];
}

/**
 * How the data are split: a bar a part, as long as it has images, the parts of a part below it. Parts
 * that bear the trigger are hatched.
 *
 * @param parts From the top, such as training and test set.
 * @returns The figure.
 * @throws {Error} If there are no parts, or those of a part have more images than it.
 * @example
 * ```ts
 * import { splitFigure } from "@lib/figures/split.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const poisoned = { name: "poisoned", count: 50, isTriggered: true };
 * const parts = [{ name: "clean", count: 950 }, poisoned];
 * const { data } = splitFigure([{ name: "training", count: 1000, parts }]);
 * assertEquals([data[0]!.x, data[0]!.base], [[1000, 950, 50], [0, 0, 950]]);
 * ```
 */
export function splitFigure(parts: readonly DataPart[]): Figure {
  const rows = parts.flatMap((part) => rowsOf(part, 0, 0));
  if (rows.length === 0) throw new Error("Expected at least one part but found none");
  const names = rows.map(({ name, depth }) => INDENT.repeat(depth) + escapeText(name));
  const left = Math.ceil(Math.max(...names.map((name) => textWidth(name, 12)))) + 24;
  const most = Math.max(...parts.map(({ count }) => count));
  const looks = rows.map((row) => row.isTriggered ? MEANING.attack : MEANING.clean);
  const paleness = (depth: number): number => [0.9, 0.55, 0.3][Math.min(depth, 2)]!;
  const data = [{
    type: "bar",
    orientation: "h",
    y: rows.map((_, row) => row),
    x: rows.map(({ count }) => count),
    base: rows.map(({ start }) => start),
    marker: {
      color: rows.map(({ depth, isTriggered }, row) =>
        isTriggered ? "#ffffff" : faint(looks[row]!.color, paleness(depth))
      ),
      pattern: {
        shape: rows.map(({ isTriggered }) => isTriggered ? BARS.attack.hatch : ""),
        fgcolor: looks.map(({ color }) => color),
        ...{ fgopacity: 1, size: 6 },
      },
      line: { color: looks.map(({ color }) => color), width: 1 },
    },
    hovertemplate: "%{customdata}<extra></extra>",
    customdata: rows.map(({ name, count }) => `${escapeText(name)}: ${count} images`),
  }];
  const layout = baseLayout({
    height: TOP + rows.length * ROW + BOTTOM,
    margin: { l: left, r: RIGHT, t: TOP, b: BOTTOM },
    xaxis: axis("images", { range: [0, most], tickformat: ",d" }),
    yaxis: {
      tickvals: rows.map((_, row) => row),
      ticktext: names,
      range: [rows.length - 0.5, -0.5],
    },
    annotations: rows.map(({ start, count }, row) => countOf(start + count, row, count)),
    bargap: 0.3,
    showlegend: false,
  });
  return { data, layout };
}

/** A part and all below it, with where it begins and how deep it is. */
function rowsOf(part: DataPart, start: number, depth: number): Row[] {
  const below = part.parts ?? [];
  const sum = below.reduce((total, { count }) => total + count, 0);
  if (sum > part.count) {
    throw new Error(`Expected at most ${part.count} images in "${part.name}" but found ${sum}`);
  }
  let next = start;
  const rows = below.flatMap((each) => {
    const found = rowsOf(each, next, depth + 1);
    next += each.count;
    return found;
  });
  return [{ ...part, start, depth }, ...rows];
}

interface Row extends DataPart {
  start: number;
  depth: number;
}

/** The count, to the right of its bar's end. */
const countOf = (x: number, y: number, count: number): Fields => ({
  ...{ x, y, xanchor: "left", xshift: 4, showarrow: false, font: { size: 12 } },
  text: count.toLocaleString("en"),
});

/** Spaces that neither HTML nor SVG takes away. */
const INDENT = "\u00a0\u00a0\u00a0\u00a0";

/** Height of a row, and the margins; the right one has room for a count. In pixels. */
const [ROW, TOP, BOTTOM, RIGHT] = [30, 12, 56, 70];
