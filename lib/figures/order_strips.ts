import { escapeText } from "@lib/figures/caption.ts";
import { axis, axisNumber, baseLayout, compact, type Figure } from "@lib/figures/figure.ts";
import { MEANING } from "@lib/figures/palette.ts";
import { textWidth } from "@lib/figures/text_width.ts";

/** What an order of pruning comes to; shares from 0 to 1. */
export interface Strip {
  name: string;
  /** For each panel, triggered images taken for the target: one value a network or draw. */
  attackSuccess: readonly (readonly number[])[];
  /** The same images given their true class. */
  robustAccuracy: readonly (readonly number[])[];
}

/**
 * Orders of pruning below each other, in panels side by side: a mark for each network or draw, and where
 * there are several a line at their median. What is left of the attack and what is read rightly lie on one
 * axis; the rest is taken for a third class.
 *
 * @param strips One an order, from the top.
 * @param panels What stands above them; empty where one panel needs nothing.
 * @returns The figure.
 * @throws {Error} If an order has not as many panels.
 * @example
 * ```ts
 * import { orderStrips } from "@lib/figures/order_strips.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const strip = { name: "greedy", attackSuccess: [[0.02, 0.01]], robustAccuracy: [[0.4, 0.5]] };
 * assertEquals(orderStrips([strip], ["2 points lost"]).data[0]!.x, [2, 1]);
 * ```
 */
export function orderStrips(strips: readonly Strip[], panels: readonly string[]): Figure {
  for (const { name, ...rates } of strips) {
    for (const values of Object.values(rates)) {
      if (values.length !== panels.length) {
        throw new Error(`Expected ${panels.length} panels but found ${values.length} of ${name}`);
      }
    }
  }
  const data = panels.flatMap((_, panel) =>
    LOOKS.map(({ rate, name, look: { color, symbol }, shift }) => {
      const points = strips.flatMap((strip, row) =>
        strip[rate][panel]!.map((share) => ({ share, row: row + shift }))
      );
      return {
        ...{ type: "scatter", mode: "markers", name, showlegend: panel === 0 },
        x: compact(points.map(({ share }) => share), 100),
        y: points.map(({ row }) => row),
        ...{ xaxis: `x${axisNumber(panel)}`, yaxis: `y${axisNumber(panel)}` },
        marker: { color, symbol, size: 8, opacity: 0.7 },
        hovertemplate: "%{x:.1f} %",
      };
    })
  );
  const medians = panels.flatMap((_, panel) =>
    LOOKS.flatMap(({ rate, look: { color }, shift }) =>
      strips.flatMap((strip, row) => {
        const sorted = strip[rate][panel]!.toSorted((a, b) => a - b);
        if (sorted.length < 2) return [];
        const at = 50 * (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!);
        const y = row + shift;
        return [{
          ...{ type: "line", xref: `x${axisNumber(panel)}`, yref: `y${axisNumber(panel)}` },
          ...{ x0: at, x1: at, y0: y - 0.2, y1: y + 0.2, line: { color, width: 3 } },
        }];
      })
    )
  );
  const left = 16 + Math.max(...strips.map(({ name }) => textWidth(name, 12)));
  const share = (800 - left - 24 - GAP * (panels.length - 1)) / panels.length / (800 - left - 24);
  const step = (1 - share) / Math.max(1, panels.length - 1);
  const axes = panels.map((_, panel) => ({
    [`xaxis${axisNumber(panel)}`]: axis("triggered images (%)", {
      ...{ range: [-4, 104], dtick: 25, anchor: `y${axisNumber(panel)}` },
      domain: [panel * step, panel * step + share],
    }),
    [`yaxis${axisNumber(panel)}`]: axis("", {
      ...{ range: [strips.length - 0.5, -0.5], anchor: `x${axisNumber(panel)}`, ticks: "" },
      tickvals: strips.map((_, row) => row),
      ticktext: strips.map(({ name }) => panel === 0 ? escapeText(name) : ""),
    }),
  }));
  const titles = panels.flatMap((title, panel) =>
    title === "" ? [] : [{
      ...{ xref: `x${axisNumber(panel)} domain`, x: 0.5, yref: "paper", y: 1, yanchor: "bottom" },
      ...{ yshift: 4, text: escapeText(title), font: { size: 13 }, showarrow: false },
    }]
  );
  const top = titles.length > 0 ? 66 : 44;
  const layout = baseLayout({
    height: top + 56 + 30 * strips.length,
    margin: { l: left, r: 24, t: top, b: 56 },
    annotations: titles,
    shapes: medians,
    ...Object.assign({}, ...axes),
  });
  return { data, layout };
}

/** Between two panels, in pixels. */
const GAP = 28;

const LOOKS = [
  { rate: "attackSuccess", name: "taken for the target", look: MEANING.attack, shift: -0.16 },
  { rate: "robustAccuracy", name: "given their true class", look: MEANING.truth, shift: 0.16 },
] as const;
