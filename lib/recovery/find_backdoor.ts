import type { Trigger } from "@lib/attack/trigger.ts";
import type { LabelledImages } from "@lib/data/images.ts";
import { diagnose, type Diagnosis, suspectTrigger } from "@lib/recovery/diagnosis.ts";
import { type ClassTrigger, recoverTriggers, recoverVariants } from "@lib/recovery/recovery.ts";
import type { tf } from "@lib/network/tensorflow.ts";

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

/** The parts of a defender's work, in order; those after the first only where there is a suspect. */
export const PARTS = [
  "looking for triggers",
  "looking for variants",
  "searching channels",
  "unlearning",
] as const;

/** Told what is being done, and the share of it that is done, 0–1. */
export type OnPart = (part: typeof PARTS[number], share: number) => void | Promise<void>;

/**
 * Recovers a trigger for each class, gives a verdict, and looks for other triggers of a suspect.
 *
 * @param network From images, 0–1, to logits.
 * @param clean Clean images; their labels are not used.
 * @param onPart Told often.
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
  onPart: OnPart = () => {},
): Promise<BackdoorSearch> {
  const triggers = await recoverTriggers(
    network,
    clean,
    undefined,
    ({ share }) => onPart("looking for triggers", share),
  );
  const diagnosis = diagnose(triggers);
  const { smallest, suspect } = diagnosis;
  const variants = suspect === undefined ? [] : await recoverVariants(
    network,
    clean,
    suspect.label,
    undefined,
    (share) => onPart("looking for variants", share),
  );
  return { triggers, diagnosis, variants, recovered: suspectTrigger([smallest, ...variants]) };
}
