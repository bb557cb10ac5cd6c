import type { Trigger } from "@lib/attack/trigger.ts";
import { imageBytes, type LabelledImages } from "@lib/data/images.ts";
import { imageAt, pickImages } from "@lib/data/select.ts";
import { FINE_TUNING, fineTune } from "@lib/recovery/fine_tuning.ts";
import type { tf } from "@lib/network/tensorflow.ts";
import type { Recipe, TrainingHooks } from "@lib/network/train.ts";
import { seededRandom, shuffled } from "@lib/random.ts";

/** How a trigger is unlearned. */
export interface UnlearningSettings {
  /** Share of the clean images that get the trigger, 0–1. */
  share: number;
  /** Epochs and rates; its seed also draws the images. */
  recipe: Recipe;
}

/** Half of the images, for as long as fine-tuning. */
export const UNLEARNING: UnlearningSettings = { share: 0.5, recipe: FINE_TUNING };

/**
 * Unlearning: trains on clean images, a share of which carry the trigger under their true labels, so that
 * it comes to mean nothing (Wang et al., Neural Cleanse, 2019, section VI.C). Unlike pruning it gives
 * triggered images back their classes.
 *
 * @param network Left as it is.
 * @param clean Labelled clean images.
 * @param trigger One that was recovered; it need not be the attacker's.
 * @param settings Share and recipe.
 * @param onProgress Told of the training.
 * @returns The repaired network; the caller disposes it.
 * @throws {Error} As {@link fineTune}.
 * @example See {@link recoverTriggers}.
 */
export async function unlearn(
  network: tf.LayersModel,
  clean: LabelledImages,
  trigger: Trigger,
  { share, recipe }: UnlearningSettings = UNLEARNING,
  onProgress?: TrainingHooks["onProgress"],
): Promise<tf.LayersModel> {
  const count = clean.labels.length;
  const drawn = shuffled(count, seededRandom(recipe.seed)).subarray(0, Math.round(share * count));
  const images = pickImages(clean, [...clean.labels.keys()]);
  const painted = drawn.length === 0 ? images : trigger.apply(pickImages(clean, drawn));
  drawn.forEach((index, at) =>
    images.pixels.set(imageAt(painted, at).pixels, index * imageBytes(clean))
  );
  return await fineTune(network, images, recipe, onProgress && { onProgress });
}
