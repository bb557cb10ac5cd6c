import { ADVERSARIAL_PRUNING, adversarialPruning } from "@lib/peers/adversarial_pruning.ts";
import { FINE_PRUNED } from "@lib/peers/fine_pruning.ts";
import { FINE_TUNED } from "@lib/peers/fine_tuning.ts";
import { CLP } from "@lib/peers/lipschitz_pruning.ts";
import { neuralCleanse } from "@lib/peers/neural_cleanse.ts";
import { NEURAL_CLEANSE } from "@lib/peers/patch_search.ts";
import { RNP } from "@lib/peers/reconstructive_pruning.ts";
import { FT_SAM } from "@lib/peers/sharpness_tuning.ts";
import type { Defense } from "@lib/recovery/defense.ts";
import { FREQUENCY_RECOVERY } from "@lib/recovery/frequency_recovery.ts";

/** The defenses that studies compare: other people's, then ours. To add one: a file, and a line here. */
export const DEFENSES: Record<string, Defense> = {
  "fine-tuning": FINE_TUNED,
  "fine-pruning": FINE_PRUNED,
  "CLP": CLP,
  "ANP": adversarialPruning(ADVERSARIAL_PRUNING),
  "ANP of 2000 steps": adversarialPruning({ ...ADVERSARIAL_PRUNING, iterations: 2000 }),
  "Neural Cleanse": neuralCleanse(NEURAL_CLEANSE),
  "FT-SAM": FT_SAM,
  "RNP": RNP,
  "frequency recovery": FREQUENCY_RECOVERY,
};
