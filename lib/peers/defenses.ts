import { ANP } from "@lib/peers/adversarial_pruning.ts";
import { FINE_PRUNED } from "@lib/peers/fine_pruning.ts";
import { FINE_TUNED } from "@lib/peers/fine_tuning.ts";
import { CLP } from "@lib/peers/lipschitz_pruning.ts";
import { CLEANSED } from "@lib/peers/neural_cleanse.ts";
import type { Defense } from "@lib/recovery/defense.ts";
import { FREQUENCY_RECOVERY } from "@lib/recovery/frequency_recovery.ts";

/** The defenses that studies compare: other people's, then ours. To add one: a file, and a line here. */
export const DEFENSES: Record<string, Defense> = {
  "fine-tuning": FINE_TUNED,
  "fine-pruning": FINE_PRUNED,
  "CLP": CLP,
  "ANP": ANP,
  "Neural Cleanse": CLEANSED,
  "frequency recovery": FREQUENCY_RECOVERY,
};
