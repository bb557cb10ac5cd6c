import { axis, baseLayout, compact, type Figure } from "@lib/figures/figure.ts";
import { INK, MEANING } from "@lib/figures/palette.ts";

/**
 * Every channel's mean activation over clean images against that over triggered ones (paper, Fig. 5
 * and 6 in one): a channel off the diagonal reacts to the trigger.
 *
 * @param clean One mean a channel over clean images; any unit, may be negative.
 * @param backdoor The same channels' means over triggered images.
 * @param what Another measure than the mean, with its unit.
 * @returns The figure.
 * @throws {Error} If the two are not over the same channels.
 * @example
 * ```ts
 * import { scatterActivations } from "@lib/figures/scatter_activations.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const { data } = scatterActivations([0.1, 0.2], [0.1, 1.5]);
 * assertEquals(data[1]!.text, ["channel 0", "channel 1"]);
 * ```
 */
export function scatterActivations(
  clean: ArrayLike<number>,
  backdoor: ArrayLike<number>,
  what = "mean activation",
): Figure {
  if (clean.length !== backdoor.length) {
    throw new Error(`Expected ${clean.length} channels but found ${backdoor.length}`);
  }
  const [x, y] = [compact(clean), compact(backdoor)];
  const ends = [Math.min(...x), Math.max(...x)];
  const diagonal = {
    type: "scatter",
    mode: "lines",
    name: "equal activation",
    x: ends,
    y: ends,
    line: { color: MEANING.neutral.color, dash: MEANING.neutral.dash, width: 2 },
    hoverinfo: "skip",
  };
  const channels = {
    type: "scatter",
    mode: "markers",
    name: "channel",
    x,
    y,
    text: x.map((_, channel) => `channel ${channel}`),
    hovertemplate: "%{text}: clean %{x}, backdoor %{y}<extra></extra>",
    marker: { color: INK, size: 7, opacity: 0.6 },
  };
  const layout = baseLayout({
    height: 480,
    xaxis: axis(`${what}, clean images`, { zeroline: true }),
    yaxis: axis(`${what}, triggered images`, { zeroline: true }),
  });
  return { data: [diagonal, channels], layout };
}
