import { axis, baseLayout, compact, type Fields, type Figure } from "@lib/figures/figure.ts";
import { belowLegend } from "@lib/figures/legend.ts";
import { MEANING } from "@lib/figures/palette.ts";
import { RATE_AXIS, RATES, type Rates } from "@lib/figures/rates.ts";
import { whiskers } from "@lib/figures/whiskers.ts";

/** What came of a repair with so many clean images, drawn once; shares from 0 to 1. */
export interface ImagesResult extends Rates {
  cleanImages: number;
}

/**
 * Clean accuracy and attack success against the number of clean images that a defender has: the mean of
 * all draws of a number, and their range.
 *
 * @param repairs At most three, by name: results from few images to many.
 * @returns The figure; its horizontal axis is logarithmic.
 * @throws {Error} If there are no results, or more repairs.
 * @example
 * ```ts
 * import { cleanImagesFigure } from "@lib/figures/clean_images.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const pruned = [{ cleanImages: 10, cleanAccuracy: 0.9, attackSuccess: 0.2 }];
 * assertEquals(cleanImagesFigure({ pruned }).data.map(({ y }) => y), [[90], [20]]);
 * ```
 */
export function cleanImagesFigure(repairs: Record<string, readonly ImagesResult[]>): Figure {
  const all = Object.entries(repairs);
  const results = Object.values(repairs).flat();
  const counts = [...new Set(results.map(({ cleanImages }) => cleanImages))];
  if (counts.length === 0 || all.length > LOOKS.length) {
    const found = `${counts.length} of ${all.length}`;
    throw new Error(`Expected results of one to three repairs but found ${found}`);
  }
  const data = RATES.flatMap(({ rate, name, color }) =>
    all.map(([repair, results], index) => {
      const found = counts.map((count) =>
        results.filter(({ cleanImages }) => cleanImages === count).map((result) => result[rate])
      );
      const x = counts.filter((_, at) => found[at]!.length > 0);
      const draws = found.filter(({ length }) => length > 0);
      const means = draws.map((rates) => rates.reduce((sum, each) => sum + each) / rates.length);
      const ranges = draws.map((rates) => (
        rates.length > 1 ? { low: Math.min(...rates), high: Math.max(...rates) } : undefined
      ));
      return {
        type: "scatter",
        mode: "lines+markers",
        name: `${name}, ${repair}`,
        x,
        y: compact(means, 100),
        error_y: whiskers(means, ranges),
        line: { color, dash: LOOKS[index]!.dash },
        marker: { color, size: 8, symbol: LOOKS[index]![rate] },
        hovertemplate: "%{y:.2f} %",
      };
    })
  );
  const layout = baseLayout({
    ...belowLegend(data, 320, 24),
    xaxis: axis("number of clean images (logarithmic)", {
      type: "log",
      range: [Math.log10(Math.min(...counts)) - 0.1, Math.log10(Math.max(...counts)) + 0.1],
      tickvals: counts,
      ticktext: counts.map((count) => count.toLocaleString("en")),
    }),
    yaxis: axis("rate (%)", RATE_AXIS),
  });
  // two entries a line, each rate under the other
  const legend = { ...layout.legend as Fields, entrywidth: 0.4, entrywidthmode: "fraction" };
  return { data, layout: { ...layout, legend } };
}

/** A rate has its colour, a repair its dash, and each line its symbol. */
const LOOKS = [
  { dash: "solid", cleanAccuracy: MEANING.clean.symbol, attackSuccess: MEANING.attack.symbol },
  { dash: "dash", cleanAccuracy: "triangle-up", attackSuccess: "triangle-down" },
  { dash: "dot", cleanAccuracy: "triangle-left", attackSuccess: "triangle-right" },
];
