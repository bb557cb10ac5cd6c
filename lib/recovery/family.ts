import { fromPlanes, toPlanes, YCRCB } from "@lib/attack/colour.ts";
import { cosines, dct2 } from "@lib/attack/dct.ts";
import type { Spectrum } from "@lib/attack/spectrum_trigger.ts";
import type { Size } from "@lib/data/images.ts";

/**
 * A kind of triggers that a search can look for. All kinds add a pattern to the images and are found where
 * they take few numbers; they differ in what a number stands for.
 */
export interface Family {
  /** What each number makes of a row or column of so many places: orthonormal, shape [side, side]. */
  basis(side: number): Float64Array;
  /** What one level of each plane adds to each channel; shape [channels, channels]. */
  colours(channels: Size["channels"]): number[][];
  /** The same pattern as a spectrum; from shape [channels, height, width], levels. */
  spectrum(values: Float32Array, size: Size): Spectrum;
}

/** The colour space without its offset, in which patterns that are added are told. */
const SPACE = { ...YCRCB, offset: 0 };

/** Triggers of few frequencies, as FTrojan's: the numbers are DCT coefficients of Y, Cr and Cb, or of grey. */
export const FREQUENCIES: Family = {
  basis: cosines,
  colours: (channels) =>
    channels === 1 ? [[1]] : unit(3).map((each) => [...fromPlanes(each, SPACE)]),
  spectrum: (coefficients, { height, width, channels }) => (
    { height, width, channels, coefficients }
  ),
};

/** Triggers of few pixels, as BadNets' patch: the numbers are levels of red, green and blue, or of grey. */
export const PIXELS: Family = {
  basis: (side) => Float64Array.from(unit(side).flatMap((row) => [...row])),
  colours: (channels) => unit(channels).map((row) => [...row]),
  spectrum(values, { height, width, channels }): Spectrum {
    const places = height * width;
    const levels = values.map((_, at) =>
      values[at % channels * places + Math.floor(at / channels)]!
    );
    const planes = channels === 3 ? toPlanes(levels, SPACE) : Float64Array.from(levels);
    const coefficients = Array.from({ length: channels }, (_, plane) => [
      ...dct2(planes.slice(plane * places, (plane + 1) * places), height, width),
    ]);
    return { height, width, channels, coefficients: Float32Array.from(coefficients.flat()) };
  },
};

/** The families that are searched, by name. */
export const FAMILIES = { frequencies: FREQUENCIES, pixels: PIXELS };

/** The unit matrix, row by row. */
function unit(size: number): Float64Array[] {
  return Array.from(
    { length: size },
    (_, row) => Float64Array.from({ length: size }, (_, column) => Number(column === row)),
  );
}
