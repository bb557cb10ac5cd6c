import { axis, baseLayout, compact, type Figure } from "@lib/figures/figure.ts";
import { BARS, faint, MEANING } from "@lib/figures/palette.ts";

/** So many bars, about. */
const BINS = 60;
const TICKS = [1, 10, 100, 1000, 10_000, 100_000];

/**
 * How a class's training images are weighed: a histogram of those that rather carry a trigger, hatched, and
 * one of the others.
 *
 * @param scores One an image of the class: log-odds that it carries the trigger, in nats, finite.
 * @returns The figure; counts are on a logarithmic axis.
 * @throws {Error} If there is no score.
 * @example
 * ```ts
 * import { poisonScores } from "@lib/figures/poison_scores.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const { data } = poisonScores([-30, -30, 30]);
 * assertEquals(data.map(({ y }) => y), [[2], [1]]);
 * ```
 */
export function poisonScores(scores: ArrayLike<number>): Figure {
  if (scores.length === 0) throw new Error("Expected at least one score but found none");
  const most = Array.from(scores).reduce((most, score) => Math.max(most, Math.abs(score)), 0);
  const width = 2 * most / BINS || 1;
  const counts = new Map<number, number>();
  for (const score of Array.from(scores)) {
    const bin = Math.ceil(score / width) - 0.5; // a score of 0 is left of the line
    counts.set(bin, (counts.get(bin) ?? 0) + 1);
  }
  const bars = (name: string, side: number, marker: object) => {
    const bins = [...counts.keys()].filter((bin) => bin * side > 0);
    const y = bins.map((bin) => counts.get(bin)!);
    const hovertemplate = "%{y:,} images<extra></extra>";
    return { type: "bar", name, x: compact(bins, width), y, width, marker, hovertemplate };
  };
  const { clean, attack, neutral } = MEANING;
  const pattern = { shape: BARS.attack.hatch, fgcolor: attack.color, size: 6 };
  const data = [
    bars("not flagged", -1, { color: faint(clean.color, 0.6), line: { color: BARS.clean.edge } }),
    bars("flagged", 1, { color: "#ffffff", pattern, line: { color: BARS.attack.edge, width: 1 } }),
  ];
  const line = { color: neutral.color, dash: neutral.dash, width: 1 };
  const layout = baseLayout({
    xaxis: axis("log-odds that the trigger is in an image (nats)"),
    yaxis: axis("number of images", {
      type: "log",
      range: [-0.3, Math.log10(Math.max(...counts.values())) + 0.1],
      tickvals: TICKS,
      ticktext: TICKS.map((tick) => tick.toLocaleString("en")),
    }),
    barmode: "overlay",
    shapes: [{ type: "line", x0: 0, x1: 0, yref: "paper", y0: 0, y1: 1, line }],
  });
  return { data, layout };
}
