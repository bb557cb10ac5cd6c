import { COLOURS, type Picture } from "@lib/figures/figure.ts";

/** An order of pruning and what it does, for the slider to move along. */
export interface SliderContent {
  /** The channels in the order they are pruned. */
  order: readonly number[];
  /** Mean activation of each channel on triggered images. */
  means: ArrayLike<number>;
  /** Rates after 0 … all channels, 0–1. */
  cleanAccuracy: readonly number[];
  attackSuccess: readonly number[];
  /** A few triggered images. */
  images: Picture;
  /** Their true classes. */
  labels: ArrayLike<number>;
  /** The classes they are given after 0 … all channels. */
  answers: readonly ArrayLike<number>[];
  /** The attacker's class. */
  target: number;
}

/** What of the figure depends on the slider's place. */
export interface Place {
  frames: string[];
  shapes: Record<string, unknown>[];
  title: Record<string, unknown>;
}

/** That for one place. */
export function placeOf(content: SliderContent, place: number): Place {
  const { cleanAccuracy, attackSuccess, answers, labels, target } = content;
  const percent = (rates: readonly number[]): string => `${(100 * rates[place]!).toFixed(1)} %`;
  return {
    frames: Array.from(
      answers[place]!,
      (answer, image) =>
        answer === labels[image]
          ? COLOURS.green
          : answer === target
          ? COLOURS.vermillion
          : COLOURS.orange,
    ),
    shapes: [
      // a veil over the bars that are gone
      {
        ...{ type: "rect", xref: "x", yref: "y domain", x0: -0.5, x1: place - 0.5, y0: 0, y1: 1 },
        ...{ fillcolor: "#ffffff", opacity: 0.75, line: { width: 0 } },
      },
      {
        ...{ type: "line", xref: "x2", yref: "y2", x0: place, x1: place, y0: -2, y1: 102 },
        line: { color: "#555555", width: 1.5 },
      },
    ],
    title: {
      ...{ xref: "paper", yref: "paper", x: 0, xanchor: "left", yanchor: "bottom" },
      showarrow: false,
      text: `clean accuracy ${percent(cleanAccuracy)}, attack success ${percent(attackSuccess)}`,
    },
  };
}

/** What Plotly does when the slider comes to a place. */
export const stepOf = (state: Place, place: number): Record<string, unknown> => ({
  label: String(place),
  method: "update",
  args: [
    { "marker.color": [state.frames] },
    { shapes: state.shapes, "annotations[0].text": state.title.text },
    [3],
  ],
});
