import { escapeText } from "@lib/figures/caption.ts";
import { axis, baseLayout, compact, type Fields, type Figure } from "@lib/figures/figure.ts";
import { faint, MEANING } from "@lib/figures/palette.ts";
import type { Range } from "@lib/figures/rates.ts";
import { textWidth, wrapText } from "@lib/figures/text_width.ts";
import { whiskers } from "@lib/figures/whiskers.ts";

/** Which share of some images is given a class. */
export interface ClassShare {
  /** The class's name; "their true class" where the images are of several. */
  class: string;
  /** From 0 to 1. */
  share: number;
  /** If it is the attacker's class or the true one. */
  is?: "target" | "truth";
  /** How sure the share is, drawn as an error bar. */
  range?: Range;
}

/**
 * What triggered images are read as: a bar a class, the largest first; the attacker's class and the true
 * one are always there, and the classes left out are summed up.
 *
 * @param shares One a class, in any order.
 * @param top How many of the largest are shown.
 * @returns The figure.
 * @throws {Error} If there are none.
 * @example
 * ```ts
 * import { confusionBars } from "@lib/figures/confusion_bars.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const other = [0.1, 0.05, 0.05].map((share, index) => ({ class: `limit ${index}`, share }));
 * const { data } = confusionBars([...other, { class: "stop", share: 0.8, is: "truth" }], 2);
 * assertEquals(data[0]!.x, [80, 10, 10]);
 * ```
 */
export function confusionBars(shares: readonly ClassShare[], top = 8): Figure {
  if (shares.length === 0) throw new Error("Expected at least one class but found none");
  const sorted = shares.toSorted((a, b) => b.share - a.share);
  const shown = sorted.filter((each, rank) => rank < top || each.is !== undefined);
  const rest = sorted.filter((each) => !shown.includes(each));
  const left = rest.reduce((sum, { share }) => sum + share, 0);
  const bars: ClassShare[] = rest.length === 0 ? shown : [...shown, {
    class: `${rest.length} other ${rest.length === 1 ? "class" : "classes"}`,
    share: left,
  }];
  const names = bars.map((bar) => wrapText(bar.class, NAME, 12));
  const looks = bars.map(({ is }) => is ? MEANING[LOOKS[is]] : MEANING.third);
  const percent = bars.map(({ share }) => compact([share], 100)[0]!);
  const data = [{
    type: "bar",
    orientation: "h",
    y: bars.map((_, row) => row),
    x: percent,
    error_x: whiskers(bars.map(({ share }) => share), bars.map(({ range }) => range)),
    marker: {
      color: bars.map(({ is }, row) => faint(looks[row]!.color, is ? 1 : 0.5)),
      line: { color: looks.map(({ color }) => color), width: 1 },
    },
    hovertemplate: "%{x} %<extra></extra>",
  }];
  const widest = Math.max(...names.flat().map((line) => textWidth(line, 12)));
  const ends = bars.map(({ share, range }) => Math.max(share, range?.high ?? 0));
  const layout = baseLayout({
    height: TOP + bars.length * ROW + BOTTOM,
    margin: { l: Math.ceil(widest) + 24, r: RIGHT, t: TOP, b: BOTTOM },
    xaxis: axis("share of the images (%)", { range: [0, 100], dtick: 20 }),
    yaxis: {
      tickvals: bars.map((_, row) => row),
      ticktext: names.map((lines) => lines.map(escapeText).join("<br>")),
      range: [bars.length - 0.5, -0.5],
      ...{ ticks: "outside", tickcolor: "#ffffff" }, // a gap between names and bars
    },
    annotations: bars.map((bar, row) => shareOf(bar, ends[row]! * 100, row)),
    bargap: 0.3,
    showlegend: false,
  });
  return { data, layout };
}

/** The share in numbers and what the class is, to the right of the bar and its whisker. */
const shareOf = ({ share, is }: ClassShare, x: number, y: number): Fields => ({
  ...{ x, y, xanchor: "left", xshift: 5, showarrow: false, font: { size: 12 } },
  text: (share * 100).toFixed(1) + (is ? ` <b>${WORDS[is]}</b>` : ""),
});

const WORDS = { target: "target", truth: "true" };
const LOOKS = { target: "attack", truth: "truth" } as const;

/** What a name may take of the width; height of a row; the margins. In pixels. */
const [NAME, ROW, TOP, BOTTOM, RIGHT] = [220, 34, 12, 56, 96];
