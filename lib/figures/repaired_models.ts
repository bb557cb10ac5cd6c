import type { DropMark } from "@lib/figures/drop_marks.ts";
import { escapeText } from "@lib/figures/caption.ts";
import { axis, baseLayout, compact, type Fields, type Figure } from "@lib/figures/figure.ts";
import { BARS, MEANING } from "@lib/figures/palette.ts";
import type { PaperModel } from "@lib/figures/paper_values.ts";
import { type Range, RATES, type Rates } from "@lib/figures/rates.ts";
import { wrapText } from "@lib/figures/text_width.ts";
import { aboveBars, whiskers } from "@lib/figures/whiskers.ts";

/** A network from which so many channels are gone that its clean accuracy has dropped by so much. */
export interface RepairedModel extends DropMark, Rates {
  /** How sure a rate is, drawn as an error bar. */
  range?: Partial<Rates<Range>>;
}

/**
 * Clean accuracy and attack success of the repaired models (paper, Fig. 8), and hatched beside them
 * what the paper reports, with its own digits and words.
 *
 * @param models Ours, one a threshold.
 * @param paper The paper's numbers, for any of the same thresholds, either rate where it is given.
 * @returns The figure.
 * @throws {Error} If there is no model.
 * @example
 * ```ts
 * import { repairedModelsFigure } from "@lib/figures/repaired_models.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const ours = { drop: 0.3, fraction: 0.88, cleanAccuracy: 0.66, attackSuccess: 0.002 };
 * const { data } = repairedModelsFigure([ours], [{ drop: 0.3, attackSuccess: 0.26 }]);
 * const bars = data.filter(({ type }) => type === "bar");
 * assertEquals(bars.map(({ y }) => y), [[66], [0.2], [26]]);
 * ```
 */
export function repairedModelsFigure(
  models: readonly RepairedModel[],
  paper: readonly PaperModel[] = [],
): Figure {
  if (models.length === 0) throw new Error("Expected at least one repaired model but found none");
  const theirs = models.map(({ drop }) => paper.find((model) => model.drop === drop));
  const series = RATES.flatMap(({ rate, name, color }) => {
    const values = theirs.map((model) => model?.[rate]);
    const isStated = values.some((value) => value !== undefined);
    const ours = models.map((model) => model[rate]);
    const { edge, hatch } = rate === "attackSuccess" ? BARS.attack : BARS.clean;
    const line = { color: edge, width: 1.5 };
    const pattern = { shape: hatch, fgcolor: color, size: 6 };
    const [full, hatched] = [{ color, line }, { color: "#ffffff", pattern, line }];
    const ranges = models.map(({ range }) => range?.[rate]);
    const words = theirs.map((model) => rate === "attackSuccess" ? model?.attack : undefined);
    return [
      { name, marker: full, values: ours, ranges, words: [] },
      ...(isStated ? [{ name: `${name}, paper`, marker: hatched, values, ranges: [], words }] : []),
    ];
  });
  const width = GROUP / series.length;
  const left = (slot: number): number => slot * width - GROUP / 2;
  const bars = series.map(({ name, marker, values, ranges }, slot) => ({
    ...{ type: "bar", name, x: values.map((_, index) => index), y: values.map(inPercent) },
    ...{ offset: left(slot) + width * 0.04, width: width * 0.92 },
    error_y: whiskers(values, ranges),
    hovertemplate: "%{y} %",
    marker,
  }));
  const centre = (model: number, slot: number): number => model + left(slot) + width / 2;
  const numbers = aboveBars(
    series.flatMap(({ name, values, ranges, words }, slot) =>
      values.flatMap((value, model) => {
        if (value === undefined) return [];
        const text = name.endsWith(", paper") ? asStated(value, words[model]) : undefined;
        return [{ at: centre(model, slot), value, range: ranges[model], text }];
      })
    ),
  );
  const unstated = series.flatMap(({ values, words }, slot) =>
    values.flatMap((value, model) =>
      value === undefined ? [noNumber(centre(model, slot), words[model])] : []
    )
  );
  const pruned = (share: number): string => `${(share * 100).toFixed(0)} %`;
  const layout = baseLayout({
    barmode: "overlay",
    height: 420 + ROW,
    margin: { l: 64, r: 24, t: 44, b: 74 + ROW },
    xaxis: axis(
      "drop in clean validation accuracy (percentage points), channels pruned by then (%)",
      {
        range: [-0.5, models.length - 0.5],
        tickvals: models.map((_, index) => index),
        ticktext: models.map(({ drop, fraction }, index) => {
          const theirShare = theirs[index]?.channelsPruned;
          return `<b>${Math.round(drop * 100)} points</b><br>${pruned(fraction)} pruned` +
            (theirShare === undefined ? "" : `<br>paper: ${pruned(theirShare)}`);
        }),
        ticks: "",
        showgrid: false,
      },
    ),
    yaxis: axis("rate (%)", { range: [0, 110], dtick: 20 }),
    annotations: unstated,
  });
  return { data: [...bars, numbers], layout };
}

const inPercent = (share?: number): number | null =>
  share === undefined ? null : compact([share], 100)[0]!;

/** The paper's number with as many digits as it has there, and "around" where it says so. */
const asStated = (share: number, words = ""): string =>
  (words.includes("around") ? "around<br>" : "") + Number((100 * share).toFixed(3));

/** In the place of a bar that the paper does not give, what it says instead. */
const noNumber = (x: number, words = "not stated"): Fields => ({
  ...{ x, y: 1, yanchor: "bottom", textangle: -90, showarrow: false },
  text: wrapText(words, 190, 11).map(escapeText).join("<br>"),
  font: { size: 11, color: MEANING.neutral.color },
});

/** Width of a group of bars, the distance of two groups being 1. */
const GROUP = 0.86;

/** Height of a line of the axis's labels, in pixels. */
const ROW = 16;
