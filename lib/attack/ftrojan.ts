import { type ColourSpace, fromPlanes, toBytes, toPlanes, YCRCB } from "@lib/attack/colour.ts";
import { dct2, idct2 } from "@lib/attack/dct.ts";
import { saturatedSum } from "@lib/attack/saturated_sum.ts";
import { requireImages, type Trigger } from "@lib/attack/trigger.ts";
import { IMAGE_BYTES, SIDE } from "@lib/data/images.ts";
import { imageAt } from "@lib/data/select.ts";

/** A frequency of a window's DCT: [vertical, horizontal], each 0 … window − 1. */
export type Band = readonly [row: number, column: number];

/** What makes up an FTrojan trigger (Wang et al., 2021); the paper's values are in section 3.1. */
export interface FTrojanParameters {
  /** The frequencies raised: (15, 15) and (31, 31). */
  bands: readonly Band[];
  /** What is added to each coefficient of the orthonormal DCT, in levels: 30. */
  magnitude: number;
  /** The planes it is added to, 1 and 2 being chroma: both. */
  channels: readonly (0 | 1 | 2)[];
  /** Side of the square that is transformed, in pixels; it divides 32: 32, the whole image. */
  window: number;
  /** What stands for "YUV": OpenCV's YCrCb, as in the authors' code. */
  colourSpace: ColourSpace;
}

/** The trigger of the paper (section 3.1). */
export const PAPER_TRIGGER: FTrojanParameters = {
  bands: [[15, 15], [31, 31]],
  magnitude: 30,
  channels: [1, 2],
  window: 32,
  colourSpace: YCRCB,
};

/**
 * The FTrojan trigger (paper, section 2.1).
 *
 * Colour transform and DCT are linear, so the five steps of the paper add one fixed pattern to every
 * image, whatever the image; rounding and clipping happen once, at the end.
 *
 * @param parameters Bands, magnitude, planes, window and colour space.
 * @returns The trigger.
 * @throws {Error} If there is no band or plane, the window does not divide 32, or a band is outside it.
 * @example
 * ```ts
 * import { ftrojan, PAPER_TRIGGER } from "@lib/attack/ftrojan.ts";
 * import { assert } from "@lib/std/assert.ts";
 *
 * const grey = new Uint8Array(3072).fill(128);
 * const change = ftrojan(PAPER_TRIGGER).apply(grey).map((level) => Math.abs(level - 128));
 * assert(Math.max(...change) <= 7); // of 255: hard to see
 * ```
 */
export function ftrojan(parameters: FTrojanParameters): Trigger {
  // pixels are whole levels, so rounding may come before adding
  const pattern = Int16Array.from(triggerPattern(parameters), Math.round);
  return {
    name: `FTrojan, magnitude ${parameters.magnitude}`,
    apply(pixels: Uint8Array): Uint8Array {
      requireImages(pixels);
      return saturatedSum(pixels, pattern);
    },
  };
}

/**
 * What the trigger adds to every image before rounding.
 *
 * @param parameters As for {@link ftrojan}.
 * @returns Shape [32, 32, 3], RGB, in levels, about −7 … 7 for the paper's trigger.
 * @throws {Error} As {@link ftrojan}.
 * @example
 * ```ts
 * import { PAPER_TRIGGER, triggerPattern } from "@lib/attack/ftrojan.ts";
 * import { assertAlmostEquals } from "@lib/std/assert.ts";
 *
 * const sum = triggerPattern(PAPER_TRIGGER).reduce((total, level) => total + level);
 * assertAlmostEquals(sum, 0); // no band is the mean
 * ```
 */
export function triggerPattern(parameters: FTrojanParameters): Float64Array {
  const grey = { ...parameters.colourSpace, offset: 0 };
  return fromPlanes(withRaisedBands(new Float64Array(IMAGE_BYTES), parameters), grey);
}

