import type { Spectrum } from "@lib/attack/spectrum_trigger.ts";
import type { LabelledImages } from "@lib/data/images.ts";
import { randomBatches } from "@lib/data/random_batches.ts";
import { FAMILIES } from "@lib/recovery/family.ts";
import { type RecoverySettings, SEARCHES } from "@lib/recovery/recovery_settings.ts";
import { newSearch, norm, stepSearches, type TriggerSearch } from "@lib/recovery/trigger_search.ts";
import { imageGradient } from "@lib/network/engine.ts";
import type { tf } from "@lib/network/tensorflow.ts";
import { seededRandom } from "@lib/random.ts";

/** The smallest trigger found that sends images to one class. */
export interface ClassTrigger {
  label: number;
  /** What it adds, in YCrCb or grey. */
  spectrum: Spectrum;
  /** What classes are compared by: the sum of the absolute values that its family takes for it. Of a class
   * that was not reached it is what the search had come to after the first round, which all classes have in common; what
   * the class would have needed is more. */
  norm: number;
  /** How many values its family takes for it: coefficients or levels. */
  count: number;
  /** Whether 95 % of a batch went to the class. */
  reached: boolean;
}

/** Where a search stands after a step. */
export interface RecoveryProgress {
  /** Share of all steps that are done, 0–1. */
  share: number;
  /** The norm of each class's trigger now; those given up stay as they were. */
  norms: number[];
}

/** From round to round: so many times fewer classes, so many times more images. */
export const ROUNDS = { fewer: 4, more: 2 };

/**
 * Looks for an unknown trigger of a family: for every class, the one with the smallest L1 norm that sends
 * clean images there. A backdoor's target needs far less than any other class.
 *
 * Hopeless classes are given up early (successive halving, Jamieson and Talwalkar, 2016). The paper takes
 * triggered images as given (section 4) and names Neural Cleanse, which looks for a patch of pixels.
 *
 * @param network From images, 0–1, to logits.
 * @param clean Clean images; their labels are not used.
 * @param settings Family, rounds, steps, images and seed.
 * @param onProgress Told after each step.
 * @returns One trigger a class, by class.
 * @throws {Error} If there are no images or fewer than three classes.
 * @example
 * ```ts
 * import { syntheticSigns } from "@lib/data/synthetic_signs.ts";
 * import { paperCnn } from "@lib/network/paper_cnn.ts";
 * import { diagnose, suspectTrigger } from "@lib/recovery/diagnosis.ts";
 * import { FINE_TUNING } from "@lib/recovery/fine_tuning.ts";
 * import { recoverTriggers, recoverVariants } from "@lib/recovery/recovery.ts";
 * import { recoverySettings } from "@lib/recovery/recovery_settings.ts";
 * import { unlearn } from "@lib/recovery/unlearning.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const [network, clean] = [paperCnn(5, 1), syntheticSigns(40, 1, 5)];
 * const settings = { ...recoverySettings(2), rates: [6, 3], images: 4 }; // far too few to find anything
 * const triggers = await recoverTriggers(network, clean, settings);
 * const { smallest, suspect } = diagnose(triggers);
 * assertEquals([triggers.length, suspect], [5, undefined]);
 * const variants = await recoverVariants(network, clean, smallest.label, settings);
 * const recovered = suspectTrigger([smallest, ...variants]);
 * const recipe = { ...FINE_TUNING, epochs: 1 };
 * const repaired = await unlearn(network, clean, recovered, { share: 0.5, recipe });
 * assertEquals(repaired.outputShape, network.outputShape);
 * ```
 */
export async function recoverTriggers(
  network: tf.LayersModel,
  clean: LabelledImages,
  settings: RecoverySettings = SEARCHES.frequencies,
  onProgress: (progress: RecoveryProgress) => void | Promise<void> = () => {},
): Promise<ClassTrigger[]> {
  const classes = network.outputShape[1] as number;
  if (classes < 3) throw new Error(`Expected at least three classes but found ${classes}`);
  const { rates, steps, images, seed } = settings;
  const family = FAMILIES[settings.family];
  const gradientOf = imageGradient(network);
  const draw = randomBatches(clean, seededRandom(seed));
  const all = Array.from({ length: classes }, (_, label) => newSearch(label, clean, family));
  let searches = all;
  let common: number[] = [];
  for (const [round, rate] of rates.entries()) {
    if (round === 1) common = all.map(({ values }) => norm(values));
    if (round > 0) searches = mostPromising(searches);
    for (let step = 1; step <= steps; step++) {
      stepSearches(searches, gradientOf, draw(images * ROUNDS.more ** round), rate);
      const share = (round + step / steps) / rates.length;
      await onProgress({ share, norms: all.map(({ values }) => norm(values)) });
    }
  }
  return all.map(resultOf).map((found, label) =>
    found.reached ? found : { ...found, norm: common[label] ?? found.norm }
  );
}

/** How many other triggers {@link recoverVariants} looks for, and with how many images a step. */
export const VARIANTS = { count: 12, images: 16 };

/**
 * Other triggers of one class: each is looked for with a random half of the frequencies, or pixels,
 * forbidden. An
 * attacked network answers to neighbours of its trigger too, and a repair that knows but one of them may
 * leave the others.
 *
 * @param network As for {@link recoverTriggers}.
 * @param clean Clean images.
 * @param label The suspected class.
 * @param settings As for {@link recoverTriggers}; only first and last rate are used.
 * @param onProgress Told the share that is done, 0–1.
 * @returns Those that were reached, at most twelve.
 * @throws {Error} If there are no images.
 * @example See {@link recoverTriggers}.
 */
export async function recoverVariants(
  network: tf.LayersModel,
  clean: LabelledImages,
  label: number,
  { family, rates, steps, seed }: RecoverySettings = SEARCHES.frequencies,
  onProgress: (share: number) => void | Promise<void> = () => {},
): Promise<ClassTrigger[]> {
  const random = seededRandom(seed);
  const gradientOf = imageGradient(network);
  const draw = randomBatches(clean, random);
  const searches = Array.from({ length: VARIANTS.count }, () => {
    const { height, width, channels } = clean;
    const plane = Array.from({ length: height * width }, () => Number(random() < 0.5));
    const free = Uint8Array.from(Array(channels).fill(plane).flat());
    return newSearch(label, clean, FAMILIES[family], free);
  });
  for (let step = 1; step <= 2 * steps; step++) {
    const rate = step <= steps ? rates[0]! : rates.at(-1)!;
    stepSearches(searches, gradientOf, draw(VARIANTS.images), rate);
    await onProgress(step / (2 * steps));
  }
  return searches.map(resultOf).filter(({ reached }) => reached);
}

function resultOf({ label, size, family, values, best }: TriggerSearch): ClassTrigger {
  const found = best ?? values;
  return {
    label,
    spectrum: family.spectrum(found, size),
    norm: norm(found),
    count: found.reduce((sum, value) => sum + Number(value !== 0), 0),
    reached: best !== undefined,
  };
}

/** Those that reached their class, by norm; then the others, by how near they are. */
function mostPromising(searches: readonly TriggerSearch[]): TriggerSearch[] {
  const reached = searches.filter(({ best }) => best).sort((a, b) => norm(a.best!) - norm(b.best!));
  const others = searches.filter(({ best }) => !best).sort((a, b) => a.loss - b.loss);
  const kept = [...reached, ...others].slice(0, Math.ceil(searches.length / ROUNDS.fewer));
  // what did for a few images need not do for more
  for (const search of kept) search.best = undefined;
  return kept;
}
