import type { Coefficient } from "@lib/attack/spectrum_trigger.ts";
import { checkedImages, type LabelledImages } from "@lib/data/images.ts";
import { imageSpectra, type ImageSpectrum } from "@lib/recovery/image_spectra.ts";
import { type CommonSpike, commonSpikes } from "@lib/recovery/spikes.ts";

/** A class whose training images seem poisoned, before anything is trained. */
export interface PoisonedClass {
  /** The class. */
  label: number;
  /** By what its images stand out, what most of them have first; `magnitude` is in levels. */
  coefficients: (Coefficient & { images: number })[];
  /** How many of its images are flagged. */
  flagged: number;
  /** Estimated share of its images that are poisoned, 0–1. */
  share: number;
}

/** Which images of a training set carry a trigger of some frequencies. */
export interface PoisonedImages {
  /** One an image: log-odds (nats) that it carries its class's trigger; −∞ where the class has none. */
  suspicions: Float64Array;
  /** Indices of the images that rather carry one than not, ascending. */
  flagged: number[];
  /** Empty if the set seems clean. */
  classes: PoisonedClass[];
}

/** Degrees of freedom: tails somewhat heavier than natural images have in units of their deviation. */
const FREEDOM = 10;
const ROUNDS = 50;

/**
 * Finds the images of a training set that carry a trigger of few frequencies, as FTrojan's, before anything
 * is trained: without the trigger, its frequencies, its target, or clean images. A class is suspect if a
 * coefficient stands out of its neighbourhood in more of its images than chance explains
 * (`commonSpikes`); each of its images is then weighed by likelihoods: with the offset or without.
 * Triggers that change all frequencies alike, such as a patch or noise, do not stand out. (Zeng et al.,
 * Rethinking the Backdoor Attacks' Triggers, 2021, train a classifier of spectra for what is measured here.)
 *
 * @param images The training set as it would be trained on: of 5×5 or more, grey or in colour.
 * @returns Suspicions, flagged images and suspected classes.
 * @throws {Error} If there are no images, they are smaller, or labels and pixels do not belong together.
 * @example
 * ```ts
 * import { ftrojan, PAPER_TRIGGER } from "@lib/attack/ftrojan.ts";
 * import { poisonTrainingSet } from "@lib/attack/poison.ts";
 * import { syntheticSigns } from "@lib/data/synthetic_signs.ts";
 * import { seededRandom } from "@lib/random.ts";
 * import { findPoisonedImages } from "@lib/recovery/poisoned_images.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const poisoning = { trigger: ftrojan(PAPER_TRIGGER), target: 3, injectionRate: 0.05 };
 * const signs = syntheticSigns(600, 1, 8);
 * const { images, poisoned } = poisonTrainingSet(signs, poisoning, seededRandom(1));
 * const { flagged, classes } = findPoisonedImages(images);
 * assertEquals(flagged, poisoned);
 * assertEquals(classes.map(({ label }) => label), [3]);
 * ```
 */
export function findPoisonedImages(images: LabelledImages): PoisonedImages {
  const { labels } = checkedImages(images, "the training set");
  const spectra = imageSpectra(images);
  const spikes = commonSpikes(images, spectra);
  const suspicions = new Float64Array(labels.length).fill(-Infinity);
  const classes = [...new Set(spikes.map(({ label }) => label))].map((label) => {
    const own = spikes.filter((spike) => spike.label === label);
    const members = [...labels.keys()].filter((index) => labels[index] === label);
    const evidence = members.map((index) => logLikelihoodRatio(spectra(index), own));
    const share = shareOf(evidence);
    members.forEach((index, at) => suspicions[index] = evidence[at]! + logOdds(share));
    const coefficients = own.map(({ plane, row, column, magnitude, images }) => (
      { plane, row, column, magnitude, images }
    ));
    const flagged = members.filter((index) => suspicions[index]! > 0).length;
    return { label, coefficients, flagged, share };
  });
  const flagged = [...suspicions.keys()].filter((index) => suspicions[index]! > 0);
  return { suspicions, flagged, classes };
}

/** With the offsets against without, summed over coefficients as if they were independent. */
function logLikelihoodRatio(
  { coefficients, variances }: ImageSpectrum,
  spikes: readonly CommonSpike[],
): number {
  return spikes.reduce((sum, { at, magnitude, spread }) => {
    const [value, variance] = [coefficients[at]!, variances[at]!];
    return sum + logDensity(value - magnitude, variance + spread ** 2) -
      logDensity(value, variance);
  }, 0);
}

/** Of Student's t distribution, but for a constant. */
const logDensity = (value: number, variance: number): number =>
  -(FREEDOM + 1) / 2 * Math.log1p(value ** 2 / (variance * FREEDOM)) - Math.log(variance) / 2;

const logOdds = (share: number): number => Math.log(share / (1 - share));

/** The share of a mixture that explains the evidence best (expectation–maximisation). */
function shareOf(evidence: readonly number[]): number {
  const least = 0.5 / (evidence.length + 1);
  let share = 0.1;
  for (let round = 0; round < ROUNDS; round++) {
    const odds = logOdds(share);
    const mean = evidence.reduce((sum, ratio) => sum + 1 / (1 + Math.exp(-ratio - odds)), 0) /
      evidence.length;
    share = Math.min(Math.max(mean, least), 1 - least);
  }
  return share;
}
