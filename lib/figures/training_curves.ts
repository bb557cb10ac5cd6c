import { axis, baseLayout, compact, type Figure } from "@lib/figures/figure.ts";
import { INK, type Look } from "@lib/figures/palette.ts";
import { RATE_AXIS, RATES } from "@lib/figures/rates.ts";

/** What is known of a network after an epoch. */
export interface EpochResult {
  /** Mean training loss. */
  loss: number;
  /** Shares, 0–1; those that the figure shows are taken. */
  rates: Record<string, number>;
}

/**
 * The course of a training: loss on the left, clean accuracy and attack success on the right (paper,
 * section 3.1).
 *
 * @param epochs The epochs so far, from the first; none gives empty axes.
 * @param planned How many there will be, so that a live figure keeps its axes.
 * @returns The figure.
 * @example
 * ```ts
 * import { trainingCurves } from "@lib/figures/training_curves.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const { data } = trainingCurves([{ loss: 1.2, rates: { cleanAccuracy: 0.7, attackSuccess: 0.9 } }], 12);
 * assertEquals(data.map(({ y }) => y), [[1.2], [70], [90]]);
 * ```
 */
export function trainingCurves(epochs: readonly EpochResult[], planned = epochs.length): Figure {
  const x = epochs.map((_, index) => index + 1);
  const line = (name: string, y: number[], { color, dash, symbol }: Look) => ({
    type: "scatter",
    mode: "lines+markers",
    name,
    x,
    y,
    line: { color, dash, width: 2 },
    marker: { size: 6, symbol },
    hovertemplate: "%{y} after epoch %{x}",
  });
  const loss = compact(epochs.map((epoch) => epoch.loss));
  const rates = RATES.map(({ rate, name, ...look }) => {
    const y = compact(epochs.map(({ rates }) => rates[rate] ?? NaN), 100);
    return { ...line(name, y, look), xaxis: "x2", yaxis: "y2" };
  });
  const lossLook = { color: INK, dash: "solid", symbol: "square" } as const;
  const data = [line("training loss", loss, lossLook), ...rates];
  const epochAxis = axis("epoch", {
    range: [0.5, Math.max(planned, 1) + 0.5],
    tick0: 1,
    dtick: Math.ceil(planned / 12) || 1,
  });
  const layout = baseLayout({
    height: 360,
    xaxis: { ...epochAxis, domain: [0, 0.44] },
    yaxis: axis("training loss (nats)", { rangemode: "tozero" }),
    xaxis2: { ...epochAxis, domain: [0.56, 1], anchor: "y2" },
    yaxis2: axis("rate (%)", { ...RATE_AXIS, anchor: "x2" }),
  });
  return { data, layout };
}
