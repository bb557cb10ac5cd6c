import type { FAMILIES } from "@lib/recovery/family.ts";

/** How triggers are searched. */
export interface RecoverySettings {
  /** What is looked for. */
  family: keyof typeof FAMILIES;
  /** One a round: about how far the fastest value goes in a step, in levels. */
  rates: readonly number[];
  /** Steps in a round. */
  steps: number;
  /** Images in a step of the first round; each later round has twice as many, for a quarter of the
   * classes. */
  images: number;
  /** Of the draw of images. */
  seed: number;
}

/** Made for 43 classes: together a minute on two cores. A pixel goes far, to black or white, to be seen. */
export const SEARCHES: Record<keyof typeof FAMILIES, RecoverySettings> = {
  frequencies: { family: "frequencies", rates: [6, 3, 1.5], steps: 40, images: 8, seed: 1 },
  pixels: { family: "pixels", rates: [60, 30, 15], steps: 40, images: 8, seed: 1 },
};

/**
 * The settings of a search within a number of steps.
 *
 * @param mostSteps At most so many in a round; as many as usual if not given.
 * @param family What is looked for.
 * @returns The settings.
 * @example
 * ```ts
 * import { recoverySettings } from "@lib/recovery/recovery_settings.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * assertEquals([recoverySettings().steps, recoverySettings(10).steps], [40, 10]);
 * ```
 */
export function recoverySettings(
  mostSteps = Infinity,
  family: keyof typeof FAMILIES = "frequencies",
): RecoverySettings {
  const settings = SEARCHES[family];
  return { ...settings, steps: Math.min(settings.steps, mostSteps) };
}
