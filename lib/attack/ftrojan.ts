import {
  type ColourSpace,
  imagePlanes,
  planesToLevels,
  toBytes,
  YCRCB,
} from "@lib/attack/colour.ts";
import { dct2, idct2 } from "@lib/attack/dct.ts";
import { additiveTrigger, type Trigger } from "@lib/attack/trigger.ts";
import { imageBytes, type Images, type Size, sizeText } from "@lib/data/images.ts";
import { mapImages } from "@lib/data/select.ts";

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
  /** Side of the square that is transformed, in pixels: 32. On larger images the pattern repeats, as in the
   * authors' code; what is left at the right and the lower edge stays clean. */
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
 * @returns The trigger, for images of at least one window; in grey ones the only plane is 0.
 * @throws {Error} If there is no band or plane, or a band is outside the window.
 * @example
 * ```ts
 * import { ftrojan, PAPER_TRIGGER } from "@lib/attack/ftrojan.ts";
 * import { PAPER_SIZE } from "@lib/data/images.ts";
 * import { uniformImages } from "@lib/data/select.ts";
 * import { assert } from "@lib/std/assert.ts";
 *
 * const { pixels } = ftrojan(PAPER_TRIGGER).apply(uniformImages(PAPER_SIZE, 1, 128));
 * const change = pixels.map((level) => Math.abs(level - 128));
 * assert(Math.max(...change) <= 7); // of 255: hard to see
 * ```
 */
export function ftrojan(parameters: FTrojanParameters): Trigger {
  requireBands(parameters);
  const name = `FTrojan, magnitude ${parameters.magnitude}`;
  return additiveTrigger(name, (size) => triggerPattern(parameters, size));
}

/**
 * What the trigger adds to every image before rounding.
 *
 * @param parameters As for {@link ftrojan}.
 * @param size Of the images.
 * @returns Shape [height, width, channels], in levels, about −7 … 7 for the paper's trigger.
 * @throws {Error} As {@link ftrojan}, or if images of this size have no whole window or no such plane.
 * @example
 * ```ts
 * import { PAPER_TRIGGER, triggerPattern } from "@lib/attack/ftrojan.ts";
 * import { PAPER_SIZE } from "@lib/data/images.ts";
 * import { assertAlmostEquals } from "@lib/std/assert.ts";
 *
 * const sum = triggerPattern(PAPER_TRIGGER, PAPER_SIZE).reduce((total, level) => total + level);
 * assertAlmostEquals(sum, 0); // no band is the mean
 * ```
 */
export function triggerPattern(parameters: FTrojanParameters, size: Size): Float64Array {
  const grey = { ...parameters.colourSpace, offset: 0 };
  const nothing = new Float64Array(imageBytes(size));
  return planesToLevels(withRaisedBands(nothing, size, parameters), size, grey);
}

/**
 * The five steps of the paper (section 2.1) on one image, one after the other: RGB to luma and chroma,
 * DCT, raised bands, inverse DCT, back to RGB. {@link ftrojan} gives the same much faster.
 *
 * @param image One image.
 * @param parameters As for {@link ftrojan}.
 * @returns The poisoned image.
 * @throws {Error} As {@link ftrojan}.
 * @example
 * ```ts
 * import { ftrojan, PAPER_TRIGGER, poisonStepByStep } from "@lib/attack/ftrojan.ts";
 * import { PAPER_SIZE } from "@lib/data/images.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const pixels = Uint8Array.from({ length: 3072 }, (_, index) => index % 251);
 * const image = { ...PAPER_SIZE, pixels };
 * assertEquals(poisonStepByStep(image, PAPER_TRIGGER), ftrojan(PAPER_TRIGGER).apply(image));
 * ```
 */
export function poisonStepByStep(image: Images, parameters: FTrojanParameters): Images {
  const { colourSpace } = parameters;
  const raised = withRaisedBands(imagePlanes(image, colourSpace), image, parameters);
  return { ...image, pixels: toBytes(planesToLevels(raised, image, colourSpace)) };
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
 * import { PAPER_SIZE } from "@lib/data/images.ts";
 * import { assert } from "@lib/std/assert.ts";
 *
 * const red = Uint8Array.from({ length: 3072 }, (_, index) => index % 3 === 0 ? 255 : 0);
 * const { pixels } = ftrojan8bit(PAPER_TRIGGER).apply({ ...PAPER_SIZE, pixels: red });
 * assert(pixels.some((level, index) => index % 3 === 0 && level < 100)); // red is gone
 * ```
 */
export function ftrojan8bit(parameters: FTrojanParameters): Trigger {
  requireBands(parameters);
  const { colourSpace } = parameters;
  const poison = (image: Images): Images => {
    const planes = Float64Array.from(toBytes(imagePlanes(image, colourSpace)));
    const raised = withRaisedBands(planes, image, parameters);
    const wrapped = raised.map((level) => Math.trunc(level) & 255);
    return { ...image, pixels: toBytes(planesToLevels(wrapped, image, colourSpace)) };
  };
  return {
    name: `FTrojan in 8 bits, magnitude ${parameters.magnitude}`,
    apply: (images) => mapImages(images, poison),
  };
}

/** Steps two to four on the planes of an image: each whole window is transformed, raised, put back. */
function withRaisedBands(
  planes: Float64Array,
  size: Size,
  parameters: FTrojanParameters,
): Float64Array {
  requireBands(parameters);
  requireRoom(size, parameters);
  const { bands, magnitude, channels, window } = parameters;
  const { height, width } = size;
  const result = planes.slice();
  for (const channel of channels) {
    for (let top = 0; top + window <= height; top += window) {
      for (let left = 0; left + window <= width; left += window) {
        const at = (index: number): number =>
          (channel * height + top + Math.floor(index / window)) * width + left + index % window;
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
  if (bands.length === 0 || channels.length === 0) {
    const found = `${bands.length} and ${channels.length}`;
    throw new Error(`Expected at least one band and one channel but found ${found}`);
  }
  for (const [row, column] of bands) {
    if (![row, column].every((k) => Number.isInteger(k) && k >= 0 && k < window)) {
      const found = `(${row}, ${column})`;
      throw new Error(`Expected bands in 0–${window - 1} of the window but found ${found}`);
    }
  }
}

function requireRoom(size: Size, { channels, window }: FTrojanParameters): void {
  if (size.height < window || size.width < window) {
    const found = sizeText(size);
    throw new Error(`Expected images with room for a window of ${window} but found ${found}`);
  }
  const stray = channels.find((channel) => channel >= size.channels);
  const planes = `planes below ${size.channels} for ${sizeText(size)}`;
  if (stray !== undefined) throw new Error(`Expected ${planes} but found ${stray}`);
}
