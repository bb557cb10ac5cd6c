import { axis, baseLayout, compact, type Figure, type Picture } from "@lib/figures/figure.ts";
import { drawnSize, imageGrid } from "@lib/figures/image_grid.ts";
import { MEANING } from "@lib/figures/palette.ts";
import { RATE_AXIS, RATES, type Rates } from "@lib/figures/rates.ts";
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

/**
 * A slider over the number of pruned channels that moves three pictures: which channels are gone, where
 * the two rates stand, and what some triggered images are taken for: their true class, the target or
 * another one.
 *
 * @param content One order of one network.
 * @param start Where the slider stands at first; a still picture shows no other place.
 * @param stride From one place of the slider to the next, in channels.
 * @returns The figure.
 * @throws {Error} If the rates or answers are not of all steps.
 * @example
 * ```ts
 * import { pruningSlider } from "@lib/figures/pruning_slider.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const images = { height: 32, width: 32, channels: 3, pixels: new Uint8Array(3072) };
 * const { layout } = pruningSlider({
 *   ...{ order: [1, 0], means: [0.2, 0.9], cleanAccuracy: [1, 0.9, 0.1], attackSuccess: [1, 0, 0] },
 *   ...{ images, labels: [3], target: 7, answers: [[7], [3], [0]] },
 * }, 1, 1);
 * const [{ steps }] = layout.sliders as [{ steps: unknown[] }];
 * assertEquals(steps.length, 3);
 * ```
 */
export function pruningSlider(content: SliderContent, start: number, stride: number): Figure {
  const { order, means, cleanAccuracy, attackSuccess, answers, images } = content;
  for (const { length } of [cleanAccuracy, attackSuccess, answers]) {
    if (length !== order.length + 1) {
      throw new Error(`Expected ${order.length + 1} steps but found ${length}`);
    }
  }
  const places = [...answers.keys()].filter((place) => place % stride === 0 || place === start);
  const unnamed = Array.from(content.labels, () => "");
  const { layout: grid } = imageGrid(images, unnamed, COLUMNS, "image/jpeg");
  const labels = grid.annotations as { x: number; y: number }[];
  const drawn = drawnSize(COLUMNS, images);
  const first = placeOf(content, start);
  const data = [
    {
      type: "bar",
      name: "channels",
      x: order.map((_, rank) => rank),
      y: compact(order.map((channel) => means[channel]!)),
      customdata: [...order],
      hovertemplate: "channel %{customdata}: %{y}<extra></extra>",
      marker: { color: MEANING.attack.color },
      showlegend: false,
    },
    ...RATES.map(({ rate, name, color, dash }) => ({
      ...{ type: "scatter", mode: "lines", name, xaxis: "x2", yaxis: "y2" },
      x: [...content[rate].keys()],
      y: compact(content[rate], 100),
      line: { color, dash, width: 2 },
      hovertemplate: "%{y:.1f} % at %{x} pruned",
    })),
    {
      type: "scatter",
      mode: "markers",
      name: "images",
      x: labels.map(({ x }) => x),
      y: labels.map(({ y }) => y + drawn.height / 2), // the labels are empty, and above
      xaxis: "x3",
      yaxis: "y3",
      marker: {
        symbol: "square-open",
        size: drawn.width * SHRUNK + 4,
        color: first.frames,
        line: { width: 4 },
      },
      hoverinfo: "skip",
      showlegend: false,
    },
    {
      ...{ type: "scatter", mode: "text", name: "answers", xaxis: "x3", yaxis: "y3" },
      x: labels.map(({ x }) => x),
      y: labels.map(({ y }) => y - 6), // clear of the frame
      text: first.words,
      textposition: "top center",
      textfont: { size: 10 },
      cliponaxis: false,
      hoverinfo: "skip",
      showlegend: false,
    },
  ];
  // from the bottom: images, rates, bars; in pixels
  const tall = (grid.height - 2 * grid.margin.t) * SHRUNK;
  const inner = tall + MIDDLE + TOP + 2 * GAP;
  const share = (from: number, to: number): number[] => [from / inner, to / inner];
  const [rates, bars] = [tall + GAP, tall + MIDDLE + 2 * GAP];
  const layout = baseLayout({
    height: inner + 40 + 110,
    margin: { l: MARGIN.l, r: MARGIN.r, t: 40, b: 110 },
    bargap: 0.15,
    xaxis: axis("channels in the order of pruning", { anchor: "y", showgrid: false }),
    yaxis: axis("mean activation", { domain: share(bars, inner), zeroline: true }),
    xaxis2: axis("number of channels pruned", { range: [0, order.length], anchor: "y2" }),
    yaxis2: axis("rate (%)", { domain: share(rates, rates + MIDDLE), anchor: "x2", ...RATE_AXIS }),
    xaxis3: { ...(grid.xaxis as object), anchor: "y3" },
    yaxis3: { ...(grid.yaxis as object), domain: share(0, tall), anchor: "x3" },
    images: (grid.images as object[]).map((image) => ({
      ...image,
      // to where the frames are, though Plotly may make room for the slider
      ...{ xref: "x3", yref: "y3", layer: "below", sizing: "stretch" },
    })),
    shapes: first.shapes,
    annotations: [{
      ...{ xref: "paper", yref: "paper", x: 0, xanchor: "left", yanchor: "bottom" },
      showarrow: false,
      text: first.text,
      y: (rates + MIDDLE) / inner,
    }],
    sliders: [{
      active: places.indexOf(start),
      pad: { t: 24 },
      currentvalue: { prefix: "channels pruned: " },
      steps: places.map((place) => {
        const { frames, words, text } = placeOf(content, place);
        const moved = { "shapes[0].x1": place - 0.5, "shapes[1].x0": place, "shapes[1].x1": place };
        const layout = { ...moved, "annotations[0].text": text };
        return {
          label: String(place),
          method: "update",
          args: [{ "marker.color": [frames, null], text: [null, words] }, layout, [3, 4]],
        };
      }),
    }],
  });
  return { data, layout };
}

