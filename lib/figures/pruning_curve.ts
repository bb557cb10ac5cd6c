import { escapeText } from "@lib/figures/caption.ts";
import { type DropMark, dropMarks } from "@lib/figures/drop_marks.ts";
import { axis, baseLayout, compact, type Fields, type Figure } from "@lib/figures/figure.ts";
import { belowLegend } from "@lib/figures/legend.ts";
import { faint, type Look, orderLooks } from "@lib/figures/palette.ts";
import { paperPoints } from "@lib/figures/paper_points.ts";
import type { PaperCurve } from "@lib/figures/paper_values.ts";
import { type Range, RATE_AXIS, RATES, type Rates } from "@lib/figures/rates.ts";

/** A pruning curve as far as it is drawn: rates at 0 … 128 pruned channels. */
export interface NamedCurve extends Rates<ArrayLike<number>> {
  /** The order's name. */
  name: string;
  /** How sure the two are at every step; drawn as bands. */
  band?: Rates<readonly Range[]>;
}

/**
 * Clean accuracy and attack success while channels are pruned (paper, Fig. 7): of one order both in
 * one plot, of several a plot for each rate, one above the other, and a line an order.
 *
 * @param curves One to six orders.
 * @param marks Accuracy drops to mark with vertical lines.
 * @param paper What the paper states, to stand beside the lines.
 * @returns The figure.
 * @throws {Error} If a curve's two lines differ in length or have fewer than two steps, or if there are
 * more curves than looks.
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
  paper?: PaperCurve,
): Figure {
  const several = curves.length > 1;
  const data = [
    ...curves.flatMap((curve) => RATES.flatMap(({ rate }) => bandOf(curve, rate, curves))),
    ...curves.flatMap((curve) => linesOf(curve, curves)),
    ...(paper ? paperPoints(paper, several ? ["y", "y2"] : ["y", "y"]) : []),
  ];
  const height = several ? UPPER + BETWEEN + LOWER : ALONE;
  const { room, ...marked } = dropMarks(marks, { width: 800 - 64 - RIGHT, height });
  const layout = baseLayout({
    ...belowLegend(data, height, RIGHT, room),
    xaxis: axis("channels pruned (%)", {
      range: [0, 100],
      dtick: 10,
      anchor: several ? "y2" : "y",
    }),
    ...(several ? twoAxes(height) : { yaxis: axis("rate (%)", RATE_AXIS) }),
    ...marked,
  });
  return { data, layout };
}

/** Clean accuracy above attack success. */
function twoAxes(height: number): Fields {
  return {
    yaxis: axis("clean accuracy (%)", { ...RATE_AXIS, domain: [1 - UPPER / height, 1] }),
    yaxis2: axis("attack success (%)", { ...RATE_AXIS, domain: [0, LOWER / height] }),
  };
}

/** One curve's lines look like their rates, those of several like their orders. */
const lookOf = (curve: NamedCurve, rate: keyof Rates, all: readonly NamedCurve[]): Look =>
  all.length > 1
    ? orderLooks(all.map(({ name }) => name))[all.indexOf(curve)]!
    : RATES.find((each) => each.rate === rate)!;

function linesOf(curve: NamedCurve, all: readonly NamedCurve[]): Fields[] {
  const several = all.length > 1;
  const title = escapeText(curve.name);
  return RATES.map(({ rate, name }, index) => {
    const { color, dash } = lookOf(curve, rate, all);
    return {
      ...{ type: "scatter", mode: "lines", x: sharesPruned(curve), y: compact(curve[rate], 100) },
      line: { color, dash, width: 2 },
      hovertemplate: "%{y:.1f} % at %{x:.1f} % pruned",
      name: several ? [title, `${title}, ${name}`][index] : name,
      // the legend names an order once, and shows and hides both of its lines
      ...(several && { legendgroup: title, showlegend: index === 0, yaxis: ["y", "y2"][index] }),
    };
  });
}

/** A band as an outline, along its upper edge and back along the lower one; it lies under all lines. */
function bandOf(curve: NamedCurve, rate: keyof Rates, all: readonly NamedCurve[]): Fields[] {
  if (!curve.band) return [];
  const [x, edges] = [sharesPruned(curve), curve.band[rate]];
  const { color } = lookOf(curve, rate, all);
  return [{
    type: "scatter",
    mode: "lines",
    x: [...x, ...x.toReversed()],
    y: compact([...edges.map(({ high }) => high), ...edges.map(({ low }) => low).reverse()], 100),
    fill: "toself",
    fillcolor: faint(color, 0.15),
    line: { color: faint(color, 0.4), width: 0.5 },
    showlegend: false,
    hoverinfo: "skip",
    ...(all.length > 1 && {
      legendgroup: escapeText(curve.name),
      yaxis: rate === "cleanAccuracy" ? "y" : "y2",
    }),
  }];
}

/** Along the horizontal axis, in per cent. */
function sharesPruned({ name, cleanAccuracy, attackSuccess }: NamedCurve): number[] {
  const steps = cleanAccuracy.length;
  if (steps < 2 || attackSuccess.length !== steps) {
    const found = `${steps} and ${attackSuccess.length} in "${name}"`;
    throw new Error(`Expected two lines of at least 2 steps but found ${found}`);
  }
  return compact(Array.from({ length: steps }, (_, pruned) => pruned / (steps - 1)), 100);
}

/** Heights of the plots and of the gap between two, and the right margin, in pixels. */
const [ALONE, UPPER, BETWEEN, LOWER, RIGHT] = [320, 190, 22, 230, 40];
