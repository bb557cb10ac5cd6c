import { type Coefficient, PLANES } from "@lib/attack/spectrum_trigger.ts";
import { escapeText } from "@lib/figures/caption.ts";
import { axis, baseLayout, type Figure } from "@lib/figures/figure.ts";

/** The discrete cosine transform of one plane of an image. */
export interface Spectrum {
  /** What stands above it, a few words. */
  name: string;
  /** Shape [32, 32]: vertical by horizontal frequency, row by row, any sign. */
  coefficients: ArrayLike<number>;
  /** Cells to outline, as [row, column]: a trigger's bands. */
  outlined?: readonly (readonly [number, number])[];
}

/**
 * Magnitudes of DCT coefficients, side by side on one logarithmic scale (paper, section 2.1 and
 * Fig. 1).
 *
 * @param spectra One to four.
 * @returns The figure.
 * @throws {Error} If a spectrum has not 1,024 coefficients.
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
export function spectrumFigure(spectra: readonly Spectrum[]): Figure {
  const side = Math.min(300, (800 - LEFT - RIGHT + GAP) / spectra.length - GAP);
  const across = (side + GAP) * spectra.length - GAP;
  const number = (index: number) => index === 0 ? "" : String(index + 1);
  const axes = spectra.flatMap((_, index) => {
    const start = index * (side + GAP) / across;
    const domain = [start, start + side / across];
    const vertical = index === 0 ? "vertical frequency" : "";
    const horizontal = { ...FREQUENCIES, domain, anchor: `y${number(index)}`, range: [-1.6, 32.6] };
    const down = { ...FREQUENCIES, anchor: `x${number(index)}`, range: [32.6, -1.6] };
    return [
      [`xaxis${number(index)}`, axis("horizontal frequency", horizontal)],
      [`yaxis${number(index)}`, axis(vertical, down)],
    ];
  });
  const planes = spectra.map(logRows);
  // said outright, since a plane of zeros would have the scale begin below zero
  const strongest = Math.max(0.01, ...planes.flat(2));
  const layout = baseLayout({
    ...Object.fromEntries(axes),
    width: LEFT + across + RIGHT,
    height: side + 90,
    margin: { l: LEFT, r: RIGHT, t: 34, b: 56 },
    annotations: spectra.map(({ name }, index) => heading(name, `x${number(index)} domain`)),
    shapes: spectra.flatMap(({ outlined = [] }, index) =>
      outlined.map((band) => outline(band, number(index)))
    ),
    coloraxis: { colorscale: "Viridis", cmin: 0, cmax: strongest, colorbar: COLOUR_BAR },
  });
  const data = spectra.map((spectrum, index) => ({
    type: "heatmap",
    name: `${escapeText(spectrum.name)}, log10(1 + magnitude)`,
    z: planes[index],
    coloraxis: "coloraxis",
    xaxis: `x${number(index)}`,
    yaxis: `y${number(index)}`,
    hovertemplate: "vertical %{y}, horizontal %{x}<extra></extra>",
  }));
  return { data, layout };
}

/**
 * The planes of a trigger's spectrum, for {@link spectrumFigure}.
 *
 * @param spectrum Shape [3, 32, 32]: Y, Cr, Cb; levels.
 * @param outlined Coefficients to outline, each in its own plane.
 * @returns Three spectra.
 * @example
 * ```ts
 * import { triggerSpectra } from "@lib/figures/spectrum.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const spectra = triggerSpectra(new Float32Array(3072), [{ plane: "Cb", row: 3, column: 4 }]);
 * assertEquals(spectra.map(({ outlined }) => outlined), [[], [], [[3, 4]]]);
 * ```
 */
export function triggerSpectra(
  spectrum: Float32Array,
  outlined: readonly Omit<Coefficient, "magnitude">[],
): Spectrum[] {
  return PLANES.map((name, index) => ({
    name,
    coefficients: spectrum.subarray(index * 1024, (index + 1) * 1024),
    outlined: outlined.filter(({ plane }) => plane === name).map((
      { row, column },
    ) => [row, column]),
  }));
}

function heading(text: string, xref: string): Record<string, unknown> {
  const place = { xref, x: 0.5, yref: "paper", y: 1, yanchor: "bottom", yshift: 4 };
  return { ...place, text: escapeText(text), font: { size: 13 }, showarrow: false };
}

/** A square around a cell, one cell away from it, so that the cell's colour still shows. */
function outline([row, column]: readonly [number, number], number: string): unknown {
  return {
    type: "rect",
    xref: `x${number}`,
    yref: `y${number}`,
    x0: column - 1.5,
    x1: column + 1.5,
    y0: row - 1.5,
    y1: row + 1.5,
    line: { color: "#ff5a36", width: 2 },
  };
}

/** Logarithms of 1 + magnitude, since coefficients may be zero, with the digits that a colour shows. */
function logRows({ name, coefficients }: Spectrum): number[][] {
  if (coefficients.length !== 1024) {
    throw new Error(`Expected 1024 coefficients but found ${coefficients.length} in "${name}"`);
  }
  const logs = Array.from(
    coefficients,
    (value) => Number(Math.log10(1 + Math.abs(value)).toFixed(2)),
  );
  return Array.from({ length: 32 }, (_, row) => logs.slice(row * 32, row * 32 + 32));
}

const FREQUENCIES = { tickvals: [0, 8, 15, 23, 31], showgrid: false, showline: false };

const DECADES = [0, 10, 100, 1000];

const COLOUR_BAR = {
  title: { text: "magnitude", side: "right" },
  tickvals: DECADES.map((value) => Math.log10(1 + value)),
  ticktext: DECADES.map(String),
  thickness: 14,
  outlinewidth: 0,
};

/** Margins and the gap between two spectra, in pixels. */
const [LEFT, RIGHT, GAP] = [56, 92, 34];
