import { INK, MEANING } from "@lib/figures/palette.ts";

/** Fields of Plotly's, by name. */
export type Fields = Record<string, unknown>;

/** A chart as plain data: what Plotly draws, and all that is kept of it in a notebook. */
export interface Figure {
  /** Plotly traces, with ordinary arrays only, so that they survive JSON. */
  data: Fields[];
  /** Plotly's layout, as {@link baseLayout} begins it. */
  layout: Layout;
}

/** Plotly's layout; these fields every figure here has, in pixels. */
export interface Layout extends Fields {
  width: number;
  height: number;
  margin: { l: number; r: number; t: number; b: number };
}

/** Images to draw, all of one size. */
export interface Picture {
  height: number;
  width: number;
  /** 3 for RGB, 1 for grey. */
  channels: number;
  /** Shape [N, height, width, channels], 0–255. */
  pixels: Uint8Array;
}

/** Verdana and DejaVu Sans have the same widths, so labels fit wherever one of them is installed. */
export const FONT_FAMILY = "DejaVu Sans, Verdana, sans-serif";

/**
 * The layout every figure starts from: 800×420 pixels, white, the legend in one line at the top.
 *
 * @param fields Plotly layout fields that are added or replace those of the base.
 * @returns A new layout.
 * @example
 * ```ts
 * import { axis, baseLayout } from "@lib/figures/figure.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * assertEquals(baseLayout({ xaxis: axis("epoch") }).width, 800);
 * ```
 */
export function baseLayout(fields: Fields): Layout {
  return {
    width: 800,
    height: 420,
    margin: { l: 64, r: 24, t: 44, b: 56 },
    font: { family: FONT_FAMILY, size: 12, color: INK },
    paper_bgcolor: "#ffffff",
    plot_bgcolor: "#ffffff",
    legend: {
      ...{ orientation: "h", xref: "paper", x: 0, yref: "container", y: 0.99, yanchor: "top" },
      ...{ tracegroupgap: 0, itemwidth: 42 }, // long enough for the longest dashes
    },
    ...fields,
  };
}

/**
 * A figure without axes, told in pixels from the upper left corner.
 *
 * @param width Of what is told so.
 * @param height The same.
 * @param fields Plotly layout fields that are added or replace those of the base.
 * @returns The figure.
 * @example
 * ```ts
 * import { inPixels } from "@lib/figures/figure.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * assertEquals(inPixels(80, 60, { height: 60 }).layout.height, 60);
 * ```
 */
export function inPixels(width: number, height: number, fields: Fields): Figure {
  const hidden = { visible: false, fixedrange: true };
  const layout = baseLayout({
    xaxis: { ...hidden, range: [0, width] },
    yaxis: { ...hidden, range: [height, 0] },
    ...fields,
  });
  return { data: [{ type: "scatter", x: [], y: [], hoverinfo: "skip" }], layout };
}

/**
 * An axis with a title, a line and a pale grid.
 *
 * @param title The quantity, with its unit in brackets.
 * @param fields Plotly axis fields that are added or replace these.
 * @returns A Plotly axis.
 * @example
 * ```ts
 * import { axis } from "@lib/figures/figure.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * assertEquals(axis("rate (%)", { range: [0, 100] }).range, [0, 100]);
 * ```
 */
export function axis(title: string, fields: Fields = {}): Fields {
  return {
    title: { text: title, standoff: 8 },
    gridcolor: "#e4e4e4",
    linecolor: MEANING.neutral.color,
    showline: true,
    ticks: "outside",
    tickcolor: MEANING.neutral.color,
    zeroline: false,
    ...fields,
  };
}

/**
 * What Plotly calls one of several axes, after its letter.
 *
 * @param index From 0.
 * @returns Nothing for the first one, then 2, 3, …
 * @example
 * ```ts
 * import { axisNumber } from "@lib/figures/figure.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * assertEquals([0, 1].map((index) => `x${axisNumber(index)}`), ["x", "x2"]);
 * ```
 */
export function axisNumber(index: number): string {
  return index > 0 ? String(index + 1) : "";
}

/**
 * Numbers as a figure keeps them: an ordinary array, four significant digits, for small notebooks.
 *
 * @param values Any numbers.
 * @param scale What each is multiplied with: 100 makes per cent of a share.
 * @returns As many numbers.
 * @example
 * ```ts
 * import { compact } from "@lib/figures/figure.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * assertEquals(compact([1 / 3, 1], 100), [33.33, 100]);
 * ```
 */
export function compact(values: ArrayLike<number>, scale = 1): number[] {
  return Array.from(values, (value) => Number((value * scale).toPrecision(4)));
}

const TICKS = [-2, -1, 0, 1, 2, 3, 4, 5].flatMap((power) =>
  [1, 2, 5].map((digit) => Number(`${digit}e${power}`))
);

/** Ticks of a logarithmic axis: 1, 2 and 5 of each power of ten. */
export const LOG_TICKS = {
  tickvals: TICKS,
  ticktext: TICKS.map((tick) => tick.toLocaleString("en")),
};
