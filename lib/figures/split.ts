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
 * assertEquals(data.map(({ x, base }) => [x, base]), [[[1000, 950], [0, 0]], [[50], [950]]]);
 * ```
 */
export function splitFigure(parts: readonly DataPart[]): Figure {
  const rows = parts.flatMap((part) => rowsOf(part, 0, 0)).map((each, row) => ({ ...each, row }));
  if (rows.length === 0) throw new Error("Expected at least one part but found none");
  const widths = rows.map(({ name, depth }) => textWidth(name, 12) + depth * INDENT);
  const left = Math.ceil(Math.max(...widths)) + 24;
  const data = [
    bars("without the trigger", rows.filter(({ isTriggered }) => !isTriggered), {
      color: faint(MEANING.clean.color, 0.6),
      line: { color: BARS.clean.edge, width: 1 },
    }),
    bars("with the trigger", rows.filter(({ isTriggered }) => isTriggered), {
      color: "#ffffff",
      pattern: { shape: BARS.attack.hatch, fgcolor: MEANING.attack.color, size: 6 },
      line: { color: BARS.attack.edge, width: 1 },
    }),
  ].filter(({ x }) => x.length > 0);
  const layout = baseLayout({
    height: TOP + rows.length * ROW + BOTTOM,
    margin: { l: left, r: RIGHT, t: TOP, b: BOTTOM },
    barmode: "overlay",
    xaxis: axis("number of images", {
      range: [0, Math.max(...parts.map(({ count }) => count))],
      tickformat: ",d",
    }),
    yaxis: { showticklabels: false, range: [rows.length - 0.5, -0.5], zeroline: false },
    annotations: rows.flatMap(({ name, count, start, depth, row }) => [
      word(row, {
        text: escapeText(name),
        xref: "paper",
        x: 0,
        xshift: 12 - left + depth * INDENT,
      }),
      word(row, { text: count.toLocaleString("en"), x: start + count, xshift: 4 }),
    ]),
  });
  return { data, layout };
}

const bars = (name: string, rows: readonly Row[], marker: Fields) => ({
  ...{ type: "bar", orientation: "h", name, marker },
  y: rows.map(({ row }) => row),
  x: rows.map(({ count }) => count),
  base: rows.map(({ start }) => start),
  width: 0.7,
  hovertemplate: "%{x:,} images<extra></extra>",
});

/** Left of the bars or right of one. */
const word = (y: number, fields: Fields): Fields => ({
  ...{ y, xanchor: "left", showarrow: false, font: { size: 12 } },
  ...fields,
});

/** A part and all below it, with where it begins and how deep it is. */
function rowsOf(part: DataPart, start: number, depth: number): Omit<Row, "row">[] {
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
  /** From the top. */
  row: number;
  /** Images to its left. */
  start: number;
  depth: number;
}

/** Of a part under the one that it belongs to, in pixels. */
const INDENT = 16;

/** Height of a row, and the margins; the right one has room for a count. In pixels. */
const [ROW, TOP, BOTTOM, RIGHT] = [30, 40, 56, 70];
