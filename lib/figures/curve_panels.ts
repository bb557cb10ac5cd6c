import { escapeText } from "@lib/figures/caption.ts";
import { axis, axisNumber, baseLayout, compact, type Figure } from "@lib/figures/figure.ts";
import { belowLegend } from "@lib/figures/legend.ts";
import { paperPoints } from "@lib/figures/paper_points.ts";
import type { PaperCurve } from "@lib/figures/paper_values.ts";
import { RATE_AXIS, RATES, type Rates } from "@lib/figures/rates.ts";

/** An order of pruning on several networks. */
export interface CurvePanel {
  /** The order's name. */
  name: string;
  /** One a network: rates at 0 … all channels pruned. */
  curves: readonly Rates<ArrayLike<number>>[];
}

/**
 * Clean accuracy and attack success while channels are pruned, on several networks: a panel an order, side
 * by side, and in it a thin line for each network and rate.
 *
 * @param panels One to four.
 * @param paper What the paper states, to stand in the first panel.
 * @returns The figure.
 * @throws {Error} If there are no panels, or more.
 * @example
 * ```ts
 * import { curvePanels } from "@lib/figures/curve_panels.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const curve = { cleanAccuracy: [0.97, 0.5], attackSuccess: [1, 0] };
 * const { data } = curvePanels([{ name: "greedy", curves: [curve, curve] }]);
 * assertEquals(data.map(({ x }) => x), Array(2).fill([0, 100, null, 0, 100, null]));
 * assertEquals(data[1]!.y, [100, 0, null, 100, 0, null]);
 * ```
 */
export function curvePanels(panels: readonly CurvePanel[], paper?: PaperCurve): Figure {
  if (panels.length === 0 || panels.length > 4) {
    throw new Error(`Expected one to four panels but found ${panels.length}`);
  }
  const lines = panels.flatMap(({ name, curves }, panel) =>
    RATES.map(({ rate, name: rateName, color, dash }) => ({
      ...{ type: "scatter", mode: "lines", line: { color, dash, width: 1.2 } },
      name: panel === 0 ? rateName : `${escapeText(name)}, ${rateName}`,
      ...{ legendgroup: rateName, showlegend: panel === 0 },
      ...{ xaxis: `x${axisNumber(panel)}`, yaxis: `y${axisNumber(panel)}` },
      // one trace for all networks, with a gap between two
      x: curves.flatMap((curve) => [...sharesPruned(curve[rate].length), null]),
      y: curves.flatMap((curve) => [...compact(curve[rate], 100), null]),
      hovertemplate: "%{y:.1f} % at %{x:.1f} % pruned",
    }))
  );
  const data = [...(paper ? paperPoints(paper, ["y", "y"]) : []), ...lines];
  const width = (1 - GAP * (panels.length - 1)) / panels.length;
  const axes = panels.map((_, panel) => ({
    [`xaxis${axisNumber(panel)}`]: axis("channels pruned (%)", {
      ...{ range: [0, 100], dtick: 20, anchor: `y${axisNumber(panel)}` },
      domain: [panel * (width + GAP), panel * (width + GAP) + width],
    }),
    [`yaxis${axisNumber(panel)}`]: axis(panel === 0 ? "rate (%)" : "", {
      ...{ ...RATE_AXIS, anchor: `x${axisNumber(panel)}`, showticklabels: panel === 0 },
    }),
  }));
  const annotations = panels.map(({ name }, panel) => ({
    ...{ xref: `x${axisNumber(panel)} domain`, x: 0.5, yref: "paper", y: 1, yanchor: "bottom" },
    ...{ yshift: 6, text: escapeText(name), font: { size: 13 }, showarrow: false },
  }));
  const layout = baseLayout({
    ...belowLegend(data, 280, 24, 24),
    ...Object.assign({ annotations }, ...axes),
  });
  return { data, layout };
}

/** Along the horizontal axis, in per cent. */
const sharesPruned = (steps: number): number[] =>
  compact(Array.from({ length: steps }, (_, pruned) => pruned / (steps - 1)), 100);

/** Between two panels, as a share of the plot. */
const GAP = 0.035;
