/**
 * The whole way of a defender who has a network and some clean images, and knows of no attack.
 *
 * @module
 */
import type { Trigger } from "@lib/attack/trigger.ts";
import type { LabelledImages } from "@lib/data/images.ts";
import { pickImages } from "@lib/data/select.ts";
import { diagnose, type Diagnosis, suspectTrigger } from "@lib/recovery/diagnosis.ts";
import { bestWithin, type FrontSettings, pointOf, searchFront } from "@lib/pruning/front.ts";
import { disposeDefense, measureDefense } from "@lib/pruning/measure.ts";
import { type ClassTrigger, recoverTriggers, recoverVariants } from "@lib/recovery/recovery.ts";
import type { tf } from "@lib/network/tensorflow.ts";
import { seededRandom, shuffled } from "@lib/random.ts";

/** How the channels to prune are searched against recovered triggers: shorter than the laboratory's, and
 * with softer probabilities, which a thousand images fit less closely. */
export const DEFENDER_FRONT: FrontSettings = {
  weights: [4, 9, 4, 2, 1],
  lookAhead: 3,
  sample: { images: 1000, sharpness: 2, seed: 1 },
};

/** By how much accuracy on the defender's own images may drop: half a percentage point. */
export const DEFENDER_DROP = 0.005;

/** What a defender found, and what to do about it. */
export interface Defended {
  diagnosis: Diagnosis;
  /** Other triggers of the suspected class. */
  variants: ClassTrigger[];
  /** What to repair the network against. */
  recovered: Trigger;
  /** The channels to prune; none if nothing is suspected. */
  channels?: readonly number[];
  /** Until the verdict with all triggers, and until the channels were chosen. */
  seconds: { found: number; pruned?: number };
}

/** Where the work stands. */
export interface DefenderProgress {
  /** What is being done. */
  part: "looking for triggers" | "looking for variants" | "searching channels";
  /** Share of it that is done, 0–1. */
  share: number;
}

/**
 * Finds a backdoor and how to prune it away: recovers a trigger for each class, gives a verdict, and where
 * there is a suspect searches the channels whose pruning ends what the recovered triggers do.
 *
 * @param network One with a last block.
 * @param clean The defender's labelled clean images: all decisions are made on them.
 * @param onProgress Told often.
 * @returns Verdict, triggers and channels.
 * @throws {Error} If the network has no last block, or fewer than three classes.
 * @example
 * ```ts ignore
 * const { channels } = await defend(network, sample(validationHalf, 1000, 1));
 * const repaired = channels && await pruneChannels(network, channels);
 * ```
 */
export async function defend(
  network: tf.LayersModel,
  clean: LabelledImages,
  onProgress: (progress: DefenderProgress) => void | Promise<void> = () => {},
): Promise<Defended> {
  const start = performance.now();
  const sinceStart = (): number => (performance.now() - start) / 1000;
  const { diagnosis, variants, recovered } = await findBackdoor(network, clean, onProgress);
  const found = sinceStart();
  const { suspect } = diagnosis;
  if (!suspect) return { diagnosis, variants, recovered, seconds: { found } };
  const halves = { validationHalf: clean, testHalf: clean };
  const defense = await measureDefense(network, halves, recovered, suspect.label);
  try {
    const front = await searchFront(
      defense,
      DEFENDER_FRONT,
      (share) => onProgress({ part: "searching channels", share }),
    );
    const { channels } = bestWithin(front, DEFENDER_DROP, pointOf(defense, []).validationAccuracy);
    return { diagnosis, variants, recovered, channels, seconds: { found, pruned: sinceStart() } };
  } finally {
    disposeDefense(defense);
  }
}

/** What the search for a backdoor came to. */
export interface BackdoorSearch {
  /** One a class, by class. */
  triggers: ClassTrigger[];
  diagnosis: Diagnosis;
  /** Other triggers of the suspected class; none without a suspect. */
  variants: ClassTrigger[];
  /** All triggers of the class with the smallest one, in turns: what to repair the network against. */
  recovered: Trigger;
}

/**
 * Recovers a trigger for each class, gives a verdict, and looks for other triggers of a suspect.
 *
 * @param network From images, RGB 0–1, to logits.
 * @param clean Clean images; their labels are not used.
 * @param onProgress Told often.
 * @returns Triggers and verdict.
 * @throws {Error} If there are no images or fewer than three classes.
 * @example
 * ```ts ignore
 * const { diagnosis } = await findBackdoor(network, clean);
 * console.log(diagnosis.suspect?.label ?? "none");
 * ```
 */
export async function findBackdoor(
  network: tf.LayersModel,
  clean: LabelledImages,
  onProgress: (progress: DefenderProgress) => void | Promise<void> = () => {},
): Promise<BackdoorSearch> {
  const triggers = await recoverTriggers(
    network,
    clean,
    undefined,
    ({ share }) => onProgress({ part: "looking for triggers", share }),
  );
  const diagnosis = diagnose(triggers);
  const { smallest, suspect } = diagnosis;
  const variants = suspect === undefined ? [] : await recoverVariants(
    network,
    clean,
    suspect.label,
    undefined,
    (share) => onProgress({ part: "looking for variants", share }),
  );
  return { triggers, diagnosis, variants, recovered: suspectTrigger([smallest, ...variants]) };
}

/**
 * Some of a set's images.
 *
 * @param images Left as they are.
 * @param count How many; all if there are not so many.
 * @param seed Of the draw.
 * @returns A copy of those drawn.
 * @example
 * ```ts
 * import { sample } from "@lib/recovery/defend.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const signs = { pixels: new Uint8Array(2 * 3072), labels: Uint8Array.of(0, 0), classNames: ["stop"] };
 * assertEquals(sample(signs, 1, 1).labels, Uint8Array.of(0));
 * ```
 */
export function sample(images: LabelledImages, count: number, seed: number): LabelledImages {
  return pickImages(images, [
    ...shuffled(images.labels.length, seededRandom(seed)).subarray(0, count),
  ]);
}