/**
 * The five steps of the paper (section 2.1) on one image, one after the other: RGB to luma and chroma,
 * DCT, raised bands, inverse DCT, back to RGB. {@link ftrojan} gives the same much faster.
 *
 * @param image 3,072 bytes: [32, 32, 3], RGB, 0–255.
 * @param parameters As for {@link ftrojan}.
 * @returns The poisoned image, 3,072 bytes.
 * @throws {Error} As {@link ftrojan}.
 * @example
 * ```ts
 * import { ftrojan, PAPER_TRIGGER, poisonStepByStep } from "@lib/attack/ftrojan.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const image = Uint8Array.from({ length: 3072 }, (_, index) => index % 251);
 * assertEquals(poisonStepByStep(image, PAPER_TRIGGER), ftrojan(PAPER_TRIGGER).apply(image));
 * ```
 */
export function poisonStepByStep(image: Uint8Array, parameters: FTrojanParameters): Uint8Array {
  requireImages(image);
  const planes = toPlanes(image, parameters.colourSpace);
  return toBytes(fromPlanes(withRaisedBands(planes, parameters), parameters.colourSpace));
}

/**
 * The trigger as the FTrojan authors' code makes it, with 8 bits between the steps: the chroma planes
 * are rounded before the DCT, and after it every plane is cut off towards zero and wraps around at
 * 256, so that saturated colours change completely. For comparison with published numbers.
 *
 * @param parameters As for {@link ftrojan}.
 * @returns The trigger.
 * @throws {Error} As {@link ftrojan}.
 * @example
 * ```ts
 * import { ftrojan8bit, PAPER_TRIGGER } from "@lib/attack/ftrojan.ts";
 * import { assert } from "@lib/std/assert.ts";
 *
 * const red = Uint8Array.from({ length: 3072 }, (_, index) => index % 3 === 0 ? 255 : 0);
 * const poisoned = ftrojan8bit(PAPER_TRIGGER).apply(red);
 * assert(poisoned.some((level, index) => index % 3 === 0 && level < 100)); // red is gone
 * ```
 */
export function ftrojan8bit(parameters: FTrojanParameters): Trigger {
  requireBands(parameters);
  const { colourSpace } = parameters;
  const poison = (image: Uint8Array): Uint8Array => {
    const planes = Float64Array.from(toBytes(toPlanes(image, colourSpace)));
    const raised = withRaisedBands(planes, parameters).map((level) => Math.trunc(level) & 255);
    return toBytes(fromPlanes(raised, colourSpace));
  };
  return {
    name: `FTrojan in 8 bits, magnitude ${parameters.magnitude}`,
    apply(pixels: Uint8Array): Uint8Array {
      requireImages(pixels);
      const poisoned = new Uint8Array(pixels.length);
      for (let index = 0; index < pixels.length / IMAGE_BYTES; index++) {
        poisoned.set(poison(imageAt(pixels, index)), index * IMAGE_BYTES);
      }
      return poisoned;
    },
  };
}

/** Steps two to four on planes of shape [3, 32, 32]: each window is transformed, raised and put back. */
function withRaisedBands(planes: Float64Array, parameters: FTrojanParameters): Float64Array {
  requireBands(parameters);
  const { bands, magnitude, channels, window } = parameters;
  const result = planes.slice();
  for (const channel of channels) {
    for (let top = 0; top < SIDE; top += window) {
      for (let left = 0; left < SIDE; left += window) {
        const at = (index: number): number =>
          (channel * SIDE + top + Math.floor(index / window)) * SIDE + left + index % window;
        const plane = Float64Array.from({ length: window ** 2 }, (_, index) => planes[at(index)]!);
        const coefficients = dct2(plane, window);
        for (const [row, column] of bands) coefficients[row * window + column]! += magnitude;
        idct2(coefficients, window).forEach((level, index) => result[at(index)] = level);
      }
    }
  }
  return result;
}

function requireBands({ bands, channels, window }: FTrojanParameters): void {
  if (!(window >= 1 && SIDE % window === 0)) {
    throw new Error(`Expected a window that divides ${SIDE} but found ${window}`);
  }
  if (bands.length === 0 || channels.length === 0) {
    throw new Error(
      `Expected at least one band and one channel but found ${bands.length} and ${channels.length}`,
    );
  }
  for (const [row, column] of bands) {
    const inside = [row, column].every((k) => Number.isInteger(k) && k >= 0 && k < window);
    if (!inside) {
      throw new Error(
        `Expected bands in 0–${window - 1} of the window but found (${row}, ${column})`,
      );
    }
  }
}
