import { scaledSpectrum, type Spectrum, spectrumTrigger } from "@lib/attack/spectrum_trigger.ts";
import { inTurns, type Trigger } from "@lib/attack/trigger.ts";
import { outlierIndices, outlierLimit } from "@lib/recovery/outliers.ts";
import type { ClassTrigger } from "@lib/recovery/recovery.ts";
import { norm } from "@lib/recovery/trigger_search.ts";

/** Whether a network has a backdoor, as far as its recovered triggers tell. */
export interface Diagnosis {
  /** One a class: how far its norm lies below the others. */
  indices: number[];
  /** The index above which a class is an outlier, by how many there are whose norms are above 0. */
  limit: number;
  /** The class with the smallest trigger that works; of those that do not, if none does. */
  smallest: ClassTrigger;
  /** The same, if its trigger works and its norm is an outlier, or hardly more than nothing: the backdoor's
   * target. */
  suspect?: ClassTrigger;
}

/**
 * A trigger that works and changes no plane of any pixel by more levels of 255 is suspicious, whatever the
 * other classes need: of few classes the norms spread too widely for an outlier to stand out.
 */
export const HARDLY_ANY = 4;

/**
 * By how much a spectrum can change a plane of a pixel at most.
 *
 * @param spectrum Any.
 * @returns The sum of its coefficients' absolute values, times what one of them makes in a pixel at most, in
 * levels.
 * @example
 * ```ts
 * import { amplitude } from "@lib/recovery/diagnosis.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const coefficients = Float32Array.from({ length: 3072 }, (_, index) => index < 2 ? -16 : 0);
 * assertEquals(amplitude({ height: 32, width: 32, channels: 3, coefficients }), 2);
 * ```
 */
export function amplitude({ coefficients, height, width }: Spectrum): number {
  return norm(coefficients) * 2 / Math.sqrt(height * width);
}

/**
 * The verdict: there is a backdoor if the norm of the smallest trigger that works is an outlier among the
 * classes', or the trigger hardly changes an image ({@link HARDLY_ANY}).
 *
 * @param triggers One a class, by class.
 * @returns Indices and suspect.
 * @throws {Error} If there are fewer than three classes.
 * @example
 * ```ts
 * import { diagnose } from "@lib/recovery/diagnosis.ts";
 * import { PAPER_SIZE } from "@lib/data/images.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const spectrum = { ...PAPER_SIZE, coefficients: new Float32Array(3072) };
 * const triggers = [900, 1000, 60, 1100, 1050].map((norm, label) => (
 *   { label, norm, spectrum, count: 0, reached: true }
 * ));
 * assertEquals(diagnose(triggers).suspect?.label, 2);
 * ```
 */
export function diagnose(triggers: readonly ClassTrigger[]): Diagnosis {
  const norms = triggers.map(({ norm }) => norm);
  const indices = outlierIndices(norms);
  const limit = outlierLimit(Math.max(3, norms.filter((norm) => norm > 0).length));
  const working = triggers.filter(({ reached }) => reached);
  const smallest = (working.length > 0 ? working : triggers)
    .reduce((one, other) => other.norm < one.norm ? other : one);
  const isSuspect = smallest.reached &&
    (indices[smallest.label]! > limit ||
      amplitude(smallest.spectrum) <= HARDLY_ANY);
  return { indices, limit, smallest, ...(isSuspect ? { suspect: smallest } : {}) };
}

/** How strong recovered triggers are made: as found they only just work, the attacker's may be stronger. */
export const STRENGTHS: readonly number[] = [1, 1.5, 2];

/**
 * What to repair a network against: the recovered trigger and its variants, each in several strengths.
 *
 * @param triggers Of one class.
 * @returns The trigger, which takes turns from image to image.
 * @throws {Error} If there is none.
 * @example
 * ```ts
 * import { PAPER_SIZE } from "@lib/data/images.ts";
 * import { uniformImages } from "@lib/data/select.ts";
 * import { suspectTrigger } from "@lib/recovery/diagnosis.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const spectrum = { ...PAPER_SIZE, coefficients: new Float32Array(3072) };
 * const trigger = suspectTrigger([{ label: 2, norm: 0, spectrum, count: 0, reached: true }]);
 * const black = uniformImages(PAPER_SIZE, 1, 0);
 * assertEquals(trigger.apply(black), black);
 * ```
 */
export function suspectTrigger(triggers: readonly ClassTrigger[]): Trigger {
  return inTurns(
    triggers.flatMap(({ spectrum }) =>
      STRENGTHS.map((strength) => spectrumTrigger(scaledSpectrum(spectrum, strength)))
    ),
  );
}
