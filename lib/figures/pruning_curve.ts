import { escapeText } from "@lib/figures/caption.ts";
import { axis, baseLayout, compact, type Figure, SERIES } from "@lib/figures/figure.ts";
import { belowLegend } from "@lib/figures/legend.ts";
import { RATE_AXIS, RATES, type Rates } from "@lib/figures/rates.ts";
import { textWidth } from "@lib/figures/text_width.ts";

/** A pruning curve as far as it is drawn: rates at 0 … 128 pruned channels. */
export interface NamedCurve extends Rates<ArrayLike<number>> {
  /** The order's name. */
  name: string;
  /** How sure the two are, from … to at every step, 0–1; drawn as bands. */
  band?: Rates<readonly { low: number; high: number }[]>;
}

/** The first pruned share at which clean accuracy has dropped by so much. */
export interface DropMark {
  /** 0.02 being two percentage points. */
  drop: number;
  /** Share of the channels pruned, 0–1. */
  fraction: number;
}

/**
 * Clean accuracy and attack success while channels are pruned (paper, Fig. 7).
 *
 * @param curves One or several orders: several have a colour each, one has a colour a line.
 * @param marks Accuracy drops to mark with vertical lines.
 * @returns The figure.
 * @throws {Error} If a curve's two lines differ in length or have fewer than two steps.
 * @example
 * ```ts
 * import { pruningCurveFigure } from "@lib/figures/pruning_curve.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const curve = { name: "clean mean", cleanAccuracy: [0.97, 0.5, 0], attackSuccess: [1, 1, 0] };
 * const { data } = pruningCurveFigure([curve], [{ drop: 0.3, fraction: 0.5 }]);
 * assertEquals(data.map(({ name }) => name), ["clean accuracy", "attack success"]);
 * assertEquals(data[0]!.x, [0, 50, 100]);
 * ```
 */
export function pruningCurveFigure(
  curves: readonly NamedCurve[],
  marks: readonly DropMark[] = [],
): Figure {
  const data = curves.flatMap((curve, index) => lines(curve, index, curves.length));
  const labels = labelRows(marks);
  const rows = Math.max(-1, ...labels.map(({ row }) => row)) + 1;
  const layout = baseLayout({
    ...belowLegend(data, PLOT_HEIGHT, 40, rows * ROW),
    xaxis: axis("channels pruned (%)", { range: [0, 100], dtick: 10 }),
    yaxis: axis("rate (%)", RATE_AXIS),
    annotations: labels.map(({ drop, fraction, row }) => ({
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
    })),
    // From the bottom of the plot up to the label's row.
    shapes: labels.map(({ fraction, row }) => ({
      type: "line",
      x0: fraction * 100,
      x1: fraction * 100,
      yref: "paper",
      yanchor: 1,
      ysizemode: "pixel",
      y0: -PLOT_HEIGHT,
      y1: row * ROW + 2,
      layer: "below",
      line: { color: "#777777", width: 1, dash: "dot" },
    })),
  });
  return { data, layout };
}

function lines(curve: NamedCurve, index: number, count: number): Figure["data"] {
  const steps = curve.cleanAccuracy.length;
  if (steps < 2 || curve.attackSuccess.length !== steps) {
    const found = `${steps} and ${curve.attackSuccess.length} in "${curve.name}"`;
    throw new Error(`Expected two lines of at least 2 steps but found ${found}`);
  }
  const x = compact(Array.from({ length: steps }, (_, pruned) => pruned / (steps - 1)), 100);
  const looks = RATES.map((look) => count > 1 ? { ...look, color: SERIES[index % 5]! } : look);
  const { band } = curve;
  // a band as an outline, along its upper edge and back along the lower one
  const bands = band === undefined ? [] : looks.map(({ rate, color }) => ({
    type: "scatter",
    mode: "lines",
    x: [...x, ...x.toReversed()],
    y: compact(
      [...band[rate].map(({ high }) => high), ...band[rate].map(({ low }) => low).reverse()],
      100,
    ),
    fill: "toself",
    fillcolor: `${color}33`,
    line: { color, width: 0 },
    showlegend: false,
    hoverinfo: "skip",
  }));
  const both = looks.map(({ rate, name, color, dash }) => ({
    type: "scatter",
    mode: "lines",
    name: count > 1 ? `${escapeText(curve.name)}: ${name}` : name,
    x,
    y: compact(curve[rate], 100),
    line: { color, dash, width: 2 },
    hovertemplate: "%{y:.1f} % at %{x:.1f} % pruned",
  }));
  return [...bands, ...both];
}

/** Each label in the lowest row above the plot where it does not touch one to its left. */
function labelRows(marks: readonly DropMark[]): (DropMark & { row: number })[] {
  const ends: number[] = [];
  return marks.toSorted((a, b) => a.fraction - b.fraction).map((mark) => {
    const half = textWidth(markText(mark.drop), 11) / 2 + 4;
    const centre = mark.fraction * PLOT_WIDTH;
    let row = 0;
    while ((ends[row] ?? -Infinity) > centre - half) row++;
    ends[row] = centre + half;
    return { ...mark, row };
  });
}

const markText = (drop: number): string => `−${Math.round(drop * 100)} points`;

/** Pixels between the left and the right margin. */
const PLOT_WIDTH = 800 - 64 - 40;
const PLOT_HEIGHT = 320;

/** Height of a row of labels, in pixels. */
const ROW = 16;
