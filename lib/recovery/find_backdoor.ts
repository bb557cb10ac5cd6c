import type { Trigger } from "@lib/attack/trigger.ts";
import { diagnose, type Diagnosis, suspectTrigger } from "@lib/recovery/diagnosis.ts";
import type { DefenseTask, OnPart } from "@lib/recovery/defense.ts";
import { type ClassTrigger, recoverTriggers, recoverVariants } from "@lib/recovery/recovery.ts";
import { recoverySettings, SEARCHES } from "@lib/recovery/recovery_settings.ts";

/** What the search for a backdoor came to. */
export interface BackdoorSearch {
  /** Where the suspect takes the fewest values; frequencies without any. */
  family: keyof typeof SEARCHES;
  /** One a class, by class. */
  triggers: ClassTrigger[];
  diagnosis: Diagnosis;
  /** Other triggers of the suspected class; none without a suspect. */
  variants: ClassTrigger[];
  /** All triggers of the class with the smallest one, in turns: what to repair the network against. */
  recovered: Trigger;
}

/**
 * Recovers triggers for each class, gives a verdict, and looks for other triggers of a suspect. Pixels are
 * searched where frequencies have no suspect, or one that takes many of them: a patch is many frequencies,
 * and a frequency many pixels.
 *
 * @param task Network and clean images; their labels are not used.
 * @param onPart Told often.
 * @returns Triggers and verdict of the family that needs the fewest values for its suspect.
 * @throws {Error} If there are no images or fewer than three classes.
 */
export async function findBackdoor(
  { network, clean, mostSteps }: DefenseTask,
  onPart: OnPart = () => {},
): Promise<BackdoorSearch> {
  const families = Object.keys(SEARCHES) as (keyof typeof SEARCHES)[];
  const searches: Pick<BackdoorSearch, "family" | "triggers" | "diagnosis">[] = [];
  for (const [index, family] of families.entries()) {
    const settings = recoverySettings(mostSteps, family);
    const tell = ({ share }: { share: number }) =>
      onPart("looking for triggers", (index + share) / families.length);
    const triggers = await recoverTriggers(network, clean, settings, tell);
    searches.push({ family, triggers, diagnosis: diagnose(triggers) });
    if (valuesOf(searches.at(-1)!) <= FEW_VALUES) break;
  }
  const found = searches.reduce((one, other) => valuesOf(other) < valuesOf(one) ? other : one);
  const { family, diagnosis: { smallest, suspect } } = found;
  const variants = suspect === undefined ? [] : await recoverVariants(
    network,
    clean,
    suspect.label,
    recoverySettings(mostSteps, family),
    (share) => onPart("looking for variants", share),
  );
  return { ...found, variants, recovered: suspectTrigger([smallest, ...variants]) };
}

/** A trigger of so few values is one of its family. */
export const FEW_VALUES = 16;

/** How many values a suspect's trigger takes; without a suspect more than any. */
const valuesOf = ({ diagnosis: { suspect } }: Pick<BackdoorSearch, "diagnosis">): number =>
  suspect?.count ?? Infinity;
