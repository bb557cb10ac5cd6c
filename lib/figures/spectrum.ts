import { escapeText } from "@lib/figures/caption.ts";
import { axis, axisNumber, baseLayout, type Fields, type Figure } from "@lib/figures/figure.ts";
import { MEANING } from "@lib/figures/palette.ts";

/** The discrete cosine transform of one plane of an image. */
export interface SpectrumPlane {
  /** What stands above it, a few words. */
  name: string;
  /** Shape [height, width]: vertical by horizontal frequency, row by row, any sign. */
  coefficients: ArrayLike<number>;
  /** The number of columns; square if not given. */
  width?: number;
  /** Cells to outline, as [row, column]: a trigger's bands. */
  outlined?: readonly (readonly [number, number])[];
}

/** What the colours of a spectrum say. */
export interface SpectrumScale {
  /** Stands beside the colours. */
  title: string;
  /** What is drawn of a coefficient, from 0 on, with the digits that a colour shows. */
  of(coefficient: number): number;
  /** Coefficients that are marked on the scale. */
  marked: readonly number[];
  /** The end of the scale; if not given, what is largest. */
  most?: number;
}

/** Logarithms of 1 + magnitude, since coefficients may be zero. */
const LEVELS: SpectrumScale = {
  title: "|levels|",
  of: (level) => Number(Math.log10(1 + Math.abs(level)).toFixed(2)),
  marked: [0, 10, 100, 1000],
};

/** Shares of images, in per cent. */
export const SHARES: SpectrumScale = {
  title: "images (%)",
  of: (percent) => Math.round(percent),
  marked: [0, 25, 50, 75, 100],
  most: 100,
};

/**
 * Magnitudes of DCT coefficients, side by side on one logarithmic scale (paper, section 2.1 and
 * Fig. 1), or something else that each coefficient has.
 *
 * @param spectra One to four.
 * @param scale What the colours say.
 * @returns The figure.
 * @throws {Error} If a spectrum has not whole rows.
 * @example
 * ```ts
 * import { spectrumFigure } from "@lib/figures/spectrum.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const coefficients = new Float64Array(1024);
 * const outlined = [[15, 15], [31, 31]] as const;
 * const { layout } = spectrumFigure([{ name: "U", coefficients, outlined }]);
 * assertEquals((layout.shapes as unknown[]).length, 2);
 * ```
 */
export function spectrumFigure(
  spectra: readonly SpectrumPlane[],
  scale: SpectrumScale = LEVELS,
): Figure {
  const side = Math.min(300, (800 - LEFT - RIGHT + GAP) / spectra.length - GAP);
  const across = (side + GAP) * spectra.length - GAP;
  const planes = spectra.map((spectrum) => rowsOf(spectrum, scale));
  const axes = planes.flatMap((plane, index) => {
    const [number, rows, columns] = [axisNumber(index), plane.length, plane[0]!.length];
    const start = index * (side + GAP) / across;
    const domain = [start, start + side / across];
    const along = { ...ticks(columns), domain, anchor: `y${number}`, range: [-1.6, columns + 0.6] };
    const down = { ...ticks(rows), anchor: `x${number}`, range: [rows + 0.6, -1.6] };
    return [
      [`xaxis${number}`, axis("horizontal frequency", along)],
      [`yaxis${number}`, axis(index === 0 ? "vertical frequency" : "", down)],
    ];
  });
  // said outright, since a plane of zeros would have the scale begin below zero
  const strongest = scale.most ?? planes.flat(2).reduce((most, each) => Math.max(most, each), 0.01);
  const layout = baseLayout({
    ...Object.fromEntries(axes),
    width: LEFT + across + RIGHT,
    height: side + 90,
    margin: { l: LEFT, r: RIGHT, t: 34, b: 56 },
    annotations: spectra.map(({ name }, index) => ({
      ...{ xref: `x${axisNumber(index)} domain`, x: 0.5, yref: "paper", y: 1, yanchor: "bottom" },
      ...{ yshift: 4, text: escapeText(name), font: { size: 13 }, showarrow: false },
    })),
    // squares around cells, one cell away from them, so that the cells' colours still show
    shapes: spectra.flatMap(({ outlined = [] }, index) =>
      outlined.map(([row, column]) => ({
        type: "rect",
        xref: `x${axisNumber(index)}`,
        yref: `y${axisNumber(index)}`,
        x0: column - 1.5,
        x1: column + 1.5,
        y0: row - 1.5,
        y1: row + 1.5,
        line: { color: MEANING.attack.color, width: 2.5 },
      }))
    ),
    coloraxis: { colorscale: "Viridis", cmin: 0, cmax: strongest, colorbar: colourBar(scale) },
  });
  const data = spectra.map((spectrum, index) => ({
    type: "heatmap",
    name: `${escapeText(spectrum.name)}, ${scale.title}`,
    z: planes[index],
    coloraxis: "coloraxis",
    xaxis: `x${axisNumber(index)}`,
    yaxis: `y${axisNumber(index)}`,
    hovertemplate: "vertical %{y}, horizontal %{x}<extra></extra>",
  }));
  return { data, layout };
}

/**
 * The planes of a trigger's spectrum, for {@link spectrumFigure}.
 *
 * @param spectrum Of images of any size, one plane after the other: Y, Cr and Cb, or grey alone.
 * @param outlined Coefficients to outline, each in its own plane.
 * @returns One spectrum a plane.
 * @example
 * ```ts
 * import { triggerSpectra } from "@lib/figures/spectrum.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const spectrum = { height: 32, width: 32, coefficients: new Float32Array(3072) };
 * const spectra = triggerSpectra(spectrum, [{ plane: "Cb", row: 3, column: 4 }]);
 * assertEquals(spectra.map(({ outlined }) => outlined), [[], [], [[3, 4]]]);
 * ```
 */
export function triggerSpectra(
  { height, width, coefficients }: { height: number; width: number; coefficients: Float32Array },
  outlined: readonly { plane: string; row: number; column: number }[],
): SpectrumPlane[] {
  const size = height * width;
  const planes = ["Y", "Cr", "Cb"].slice(0, coefficients.length / size);
  return planes.map((plane, index) => ({
    name: planes.length === 1 ? "grey" : plane,
    width,
    coefficients: coefficients.subarray(index * size, (index + 1) * size),
    outlined: outlined.filter((each) => each.plane === plane)
      .map(({ row, column }) => [row, column] as const),
  }));
}

function rowsOf({ name, coefficients, width }: SpectrumPlane, { of }: SpectrumScale): number[][] {
  const columns = width ?? Math.sqrt(coefficients.length);
  const rows = coefficients.length / columns;
  if (!Number.isInteger(columns) || !Number.isInteger(rows)) {
    throw new Error(`Expected whole rows but found ${coefficients.length} numbers in "${name}"`);
  }
  const all = Array.from(coefficients, of);
  return Array.from({ length: rows }, (_, row) => all.slice(row * columns, (row + 1) * columns));
}

/** An axis of so many frequencies. */
function ticks(count: number): Fields {
  const places = [0, 1 / 4, 1 / 2, 3 / 4, 1].map((share) => share * (count - 1));
  const tickvals = places.map((place) => Math.max(0, Math.round(place - 0.01)));
  return { tickvals, showgrid: false, showline: false };
}

const colourBar = ({ title, of, marked }: SpectrumScale): Fields => ({
  title: { text: title, side: "right" },
  tickvals: marked.map(of),
  ticktext: marked.map(String),
  thickness: 14,
  outlinewidth: 0,
});

/** Margins and the gap between two spectra, in pixels. */
const [LEFT, RIGHT, GAP] = [56, 92, 34];
