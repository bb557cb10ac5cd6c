import type { Fields } from "@lib/figures/figure.ts";
import { MEANING } from "@lib/figures/palette.ts";
import { textWidth } from "@lib/figures/text_width.ts";

/** The first pruned share at which clean accuracy has dropped by so much. */
export interface DropMark {
  /** 0.02 being two percentage points. */
  drop: number;
  /** Share of the channels pruned, 0–1. */
  fraction: number;
}

/**
 * Vertical lines across a plot over 0–100 % pruned, each with its drop above.
 *
 * @param marks In any order.
 * @param plot Width and height of the plot, in pixels.
 * @returns Layout fields, and how much room the labels take above the plot, in pixels.
 * @example
 * ```ts
 * import { dropMarks } from "@lib/figures/drop_marks.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const near = [{ drop: 0.2, fraction: 0.77 }, { drop: 0.3, fraction: 0.8 }];
 * const { annotations, room } = dropMarks(near, { width: 700, height: 320 });
 * assertEquals(annotations.map(({ text }) => text), ["−20 points", "−30 points"]);
 * assertEquals(room, 32); // one label above the other
 * ```
 */
export function dropMarks(
  marks: readonly DropMark[],
  { width, height }: { width: number; height: number },
): { annotations: Fields[]; shapes: Fields[]; room: number } {
  const labels = labelRows(marks, width);
  const annotations = labels.map(({ drop, fraction, row }) => ({
    x: fraction * 100,
    y: 1,
    yref: "paper",
    yanchor: "bottom",
    yshift: row * ROW,
    showarrow: false,
    text: markText(drop),
    font: { size: 11 },
    // Hides where another mark's line passes.
    bgcolor: "#ffffff",
  }));
  // From the bottom of the plot up to the label's row.
  const shapes = labels.map(({ fraction, row }) => ({
    type: "line",
    x0: fraction * 100,
    x1: fraction * 100,
    yref: "paper",
    yanchor: 1,
    ysizemode: "pixel",
    y0: -height,
    y1: row * ROW + 2,
    layer: "below",
    line: { color: MEANING.neutral.color, width: 1, dash: MEANING.neutral.dash },
  }));
  return { annotations, shapes, room: (Math.max(-1, ...labels.map(({ row }) => row)) + 1) * ROW };
}

/** Each label in the lowest row above the plot where it does not touch one to its left. */
function labelRows(marks: readonly DropMark[], width: number): (DropMark & { row: number })[] {
  const ends: number[] = [];
  return marks.toSorted((a, b) => a.fraction - b.fraction).map((mark) => {
    const half = textWidth(markText(mark.drop), 11) / 2 + 4;
    const centre = mark.fraction * width;
    let row = 0;
    while ((ends[row] ?? -Infinity) > centre - half) row++;
    ends[row] = centre + half;
    return { ...mark, row };
  });
}

const markText = (drop: number): string => `−${Math.round(drop * 100)} points`;

/** Height of a row of labels, in pixels. */
const ROW = 16;
