import {
  axis,
  baseLayout,
  COLOURS,
  compact,
  type Figure,
  type Picture,
} from "@lib/figures/figure.ts";
import { type Place, placeOf, type SliderContent, stepOf } from "@lib/figures/slider_places.ts";
import { drawnSize, imageGrid } from "@lib/figures/image_grid.ts";

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
  const { order, means, cleanAccuracy, attackSuccess, answers, images, labels } = content;
  for (const { length } of [cleanAccuracy, attackSuccess, answers]) {
    if (length !== order.length + 1) {
      throw new Error(`Expected ${order.length + 1} steps but found ${length}`);
    }
  }
  const places = order.map((_, place) => place).concat(order.length)
    .filter((place) => place % stride === 0 || place === start);
  const grid = imageGrid(images, Array.from(labels, () => ""), COLUMNS, "image/jpeg");
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
      ...centres(grid, images),
      xaxis: "x3",
      yaxis: "y3",
      marker: {
        symbol: "square-open",
        size: drawnSize(COLUMNS, images).width * SHRUNK + 4,
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
function centres({ layout }: Figure, images: Picture): { x: number[]; y: number[] } {
  const labels = layout.annotations as { x: number; y: number }[];
  return {
    x: labels.map(({ x }) => x),
    y: labels.map(({ y }) => y + drawnSize(COLUMNS, images).height / 2),
  };
}
