import { planesToLevels, YCRCB } from "@lib/attack/colour.ts";
import { idct2 } from "@lib/attack/dct.ts";
import { additiveTrigger, type Trigger } from "@lib/attack/trigger.ts";
import { imageBytes, type Size, sizeText } from "@lib/data/images.ts";

/** The planes of YCrCb, as a spectrum of colour images has them one after the other. */
export const PLANES = ["Y", "Cr", "Cb"] as const;

/**
 * What is added to an image, by all its DCT coefficients: what FTrojan's triggers are special cases of,
 * and what a defender looks for.
 */
export interface Spectrum extends Size {
  /** In levels; shape [channels, height, width]: the planes Y, Cr, Cb, or grey; rows are vertical. */
  coefficients: Float32Array;
}

/** One frequency of one plane. */
export interface Coefficient {
  plane: typeof PLANES[number];
  /** Vertical frequency, from 0. */
  row: number;
  /** Horizontal frequency, from 0. */
  column: number;
  /** What is added there, in levels of the orthonormal DCT. */
  magnitude: number;
}

/**
 * A trigger that adds the same spectrum to every image.
 *
 * @param spectrum What to add.
 * @returns The trigger, for images of the spectrum's size; like FTrojan's it rounds and clips once.
 * @throws {Error} If there are not as many coefficients as bytes in an image.
 * @example
 * ```ts
 * import { ftrojan, PAPER_TRIGGER } from "@lib/attack/ftrojan.ts";
 * import { spectrumTrigger } from "@lib/attack/spectrum_trigger.ts";
 * import { PAPER_SIZE } from "@lib/data/images.ts";
 * import { uniformImages } from "@lib/data/select.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const coefficients = new Float32Array(3072);
 * for (const plane of [1, 2]) {
 *   for (const band of [15, 31]) coefficients[plane * 1024 + band * 32 + band] = 30;
 * }
 * const grey = uniformImages(PAPER_SIZE, 1, 128);
 * const { apply } = spectrumTrigger({ ...PAPER_SIZE, coefficients });
 * assertEquals(apply(grey), ftrojan(PAPER_TRIGGER).apply(grey));
 * ```
 */
export function spectrumTrigger(spectrum: Spectrum): Trigger {
  const { coefficients, channels, height, width } = spectrum;
  if (coefficients.length !== imageBytes(spectrum)) {
    throw new Error(
      `Expected ${imageBytes(spectrum)} coefficients but found ${coefficients.length}`,
    );
  }
  return additiveTrigger("spectrum", (size) => {
    if (sizeText(size) !== sizeText(spectrum)) {
      throw new Error(`Expected images of ${sizeText(spectrum)} but found ${sizeText(size)}`);
    }
    const all = Float64Array.from(coefficients);
    const planes = Array.from(
      { length: channels },
      (_, plane) =>
        idct2(all.slice(plane * height * width, (plane + 1) * height * width), height, width),
    );
    const levels = Float64Array.from(planes.flatMap((plane) => [...plane]));
    return planesToLevels(levels, size, { ...YCRCB, offset: 0 });
  });
}

/**
 * The same spectrum made stronger or weaker.
 *
 * @param spectrum Left as it is.
 * @param factor By which its coefficients are multiplied.
 * @returns A new spectrum.
 */
export function scaledSpectrum(spectrum: Spectrum, factor: number): Spectrum {
  return { ...spectrum, coefficients: spectrum.coefficients.map((value) => value * factor) };
}

/**
 * A spectrum's coefficients by size.
 *
 * @param spectrum Any.
 * @returns Those that are not zero, the largest first.
 * @example
 * ```ts
 * import { coefficientsOf } from "@lib/attack/spectrum_trigger.ts";
 * import { PAPER_SIZE } from "@lib/data/images.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const coefficients = new Float32Array(3072);
 * coefficients[1024 + 31 * 32 + 15] = -7;
 * assertEquals(coefficientsOf({ ...PAPER_SIZE, coefficients }), [
 *   { plane: "Cr", row: 31, column: 15, magnitude: -7 },
 * ]);
 * ```
 */
export function coefficientsOf({ coefficients, height, width }: Spectrum): Coefficient[] {
  return Array.from(coefficients, (magnitude, index) => ({
    ...placeOfCoefficient(index, { height, width }),
    magnitude,
  })).filter(({ magnitude }) => magnitude !== 0)
    .sort((a, b) => Math.abs(b.magnitude) - Math.abs(a.magnitude));
}

/**
 * Where a coefficient lies.
 *
 * @param index Its index in a spectrum.
 * @param size Height and width of the images.
 * @returns Plane, row and column.
 */
export function placeOfCoefficient(
  index: number,
  { height, width }: Pick<Size, "height" | "width">,
): Omit<Coefficient, "magnitude"> {
  return {
    plane: PLANES[Math.floor(index / (height * width))]!,
    row: Math.floor(index % (height * width) / width),
    column: index % width,
  };
}
