import { compact, type Fields } from "@lib/figures/figure.ts";
import { INK } from "@lib/figures/palette.ts";
import type { Range } from "@lib/figures/rates.ts";

/**
 * Error bars of measured rates.
 *
 * @param rates Shares from 0 to 1.
 * @param ranges From … to of each that has one.
 * @returns Plotly's `error_y` or `error_x`; not visible if no rate has a range.
 * @example
 * ```ts
 * import { whiskers } from "@lib/figures/whiskers.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const { array, arrayminus } = whiskers([0.5, 0.2], [{ low: 0.4, high: 0.75 }, undefined]);
 * assertEquals([array, arrayminus], [[25, 0], [10, 0]]);
 * ```
 */
export function whiskers(
  rates: readonly (number | undefined)[],
  ranges: readonly (Range | undefined)[],
): Fields {
  if (!ranges.some((range) => range !== undefined)) return { visible: false };
  const beyond = (distance: (rate: number, range: Range) => number): number[] =>
    compact(
      rates.map((rate = 0, index) => {
        const range = ranges[index];
        return range ? Math.max(0, distance(rate, range)) : 0;
      }),
      100,
    );
  return {
    // without caps, so that a bar without a range has nothing at its end
    ...{ type: "data", symmetric: false, color: INK, thickness: 2, width: 0 },
    array: beyond((rate, { high }) => high - rate),
    arrayminus: beyond((rate, { low }) => rate - low),
  };
}

/**
 * The rates in numbers, each above its upright bar and that bar's whisker.
 *
 * @param bars Place along the axis, rate and range as shares from 0 to 1, and what to write instead of the rate.
 * @returns A trace of texts without a name, so that the legend leaves it out.
 * @example
 * ```ts
 * import { aboveBars } from "@lib/figures/whiskers.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const { y, text } = aboveBars([{ at: 0, value: 0.5, range: { low: 0.4, high: 0.75 } }]);
 * assertEquals([y, text], [[75], ["50.0"]]);
 * ```
 */
export function aboveBars(
  bars: readonly { at: number; value: number; range?: Range; text?: string }[],
): Fields {
  return {
    ...{ type: "scatter", mode: "text", textposition: "top center", cliponaxis: false },
    x: compact(bars.map(({ at }) => at)),
    y: compact(bars.map(({ value, range }) => Math.max(value, range?.high ?? 0)), 100),
    text: bars.map(({ value, text }) => text ?? (value * 100).toFixed(1)),
    textfont: { size: 11 },
    showlegend: false,
    hoverinfo: "skip",
  };
}
