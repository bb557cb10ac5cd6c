import { axis, axisNumber, baseLayout, compact, type Figure } from "@lib/figures/figure.ts";
import { belowLegend } from "@lib/figures/legend.ts";
import { orderLooks } from "@lib/figures/palette.ts";
import type { Rates } from "@lib/figures/rates.ts";
import { whiskers } from "@lib/figures/whiskers.ts";

/** What came of a repair with so many clean images, drawn once; shares from 0 to 1. */
export interface ImagesResult extends Rates {
  cleanImages: number;
  /** Share of triggered images that get their true class. */
  robustAccuracy: number;
}

/**
 * Clean accuracy, attack success and robust accuracy against the number of clean images that a defender has,
 * each on a scale of its own, since the first two hardly move on a common one: the mean of all draws of a
 * number, and their range. Repairs stand a little aside of the number, each to its own side.
 *
 * @param repairs At most three, by name: results from few images to many.
 * @returns The figure; its horizontal axes are logarithmic.
 * @throws {Error} If there are no results, or more repairs.
 * @example
 * ```ts
 * import { cleanImagesFigure } from "@lib/figures/clean_images.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const rates = { cleanAccuracy: 0.9, attackSuccess: 0.2, robustAccuracy: 0.7 };
 * const { data } = cleanImagesFigure({ pruned: [{ cleanImages: 10, ...rates }] });
 * assertEquals(data.map(({ y }) => y), [[90], [20], [70]]);
 * ```
 */
export function cleanImagesFigure(repairs: Record<string, readonly ImagesResult[]>): Figure {
  const all = Object.entries(repairs);
  const results = Object.values(repairs).flat();
  const counts = [...new Set(results.map(({ cleanImages }) => cleanImages))];
  if (counts.length === 0 || all.length > 3) {
    const found = `${counts.length} of ${all.length}`;
    throw new Error(`Expected results of one to three repairs but found ${found}`);
  }
  const looks = orderLooks(Object.keys(repairs));
  const data = PANELS.flatMap(({ rate, name }, panel) =>
    all.map(([repair, results], index) => {
      const { color, dash, symbol } = looks[index]!;
      const own = counts.filter((count) =>
        results.some(({ cleanImages }) => cleanImages === count)
      );
      // beside each other, so that no whisker hides another
      const aside = ASIDE ** (index - (all.length - 1) / 2);
      const x = compact(own.map((count) => count * aside));
      const draws = own.map((count) =>
        results.filter(({ cleanImages }) => cleanImages === count).map((result) => result[rate])
      );
      const means = draws.map((rates) => rates.reduce((sum, each) => sum + each) / rates.length);
      const ranges = draws.map((rates) =>
        rates.length > 1 ? { low: Math.min(...rates), high: Math.max(...rates) } : undefined
      );
      return {
        ...{ type: "scatter", mode: "lines+markers" },
        ...{ name: panel === 0 ? repair : `${repair}, ${name}`, showlegend: panel === 0 },
        ...{ xaxis: `x${axisNumber(panel)}`, yaxis: `y${axisNumber(panel)}` },
        ...{ x, y: compact(means, 100), error_y: { ...whiskers(means, ranges), color } },
        ...{ line: { color, dash }, marker: { color, size: 8, symbol } },
        hovertemplate: "%{y:.2f} %",
      };
    })
  );
  const axes = PANELS.map(({ rate, name }, panel) => ({
    [`xaxis${axisNumber(panel)}`]: axis(panel === 1 ? "number of clean images (logarithmic)" : "", {
      ...{ type: "log", anchor: `y${axisNumber(panel)}` },
      domain: [panel * (WIDTH + GAP), panel * (WIDTH + GAP) + WIDTH],
      range: [Math.log10(Math.min(...counts)) - 0.2, Math.log10(Math.max(...counts)) + 0.2],
      tickvals: counts,
      ticktext: counts.map((count) => count.toLocaleString("en")),
    }),
    [`yaxis${axisNumber(panel)}`]: axis(`${name} (%)`, {
      anchor: `x${axisNumber(panel)}`,
      range: around(results.map((result) => 100 * result[rate])),
    }),
  }));
  return {
    data,
    layout: baseLayout({ ...belowLegend(data, 300, 24), ...Object.assign({}, ...axes) }),
  };
}

/** A little more than the values cover, three points at least, and within what a rate can be. */
function around(percent: readonly number[]): [number, number] {
  const [low, high] = [Math.min(...percent), Math.max(...percent)];
  const more = Math.max(1.5, 0.08 * (high - low));
  return [Math.max(-3, low - more), Math.min(103, high + more)];
}

/** How far apart two repairs stand, as a factor of the number of images. */
const ASIDE = 1.25;

/** Of a panel, and between two, as shares of the plot. */
const [WIDTH, GAP] = [0.26, 0.11];

const PANELS = [
  { rate: "cleanAccuracy", name: "clean accuracy" },
  { rate: "attackSuccess", name: "attack success" },
  { rate: "robustAccuracy", name: "robust accuracy" },
] as const;
