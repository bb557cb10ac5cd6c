import { coefficientsOf } from "@lib/attack/spectrum_trigger.ts";
import { disposeNetwork } from "@lib/network/copy_network.ts";
import { findConvolution } from "@lib/pruning/convolution.ts";
import { bestWithin } from "@lib/pruning/front.ts";
import { MASK_STEPS } from "@lib/pruning/masks.ts";
import { pruneChannels } from "@lib/pruning/prune_channels.ts";
import {
  type Defense,
  type OnPart,
  type Outcome,
  type Repaired,
  stopwatch,
  type Verdict,
} from "@lib/recovery/defense.ts";
import { HARDLY_ANY, STRENGTHS } from "@lib/recovery/diagnosis.ts";
import { type BackdoorSearch, FEW_VALUES, findBackdoor } from "@lib/recovery/find_backdoor.ts";
import { DEFENDER_FRONT, pruneRecovered, REPAIR_DROPS } from "@lib/recovery/prune_recovered.ts";
import { ALARM_RATE } from "@lib/recovery/outliers.ts";
import { ROUNDS, VARIANTS } from "@lib/recovery/recovery.ts";
import { SEARCHES } from "@lib/recovery/recovery_settings.ts";
import { isRefittable, REFIT, refit } from "@lib/recovery/refit.ts";
import { DESCENT } from "@lib/recovery/trigger_search.ts";
import { unlearn, UNLEARNING } from "@lib/recovery/unlearning.ts";

/** How a network is repaired, in the order in which it is tried. */
export const WAYS = ["refitting", "pruning", "unlearning"] as const;

/** One of them. */
export type Way = typeof WAYS[number];

/**
 * The whole way of a defender who knows of no attack: recovers a trigger for each class, of few
 * frequencies or of few pixels, gives a verdict, and where there is a suspect repairs the network against what was recovered
 * in each of the {@link WAYS}: refits its convolutions, prunes channels of the last one, or unlearns.
 */
export const FREQUENCY_RECOVERY: Defense = {
  usesImages: true,
  settings: {
    ...{ search: SEARCHES, descent: DESCENT, rounds: ROUNDS, few: FEW_VALUES, variants: VARIANTS },
    ...{ alarmRate: ALARM_RATE, amplitude: HARDLY_ANY, strengths: STRENGTHS },
    ...{ refit: REFIT, front: DEFENDER_FRONT, masks: MASK_STEPS, drop: REPAIR_DROPS[0] },
    unlearning: UNLEARNING,
  },
  async run(task, onPart = () => {}): Promise<Outcome> {
    const { network, clean } = task;
    const clock = stopwatch();
    const search = await findBackdoor(task, onPart);
    const { diagnosis, recovered } = search;
    const verdict = verdictOf(search);
    const seconds = clock();
    const note = `class ${verdict.suspected ?? "none"}, index ${verdict.outlierIndex.toFixed(1)}`;
    if (!diagnosis.suspect) return { verdict, note: `${note}: no alarm`, repaired: [], seconds };
    const { label } = diagnosis.suspect;
    const layer = findConvolution(network).name;
    const tell = (part: Parameters<OnPart>[0]) => (share: number) => onPart(part, share);
    const repaired: Repaired[] = [];
    try {
      const add = async (way: Way, repair: () => Promise<Pick<Repaired, "network" | "note">>) => {
        const start = stopwatch();
        const { network, note: how, ...rest } = await repair();
        repaired.push({
          way,
          network,
          note: `${note}; ${how}`,
          ...rest,
          seconds: seconds + start(),
        });
      };
      if (isRefittable(network)) {
        await add("refitting", async () => ({
          network: await refit(network, clean, recovered, REFIT, tell("refitting")),
          note: `${REFIT.images} images at most`,
        }));
      }
      await add("pruning", async () => {
        const searching = tell("searching channels");
        const found = await pruneRecovered(network, layer, clean, recovered, label, searching);
        const [drop] = REPAIR_DROPS;
        const { channels } = bestWithin(found.front, drop!, found.before.cleanAccuracy);
        return {
          network: await pruneChannels(network, channels, layer),
          note: `${channels.length} channels within ${100 * drop!} points`,
          channelsPruned: channels.length,
        };
      });
      await add("unlearning", async () => {
        const onEpoch = ({ share }: { share: number }) => tell("unlearning")(share);
        return {
          network: await unlearn(network, clean, recovered, UNLEARNING, onEpoch),
          note: `${UNLEARNING.recipe.epochs} epochs`,
        };
      });
      return { verdict, note, repaired, seconds };
    } catch (error) {
      for (const { network } of repaired) disposeNetwork(network);
      throw error;
    }
  },
};

/**
 * What a search came to, in the form that all defenses give.
 *
 * @param search From `findBackdoor`.
 * @returns The verdict.
 */
export function verdictOf({ family, diagnosis }: BackdoorSearch): Verdict {
  const { smallest, suspect, indices } = diagnosis;
  const coefficients = family === "frequencies" ? coefficientsOf(smallest.spectrum) : [];
  return {
    ...(suspect ? { suspected: suspect.label, family } : {}),
    outlierIndex: indices[smallest.label]!,
    norm: smallest.norm,
    coefficients: coefficients.slice(0, 4),
    coefficientCount: smallest.count,
  };
}
