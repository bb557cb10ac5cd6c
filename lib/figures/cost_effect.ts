import { escapeText } from "@lib/figures/caption.ts";
import { axis, baseLayout, compact, type Fields, type Figure } from "@lib/figures/figure.ts";
import { MEANING } from "@lib/figures/palette.ts";
import { type Range, RATE_AXIS } from "@lib/figures/rates.ts";
import { textWidth } from "@lib/figures/text_width.ts";
import { whiskers } from "@lib/figures/whiskers.ts";

/** What something costs, and what it is good for. */
export interface CostAndEffect {
  name: string;
  /** Above 0; none where it is not known. */
  seconds?: number;
  /** A share from 0 to 1. */
  effect: number;
  /** Of the effect. */
  range?: Range;
}

/**
 * Cost and effect side by side, a row each, the cheapest first and those of unknown cost last.
 *
 * @param all At least one; whiskers are the ranges.
 * @param title What the effect is.
 * @returns The figure, with seconds on a logarithmic axis.
 * @example
 * ```ts
 * import { costEffect } from "@lib/figures/cost_effect.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const defenses = [{ name: "FT-SAM", effect: 1 }, { name: "CLP", seconds: 0.2, effect: 0.5 }];
 * const { data } = costEffect(defenses, "effectiveness");
 * assertEquals(data.map(({ x }) => x), [[0.2, null], [50, 100]]);
 * ```
 */
export function costEffect(all: readonly CostAndEffect[], title: string): Figure {
  const costOf = ({ seconds = Infinity }: CostAndEffect): number => seconds;
  // of two unknown costs the difference is no number, and they stay as they are
  const rows = all.toSorted((one, other) => costOf(one) - costOf(other) || 0);
  const effects = rows.map(({ effect }) => effect);
  const points = (fields: Fields): Fields => ({
    ...{ type: "scatter", mode: "markers", showlegend: false, y: rows.map((_, row) => row) },
    ...fields,
  });
  const data = [
    points({
      x: rows.map(({ seconds }) => seconds === undefined ? null : compact([seconds])[0]!),
      marker: { size: 9, symbol: "square", color: MEANING.neutral.color },
      hovertemplate: "%{x:.1f} s<extra></extra>",
    }),
    points({
      x: compact(effects, 100),
      xaxis: "x2",
      error_x: whiskers(effects, rows.map(({ range }) => range)),
      marker: { size: 9, color: MEANING.truth.color },
      hovertemplate: "%{x:.1f} %<extra></extra>",
    }),
  ];
  const left = 20 + Math.max(0, ...rows.map(({ name }) => textWidth(name, 12)));
  const layout = baseLayout({
    height: 80 + 30 * rows.length,
    margin: { l: left, r: 24, t: 16, b: 56 },
    xaxis: axis("seconds a network (logarithmic)", { type: "log", dtick: 1, domain: [0, 0.47] }),
    xaxis2: axis(`${title} (%)`, { ...RATE_AXIS, domain: [0.53, 1] }),
    yaxis: axis("", {
      ...{ range: [rows.length - 0.5, -0.5], ticks: "" },
      tickvals: rows.map((_, row) => row),
      ticktext: rows.map(({ name }) => escapeText(name)),
    }),
  });
  return { data, layout };
}
