import { escapeText } from "@lib/figures/caption.ts";
import {
  axis,
  baseLayout,
  compact,
  type Fields,
  type Figure,
  LOG_TICKS,
} from "@lib/figures/figure.ts";
import { BARS, faint, MEANING } from "@lib/figures/palette.ts";
import { textWidth } from "@lib/figures/text_width.ts";

/** The smallest trigger that was found for a class. */
export interface ClassNorm {
  /** The class's name. */
  class: string;
  /** Above 0, in levels. */
  norm: number;
  /** Whether the trigger got there. */
  reached: boolean;
}

/**
 * Bars of how much it takes to send images to each class: a backdoor's target takes far less.
 *
 * @param norms One a class, from the left.
 * @param suspect The class that stands out, if one does.
 * @returns The figure.
 * @example
 * ```ts
 * import { classNorms } from "@lib/figures/class_norms.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const norms = ["stop", "yield"].map((name) => ({ class: name, norm: 900, reached: true }));
 * assertEquals(classNorms(norms, 1).data[0]!.y, [900, 900]);
 * ```
 */
export function classNorms(norms: readonly ClassNorm[], suspect?: number | null): Figure {
  const names = norms.map((each, label) => {
    const name = each.class === String(label) ? String(label) : `${label} ${each.class}`;
    return escapeText(name.length > LONGEST ? `${name.slice(0, LONGEST - 1)}…` : name);
  });
  const values = compact(norms.map(({ norm }) => norm));
  const { clean, attack } = MEANING;
  const [colours, edges] = [[attack.color, clean.color], [BARS.attack.edge, BARS.clean.edge]]
    .map(([marked, other]) => norms.map((_, index) => index === suspect ? marked! : other!));
  const data = [{
    type: "bar",
    x: norms.map((_, index) => index),
    y: values,
    marker: {
      color: colours!.map((color, index) => norms[index]!.reached ? color : faint(color, 0.25)),
      line: { color: edges, width: 1 },
    },
    hovertemplate: "%{y:.0f} levels<extra></extra>",
  }];
  const logs = values.map(Math.log10);
  const range = [Math.floor(Math.min(...logs) * 2) / 2 - 0.25, Math.max(...logs) + 0.1];
  const size = norms.length > 60 ? 7 : 11;
  const below = 52 + Math.ceil(Math.max(...names.map((name) => textWidth(name, size))));
  const layout = baseLayout({
    height: 280 + below,
    margin: { l: 64, r: 24, t: 20, b: below },
    xaxis: axis("class", {
      tickvals: norms.map((_, index) => index),
      ticktext: names,
      tickangle: -90,
      showgrid: false,
      tickfont: { size },
    }),
    yaxis: axis("L1 norm (levels)", {
      type: "log",
      range,
      ...LOG_TICKS,
    }),
    annotations: norms.flatMap((_, index) => index === suspect ? [suspected(index, logs)] : []),
    bargap: 0.25,
  });
  return { data, layout };
}

/** Upright above its bar, so that it is no wider; a logarithmic axis wants the logarithm. */
const suspected = (x: number, logs: readonly number[]): Fields => ({
  ...{ x, y: logs[x], yanchor: "bottom", text: "suspected", textangle: -90, showarrow: false },
  font: { size: logs.length > 60 ? 8 : 11 },
  bgcolor: "#ffffff",
});

/** Letters of a name that are shown. */
const LONGEST = 26;
