import { escapeText } from "@lib/figures/caption.ts";
import { axis, axisNumber, baseLayout, compact, type Figure } from "@lib/figures/figure.ts";
import { MEANING } from "@lib/figures/palette.ts";

/** The mean activation of every channel over some images. */
export interface ChannelSeries {
  /** What the images are: "clean", "backdoor". */
  name: string;
  /** One mean a channel, 128 for the paper's network; any unit, may be negative. */
  means: ArrayLike<number>;
}

/**
 * Bars of each channel's mean activation, one panel a series (paper, Fig. 5 and 6), with a common
 * scale so that heights compare.
 *
 * @param series What to draw, from the top, clean images first; every one over the same channels.
 * @returns The figure.
 * @throws {Error} If the series are not over the same channels.
 * @example
 * ```ts
 * import { activationBars } from "@lib/figures/activation_bars.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const clean = { name: "clean", means: [0.3, 0.1, 0.2] };
 * const { data } = activationBars([clean]);
 * assertEquals(data[0]!.y, [0.3, 0.1, 0.2]);
 * ```
 */
export function activationBars(series: readonly ChannelSeries[]): Figure {
  const count = series[0]?.means.length ?? 0;
  for (const { means: { length } } of series) {
    if (length !== count) throw new Error(`Expected ${count} channels but found ${length}`);
  }
  const data = series.map(({ name, means }, panel) => ({
    type: "bar",
    name: escapeText(name),
    x: Array.from(means, (_, channel) => channel),
    y: compact(means),
    hovertemplate: "channel %{x}: %{y}<extra>%{fullData.name}</extra>",
    marker: { color: panel === 0 ? MEANING.clean.color : MEANING.attack.color },
    yaxis: `y${axisNumber(panel)}`,
  }));
  const height = (1 + GAP) / series.length - GAP;
  const yaxes = series.map(({ name }, panel) => {
    const bottom = (series.length - 1 - panel) * (height + GAP);
    const domain = [bottom, Math.min(1, bottom + height)];
    const range = panel > 0 ? { matches: "y" } : {};
    const fields = { domain, zeroline: true, zerolinecolor: MEANING.neutral.color, ...range };
    return [`yaxis${axisNumber(panel)}`, axis(`mean activation, ${escapeText(name)}`, fields)];
  });
  const layout = baseLayout({
    ...Object.fromEntries(yaxes),
    xaxis: axis("channel", { showgrid: false, anchor: `y${axisNumber(series.length - 1)}` }),
    height: 120 + 240 * series.length,
    margin: { l: 64, r: 24, t: 16, b: 56 },
    showlegend: false,
    bargap: 0.15,
  });
  return { data, layout };
}

/** Between two panels, as a share of the height. */
const GAP = 0.08;
