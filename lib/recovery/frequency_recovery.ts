import { coefficientsOf } from "@lib/attack/spectrum_trigger.ts";
import { findConvolution } from "@lib/pruning/convolution.ts";
import { bestWithin } from "@lib/pruning/front.ts";
import { pruneChannels } from "@lib/pruning/prune_channels.ts";
import { type Defense, type Outcome, stopwatch, type Verdict } from "@lib/recovery/defense.ts";
import type { Diagnosis } from "@lib/recovery/diagnosis.ts";
import { findBackdoor } from "@lib/recovery/find_backdoor.ts";
import { DEFENDER_FRONT, pruneRecovered, REPAIR_DROPS } from "@lib/recovery/prune_recovered.ts";
import { OUTLIER_INDEX } from "@lib/recovery/outliers.ts";
import { RECOVERY_SETTINGS, VARIANTS } from "@lib/recovery/recovery.ts";
import { unlearn, UNLEARNING } from "@lib/recovery/unlearning.ts";

/**
 * The whole way of a defender who knows of no attack: recovers a trigger for each class among the
 * frequencies, gives a verdict, and where there is a suspect repairs the network in two ways against what
 * was recovered, by pruning channels of the last convolution and by unlearning.
 */
export const FREQUENCY_RECOVERY: Defense = {
  usesImages: true,
  settings: {
    search: RECOVERY_SETTINGS,
    variants: VARIANTS,
    index: OUTLIER_INDEX,
    front: DEFENDER_FRONT,
    drop: REPAIR_DROPS[0],
    unlearning: UNLEARNING,
  },
  async run(task, onPart = () => {}): Promise<Outcome> {
    const { network, clean } = task;
    const clock = stopwatch();
    const { diagnosis, recovered } = await findBackdoor(task, onPart);
    const verdict = verdictOf(diagnosis);
    const seconds = clock();
    const note = `class ${verdict.suspected ?? "none"}, index ${verdict.outlierIndex.toFixed(1)}`;
    if (!diagnosis.suspect) return { verdict, note: `${note}: no alarm`, repaired: [], seconds };
    const { label } = diagnosis.suspect;
    const layer = findConvolution(network).name;
    const tell = (share: number): void | Promise<void> => onPart("searching channels", share);
    const found = await pruneRecovered(network, layer, clean, recovered, label, tell);
    const [drop] = REPAIR_DROPS;
    const { channels } = bestWithin(found.front, drop!, found.before.cleanAccuracy);
    const pruned = {
      way: "pruning",
      network: await pruneChannels(network, channels, layer),
      note: `${note}; ${channels.length} channels within ${100 * drop!} points`,
      channelsPruned: channels.length,
      seconds: clock(),
    };
    const start = stopwatch();
    const unlearned = {
      way: "unlearning",
      network: await unlearn(
        network,
        clean,
        recovered,
        UNLEARNING,
        ({ share }) => onPart("unlearning", share),
      ),
      note: `${note}; ${UNLEARNING.recipe.epochs} epochs`,
      seconds: seconds + start(),
    };
    return { verdict, note, repaired: [pruned, unlearned], seconds };
  },
};

/**
 * A diagnosis in the form that all defenses give.
 *
 * @param diagnosis From `diagnose`.
 * @returns The verdict.
 */
export function verdictOf({ smallest, suspect, indices }: Diagnosis): Verdict {
  const coefficients = coefficientsOf(smallest.spectrum);
  return {
    ...(suspect ? { suspected: suspect.label } : {}),
    outlierIndex: indices[smallest.label]!,
    norm: smallest.norm,
    coefficients: coefficients.slice(0, 4),
    coefficientCount: coefficients.length,
  };
}
