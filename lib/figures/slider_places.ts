import { COLOURS, type Fields, type Picture } from "@lib/figures/figure.ts";
import type { Rates } from "@lib/figures/rates.ts";
import { percent } from "@lib/words.ts";

/**
 * An order of pruning and what it does, for the slider to move along; rates after 0 … all channels.
 */
export interface SliderContent extends Rates<readonly number[]> {
  /** The channels in the order they are pruned. */
  order: readonly number[];
  /** Mean activation of each channel on triggered images. */
  means: ArrayLike<number>;
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
  shapes: Fields[];
  text: string;
}

/** That for one place. */
export function placeOf(content: SliderContent, place: number): Place {
  const { cleanAccuracy, attackSuccess, answers, labels, target } = content;
  const [clean, attack] = [cleanAccuracy, attackSuccess].map((rates) => percent(rates[place]!));
  return {
    frames: Array.from(answers[place]!, (answer, image) => {
      if (answer === labels[image]) return COLOURS.green;
      return answer === target ? COLOURS.vermillion : COLOURS.orange;
    }),
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
    text: `clean accuracy ${clean}, attack success ${attack}`,
  };
}