/** What of the figure depends on the slider's place. */
const placeOf = (content: SliderContent, place: number) => {
  const { cleanAccuracy, attackSuccess, answers, labels, target } = content;
  const [clean, attack] = [cleanAccuracy, attackSuccess].map((rates) => percent(rates[place]!));
  const given = Array.from(answers[place]!, (answer, image) => {
    if (answer === labels[image]) return FRAMES.truth;
    return answer === target ? FRAMES.target : FRAMES.other;
  });
  return {
    frames: given.map(({ color }) => color),
    words: given.map(({ word }) => word),
    shapes: [
      // a veil over the bars that are gone
      {
        ...{ type: "rect", xref: "x", yref: "y domain", x0: -0.5, x1: place - 0.5, y0: 0, y1: 1 },
        ...{ fillcolor: "#ffffff", opacity: 0.75, line: { width: 0 } },
      },
      {
        ...{ type: "line", xref: "x2", yref: "y2", x0: place, x1: place, y0: -2, y1: 102 },
        line: { color: MEANING.neutral.color, width: 1.5 },
      },
    ],
    text: `clean accuracy ${clean}, attack success ${attack}`,
  };
};

/** Around an image and above it, by the class that it is given. */
const FRAMES = {
  truth: { color: MEANING.truth.color, word: "true" },
  target: { color: MEANING.attack.color, word: "target" },
  other: { color: MEANING.third.color, word: "other" },
};

/** Images in a row. */
const COLUMNS = 8;

const MARGIN = { l: 64, r: 40 };

/** The grid is made 780 pixels wide, and has less room here. */
const SHRUNK = (800 - MARGIN.l - MARGIN.r) / 780;

/** Heights of two pictures, and room between two for an axis and its title, in pixels. */
const [MIDDLE, TOP, GAP] = [170, 150, 76];
