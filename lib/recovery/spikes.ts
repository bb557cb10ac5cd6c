import { type Coefficient, placeOfCoefficient } from "@lib/attack/spectrum_trigger.ts";
import type { LabelledImages } from "@lib/data/images.ts";
import type { ImageSpectrum } from "@lib/recovery/image_spectra.ts";
import { median, medianDeviation } from "@lib/recovery/outliers.ts";

/** What many images of one class have in one coefficient, and hardly an image elsewhere. */
export interface CommonSpike extends Coefficient {
  /** The class. */
  label: number;
  /** The coefficient's index in a spectrum. */
  at: number;
  /** How much the offset, `magnitude`, varies from image to image: a standard deviation, in levels. */
  spread: number;
  /** In how many images of the class it is a spike to this side. */
  images: number;
  /** And in how many to the other. */
  opposite: number;
}

/**
 * A coefficient is a spike from so many deviations on: of normal values two in 10⁹ are, of GTSRB's and
 * CIFAR-10's coefficients five to ten in a million, one in every fiftieth image or so.
 */
const SPIKE = 6;
/** Rows or columns start here: lower coefficients of both have the mean, which is no frequency, around them. */
const LOWEST = 3;
/** What a trigger adds varies by no more than this share of it from image to image. */
const MOST_SPREAD = 0.25;
/** So many common spikes are expected in a clean set. */
const FALSE_ALARMS = 0.01;

/**
 * Finds where images of one class have the same spike: a coefficient more than six times as far from zero as
 * its neighbourhood explains, to the same side and about as far. Nature takes no sides, and neither do the
 * steps of JPEG: so it must be a spike to this side in twice as many images as to the other, and in
 * {@link leastImages} more.
 *
 * @param images Labelled.
 * @param spectra Theirs.
 * @returns All common spikes by class, those in most images first; none, if all is clean.
 * @example
 * ```ts
 * import { syntheticSigns } from "@lib/data/synthetic_signs.ts";
 * import { imageSpectra } from "@lib/recovery/image_spectra.ts";
 * import { commonSpikes } from "@lib/recovery/spikes.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const signs = syntheticSigns(86, 1);
 * assertEquals(commonSpikes(signs, imageSpectra(signs)), []);
 * ```
 */
export function commonSpikes(
  images: LabelledImages,
  spectra: (index: number) => ImageSpectrum,
): CommonSpike[] {
  const { labels } = images;
  const found = new Map<string, number[]>();
  labels.forEach((label, index) => {
    const { coefficients, variances } = spectra(index);
    for (let at = 0; at < coefficients.length; at++) {
      const value = coefficients[at]!;
      if (value * value <= SPIKE * SPIKE * variances[at]!) continue;
      const key = `${label} ${at} ${Math.sign(value)}`;
      const others = found.get(key);
      if (others) others.push(value);
      else found.set(key, [value]);
    }
  });
  const spikes = [...found].map(([key, values]) => {
    const [label, at, side] = key.split(" ").map(Number) as [number, number, number];
    const opposite = found.get(`${label} ${at} ${-side}`)?.length ?? 0;
    const magnitude = median(values);
    const spread = medianDeviation(values, magnitude);
    return {
      label,
      at,
      ...placeOfCoefficient(at, images),
      magnitude,
      spread,
      images: values.length,
      opposite,
    };
  }).filter(({ row, column }) => Math.max(row, column) >= LOWEST);
  const least = new Map([...new Set(labels)].map((label) => {
    const rest = spikes.filter((spike) => spike.label !== label);
    return [label, leastImages(rest.map(({ images }) => images))];
  }));
  return spikes.filter(({ label, images, opposite, magnitude, spread }) =>
    images >= 2 * opposite + least.get(label)! && spread <= MOST_SPREAD * Math.abs(magnitude)
  ).sort((one, other) => one.label - other.label || other.images - one.images);
}

/**
 * How many images of a class must share a spike before it is no chance. Pictures of one object share spikes
 * by nature, so that counts do not fall off as Poisson's do but by a factor for each image more. It is
 * measured on the other classes, between the places that two images share and those that three do, and
 * taken to be a half if it is less; the least count is the one from which on a hundredth of a place would be
 * expected.
 *
 * @param counts For each coefficient, sign and class but the one in question: in how many images it is a
 * spike, where it is in some.
 * @returns The least number of images, 9 or more.
 * @example
 * ```ts
 * import { leastImages } from "@lib/recovery/spikes.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * assertEquals(leastImages([]), 9); // 1/2⁷ < 0.01
 * const counts = [...Array(500).fill(1), ...Array(50).fill(2), ...Array(20).fill(3)];
 * assertEquals(leastImages(counts), 15); // 70/2¹³ < 0.01
 * ```
 */
export function leastImages(counts: readonly number[]): number {
  const shared = (images: number): number => counts.filter((count) => count >= images).length;
  const factor = Math.max(0.5, (shared(3) + 1) / (shared(2) + 2));
  return 2 + Math.ceil(Math.log(FALSE_ALARMS / Math.max(shared(2), 1)) / Math.log(factor));
}
