import {
  type ClassPatch,
  type NEURAL_CLEANSE,
  PATCH_SEARCH,
  patchTrigger,
  recoverPatches,
} from "@lib/peers/patch_search.ts";
import { type Defense, type Outcome, stopwatch } from "@lib/recovery/defense.ts";
import { FINE_TUNING } from "@lib/recovery/fine_tuning.ts";
import { median, medianDeviation } from "@lib/recovery/outliers.ts";
import { unlearn, type UnlearningSettings } from "@lib/recovery/unlearning.ts";

/** Above this anomaly index Neural Cleanse calls a class infected. */
const ANOMALY_INDEX = 2;

/**
 * Neural Cleanse's verdict: the class whose norm lies more than two deviations (1.4826 times the median
 * absolute deviation) below the median.
 *
 * @param patches One a class.
 * @returns The class with the smallest norm and its anomaly index; `suspect` if that is above 2.
 * @example
 * ```ts
 * import { cleanseVerdict } from "@lib/peers/neural_cleanse.ts";
 * import { PAPER_SIZE } from "@lib/data/images.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const empty = { mask: new Float32Array(1024), pattern: new Float32Array(3072), reached: true };
 * const patches = [90, 100, 3, 110, 105].map((norm, label) => (
 *   { ...PAPER_SIZE, ...empty, label, norm }
 * ));
 * assertEquals(cleanseVerdict(patches).suspect?.label, 2);
 * ```
 */
export function cleanseVerdict(
  patches: readonly ClassPatch[],
): { smallest: ClassPatch; index: number; suspect?: ClassPatch } {
  const smallest = patches.reduce((one, other) => other.norm < one.norm ? other : one);
  const norms = patches.map(({ norm }) => norm);
  const middle = median(norms);
  const below = middle - smallest.norm;
  const index = below === 0 ? 0 : below / medianDeviation(norms, middle);
  return { smallest, index, ...(index > ANOMALY_INDEX ? { suspect: smallest } : {}) };
}

/** Neural Cleanse's repair: one epoch of unlearning with the recovered patch on a fifth of the images. */
const CLEANSE_UNLEARNING: UnlearningSettings = {
  share: 0.2,
  recipe: { ...FINE_TUNING, epochs: 1 },
};

/**
 * Neural Cleanse: verdict by patches, and where there is a suspect its patch unlearned.
 *
 * @param own Its constants, such as the authors' number of steps.
 */
export const neuralCleanse = (own: typeof NEURAL_CLEANSE): Defense => ({
  usesImages: true,
  settings: { ...own, ...PATCH_SEARCH, index: ANOMALY_INDEX, unlearning: CLEANSE_UNLEARNING },
  async run({ network, clean, mostSteps = Infinity }): Promise<Outcome> {
    const clock = stopwatch();
    const steps = Math.min(own.steps, mostSteps);
    const patches = recoverPatches(network, clean, { ...own, steps });
    const { suspect, smallest, index } = cleanseVerdict(patches);
    const verdict = {
      ...(suspect ? { suspected: suspect.label } : {}),
      ...{ outlierIndex: index, norm: smallest.norm, coefficients: [], coefficientCount: 0 },
    };
    const found = `class ${smallest.label}, index ${index.toFixed(1)}`;
    const seconds = clock();
    if (!suspect) return { verdict, note: `${found}: no alarm`, repaired: [], seconds };
    const trained = await unlearn(network, clean, patchTrigger(suspect), CLEANSE_UNLEARNING);
    const note = `${found}: unlearned`;
    return { verdict, note, repaired: [{ network: trained, note, seconds: clock() }], seconds };
  },
});
