import { escapeText } from "@lib/figures/caption.ts";
import { axis, baseLayout, compact, type Figure } from "@lib/figures/figure.ts";
import { INK, MEANING } from "@lib/figures/palette.ts";
import { type Range, RATE_AXIS } from "@lib/figures/rates.ts";
import { whiskers } from "@lib/figures/whiskers.ts";

/** What something costs, and what it is good for. */
export interface CostAndEffect {
  name: string;
  /** Above 0. */
  seconds: number;
  /** A share from 0 to 1. */
  effect: number;
  /** Of the effect. */
  range?: Range;
}

/**
 * Effect against cost, one named point each.
 *
 * @param points Any order; whiskers are their ranges.
 * @param title What the effect is.
 * @returns The figure, with seconds on a logarithmic axis.
 * @example
 * ```ts
 * import { costEffect } from "@lib/figures/cost_effect.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const { data } = costEffect([{ name: "CLP", seconds: 0.2, effect: 0.5 }], "effectiveness");
 * assertEquals([data[0]!.x, data[0]!.y], [[0.2], [50]]);
 * ```
 */
export function costEffect(points: readonly CostAndEffect[], title: string): Figure {
  const byCost = points.toSorted((one, other) => one.seconds - other.seconds);
  const data = [{
    type: "scatter",
    mode: "markers+text",
    x: compact(byCost.map(({ seconds }) => seconds)),
    y: compact(byCost.map(({ effect }) => effect), 100),
    error_y: whiskers(byCost.map(({ effect }) => effect), byCost.map(({ range }) => range)),
    text: byCost.map(({ name }) => escapeText(name)),
    // neighbours' names on either side, so that they are apart
    textposition: byCost.map((_, index) => index % 2 === 0 ? "middle right" : "middle left"),
    textfont: { size: 11, color: INK },
    marker: { size: 9, color: MEANING.neutral.color },
    cliponaxis: false,
    hovertemplate: "%{text}: %{y:.1f} % in %{x:.1f} s<extra></extra>",
  }];
  const layout = baseLayout({
    margin: { l: 64, r: 110, t: 24, b: 56 },
    xaxis: axis("seconds a network", { type: "log" }),
    yaxis: axis(`${title} (%)`, RATE_AXIS),
  });
  return { data, layout };
}
