import type { Trigger } from "@lib/attack/trigger.ts";
import { diagnose, type Diagnosis, suspectTrigger } from "@lib/recovery/diagnosis.ts";
import type { DefenseTask, OnPart } from "@lib/recovery/defense.ts";
import {
  type ClassTrigger,
  recoverTriggers,
  recoverVariants,
  recoverySettings,
} from "@lib/recovery/recovery.ts";

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
 * @param task Network and clean images; their labels are not used.
 * @param onPart Told often.
 * @returns Triggers and verdict.
 * @throws {Error} If there are no images or fewer than three classes.
 */
export async function findBackdoor(
  { network, clean, mostSteps }: DefenseTask,
  onPart: OnPart = () => {},
): Promise<BackdoorSearch> {
  const settings = recoverySettings(mostSteps);
  const triggers = await recoverTriggers(
    network,
    clean,
    settings,
    ({ share }) => onPart("looking for triggers", share),
  );
  const diagnosis = diagnose(triggers);
  const { smallest, suspect } = diagnosis;
  const variants = suspect === undefined ? [] : await recoverVariants(
    network,
    clean,
    suspect.label,
    settings,
    (share) => onPart("looking for variants", share),
  );
  return { triggers, diagnosis, variants, recovered: suspectTrigger([smallest, ...variants]) };
}
