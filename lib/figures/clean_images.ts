import { axis, baseLayout, COLOURS, compact, type Figure } from "@lib/figures/figure.ts";

/** What came of a defense with so many clean images; shares from 0 to 1. */
export interface ImagesResult {
  cleanImages: number;
  cleanAccuracy: number;
  attackSuccess: number;
}

/**
 * Clean accuracy and attack success against the number of clean images that a defender has.
 *
 * @param results From few images to many.
 * @returns The figure; its horizontal axis is logarithmic.
 * @example
 * ```ts
 * import { cleanImagesFigure } from "@lib/figures/clean_images.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const { data } = cleanImagesFigure([{ cleanImages: 10, cleanAccuracy: 0.9, attackSuccess: 0.2 }]);
 * assertEquals(data.map(({ y }) => y), [[90], [20]]);
 * ```
 */
export function cleanImagesFigure(results: readonly ImagesResult[]): Figure {
  const counts = results.map(({ cleanImages }) => cleanImages);
  const line = (
    name: string,
    rate: "cleanAccuracy" | "attackSuccess",
    look: { color: string; dash: string },
  ): Record<string, unknown> => ({
    type: "scatter",
    mode: "lines+markers",
    name,
    x: counts,
    y: compact(results.map((result) => result[rate]), 100),
    line: look,
    marker: { color: look.color, size: 8 },
    hovertemplate: "%{y:.2f} %",
  });
  const layout = baseLayout({
    xaxis: axis("clean images", {
      type: "log",
      range: [Math.log10(Math.min(...counts)) - 0.1, Math.log10(Math.max(...counts)) + 0.1],
      tickvals: counts,
      ticktext: counts.map((count) => count.toLocaleString("en")),
    }),
    yaxis: axis("rate (%)", { range: [-2, 102], dtick: 20, tick0: 0 }),
  });
  const data = [
    line("clean accuracy", "cleanAccuracy", { color: COLOURS.blue, dash: "solid" }),
    line("attack success", "attackSuccess", { color: COLOURS.vermillion, dash: "dash" }),
  ];
  return { data, layout };
}
