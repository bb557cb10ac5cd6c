import { axis, baseLayout, COLOURS, compact, type Figure } from "@lib/figures/figure.ts";
import { imageGrid, imageSide } from "@lib/figures/image_grid.ts";

/** An order of pruning and what it does, for the slider to move along. */
export interface SliderContent {
  /** The channels in the order they are pruned. */
  order: readonly number[];
  /** Mean activation of each channel on triggered images. */
  means: ArrayLike<number>;
  /** Rates after 0 … all channels, 0–1. */
  cleanAccuracy: readonly number[];
  attackSuccess: readonly number[];
  /** A few triggered images; shape [N, 32, 32, 3], RGB, 0–255. */
  pixels: Uint8Array;
  /** Their true classes. */
  labels: Uint8Array;
  /** The classes they are given after 0 … all channels. */
  answers: readonly Uint8Array[];
  /** The attacker's class. */
  target: number;
}

/**
 * A slider over the number of pruned channels that moves three pictures: which channels are gone, where
 * the two rates stand, and what some triggered images are taken for.
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
 * const { layout } = pruningSlider({
 *   ...{ order: [1, 0], means: [0.2, 0.9], cleanAccuracy: [1, 0.9, 0.1], attackSuccess: [1, 0, 0] },
 *   ...{ pixels: new Uint8Array(3072), labels: Uint8Array.of(3), target: 7 },
 *   answers: [7, 3, 0].map((answer) => Uint8Array.of(answer)),
 * }, 1, 1);
 * const [{ steps }] = layout.sliders as [{ steps: unknown[] }];
 * assertEquals(steps.length, 3);
 * ```
 */
export function pruningSlider(content: SliderContent, start: number, stride: number): Figure {
  const { order, means, cleanAccuracy, attackSuccess, answers, pixels, labels } = content;
  for (const { length } of [cleanAccuracy, attackSuccess, answers]) {
    if (length !== order.length + 1) {
      throw new Error(`Expected ${order.length + 1} steps but found ${length}`);
    }
  }
  const places = order.map((_, place) => place).concat(order.length)
    .filter((place) => place % stride === 0 || place === start);
  const grid = imageGrid(pixels, Array.from(labels, () => ""), COLUMNS, "image/jpeg");
  const state = (place: number): Place => placeOf(content, place);
  const first = state(start);
  const data = [
    {
      type: "bar",
      name: "channels",
      x: order.map((_, rank) => rank),
      y: compact(order.map((channel) => means[channel]!)),
      customdata: [...order],
      hovertemplate: "channel %{customdata}: %{y}<extra></extra>",
      marker: { color: COLOURS.vermillion },
      showlegend: false,
    },
    rate("clean accuracy", cleanAccuracy, COLOURS.blue, "solid"),
    rate("attack success", attackSuccess, COLOURS.vermillion, "dash"),
    {
      type: "scatter",
      mode: "markers",
      name: "images",
      ...centres(grid),
      xaxis: "x3",
      yaxis: "y3",
      marker: {
        symbol: "square-open",
        size: imageSide(COLUMNS) * SHRUNK + 4,
        color: first.frames,
        line: { width: 4 },
      },
      hoverinfo: "skip",
      showlegend: false,
    },
  ];
  // from the bottom: images, rates, bars; in pixels
  const tall = (grid.layout.height - 2 * grid.layout.margin.t) * SHRUNK;
  const inner = tall + RATES + BARS + 2 * GAP;
  const share = (from: number, to: number): number[] => [from / inner, to / inner];
  const [rates, bars] = [tall + GAP, tall + RATES + 2 * GAP];
  const layout = baseLayout({
    height: inner + 40 + 110,
    margin: { l: MARGIN.l, r: MARGIN.r, t: 40, b: 110 },
    bargap: 0.15,
    xaxis: axis("channels in the order of pruning", { anchor: "y", showgrid: false }),
    yaxis: axis("mean activation", { domain: share(bars, inner), zeroline: true }),
    xaxis2: axis("channels pruned", { range: [0, order.length], anchor: "y2" }),
    yaxis2: axis("rate (%)", {
      ...{
        domain: share(rates, rates + RATES),
        anchor: "x2",
        range: [-2, 102],
        dtick: 20,
        tick0: 0,
      },
    }),
    xaxis3: { ...(grid.layout.xaxis as object), anchor: "y3" },
    yaxis3: { ...(grid.layout.yaxis as object), domain: share(0, tall), anchor: "x3" },
    images: (grid.layout.images as object[]).map((image) => ({
      ...image,
      // to where the frames are, though Plotly may make room for the slider
      ...{ xref: "x3", yref: "y3", layer: "below", sizing: "stretch" },
    })),
    shapes: first.shapes,
    annotations: [{ ...first.title, y: (rates + RATES) / inner }],
    sliders: [{
      active: places.indexOf(start),
      pad: { t: 24 },
      currentvalue: { prefix: "channels pruned: " },
      steps: places.map((place) => stepOf(state(place), place)),
    }],
  });
  return { data, layout };
}

/** What of the figure depends on the slider's place. */
interface Place {
  frames: string[];
  shapes: Record<string, unknown>[];
  title: Record<string, unknown>;
}

function placeOf(content: SliderContent, place: number): Place {
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
const stepOf = (state: Place, place: number): Record<string, unknown> => ({
  label: String(place),
  method: "update",
  args: [
    { "marker.color": [state.frames] },
    { shapes: state.shapes, "annotations[0].text": state.title.text },
    [3],
  ],
});

const rate = (
  name: string,
  rates: readonly number[],
  color: string,
  dash: string,
): Record<string, unknown> => ({
  ...{ type: "scatter", mode: "lines", name, xaxis: "x2", yaxis: "y2" },
  x: rates.map((_, place) => place),
  y: compact(rates, 100),
  line: { color, dash, width: 2 },
  hovertemplate: "%{y:.1f} % at %{x} pruned",
});

/** Images in a row. */
const COLUMNS = 8;

const MARGIN = { l: 64, r: 40 };

/** The grid is made 780 pixels wide, and has less room here. */
const SHRUNK = (800 - MARGIN.l - MARGIN.r) / 780;

/** Heights of two pictures, and room between two for an axis and its title, in pixels. */
const [RATES, BARS, GAP] = [170, 150, 76];

/** Where the grid's images are: below their (empty) labels. */
function centres({ layout }: Figure): { x: number[]; y: number[] } {
  const labels = layout.annotations as { x: number; y: number }[];
  return {
    x: labels.map(({ x }) => x),
    y: labels.map(({ y }) => y + imageSide(COLUMNS) / 2),
  };
}
