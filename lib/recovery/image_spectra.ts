import { imagePlanes, YCRCB } from "@lib/attack/colour.ts";
import { fastDct2 } from "@lib/attack/fast_dct.ts";
import { imageBytes, type Images, requireImages, type Size, sizeText } from "@lib/data/images.ts";
import { imageAt } from "@lib/data/select.ts";
import { TO_DEVIATION } from "@lib/recovery/outliers.ts";

/** One image's spectrum; the arrays are overwritten by the next one's. */
export interface ImageSpectrum {
  /** In levels; [channels, height, width]: the planes Y, Cr, Cb, or grey. */
  coefficients: Float64Array;
  /** The square of how far each may be from zero by chance, as its neighbourhood tells. */
  variances: Float64Array;
}

/** Sides of the neighbourhood: a coefficient is compared with 24 others around it in the same image. */
const SIDE = 5;
/** From so many images it is known how large each coefficient usually is. */
const SAMPLE = 1000;
/** Makes the median, or the mean, of absolute normal values their standard deviation. */
const [FROM_MEDIAN, FROM_MEAN] = [TO_DEVIATION, Math.sqrt(Math.PI / 2)];
/** The variance that rounding to whole levels leaves in every coefficient, at most. */
const ROUNDING = 1 / 12;

/**
 * The spectra of images, and how far from zero each coefficient may be by chance. Natural spectra fall
 * smoothly, in a blurred image faster than in a sharp one; so what is to be expected of a coefficient is its
 * usual size over the images, times how much larger than usual its 24 neighbours are in this one.
 *
 * @param images Of 5×5 or more, grey or in colour.
 * @returns Gives the spectrum of the image at an index.
 * @throws {Error} If there are no images, or they are smaller.
 * @example
 * ```ts
 * import { syntheticSigns } from "@lib/data/synthetic_signs.ts";
 * import { imageSpectra } from "@lib/recovery/image_spectra.ts";
 * import { assert, assertEquals } from "@lib/std/assert.ts";
 *
 * const { coefficients, variances } = imageSpectra(syntheticSigns(86, 1))(0);
 * assertEquals([coefficients.length, variances.length], [3072, 3072]);
 * assert(Math.min(...variances) >= 1 / 12); // rounding is in every image
 * ```
 */
export function imageSpectra(images: Images): (index: number) => ImageSpectrum {
  const count = requireImages(images);
  const { height, width } = images;
  if (Math.min(height, width) < SIDE) {
    throw new Error(`Expected images of ${SIDE}×${SIDE} or more but found ${sizeText(images)}`);
  }
  const transform = fastDct2(height, width);
  const spectrum = (index: number): Float64Array => {
    const planes = imagePlanes(imageAt(images, index), YCRCB);
    for (let start = 0; start < planes.length; start += height * width) {
      transform(planes.subarray(start, start + height * width));
    }
    return planes;
  };
  const drawn = Math.min(count, SAMPLE);
  const sample = Array.from({ length: drawn }, (_, at) => spectrum(Math.floor(at * count / drawn)));
  const usual = Float64Array.from({ length: imageBytes(images) }, (_, at) => {
    const sizes = Float64Array.from(sample, (coefficients) => Math.abs(coefficients[at]!)).sort();
    return Math.max(FROM_MEDIAN * sizes[drawn >> 1]!, Math.sqrt(ROUNDING));
  });
  const variancesOf = localVariances(images, usual);
  return (index) => {
    const coefficients = spectrum(index);
    return { coefficients, variances: variancesOf(coefficients) };
  };
}

/** Absolute coefficients in units of the usual ones, averaged over the neighbourhood without its centre. */
function localVariances(
  { height, width, channels }: Size,
  usual: Float64Array,
): (coefficients: Float64Array) => Float64Array {
  const inverse = usual.map((size) => 1 / size);
  const factors = usual.map((size) => (size * FROM_MEAN / (SIDE * SIDE - 1)) ** 2);
  const [sizes, variances] = [new Float64Array(usual.length), new Float64Array(usual.length)];
  const sums = new Float64Array(width);
  const [middle, rows] = [SIDE >> 1, channels * height];
  return (coefficients) => {
    for (let at = 0; at < sizes.length; at++) {
      sizes[at] = Math.abs(coefficients[at]!) * inverse[at]!;
    }
    for (let row = 0; row < rows; row++) {
      // at the borders the neighbourhood lies inside
      const inPlane = row % height;
      const top = row - inPlane + Math.min(Math.max(inPlane - middle, 0), height - SIDE);
      for (let column = 0, at = top * width; column < width; column++, at++) {
        sums[column] = sizes[at]! + sizes[at + width]! + sizes[at + 2 * width]! +
          sizes[at + 3 * width]! + sizes[at + 4 * width]!;
      }
      let around = sums[0]! + sums[1]! + sums[2]! + sums[3]! + sums[4]!;
      for (let column = 0, at = row * width; column < width; column++, at++) {
        if (column > middle && column < width - middle) {
          around += sums[column + middle]! - sums[column - middle - 1]!;
        }
        const others = around - sizes[at]!;
        variances[at] = others * others * factors[at]! + ROUNDING;
      }
    }
    return variances;
  };
}
