import type { Rates } from "@lib/attack/rates.ts";
import type { Trigger } from "@lib/attack/trigger.ts";
import type { LabelledImages } from "@lib/data/images.ts";
import { TOTAL_CHANGE_DESCENDING } from "@lib/pruning/contributions.ts";
import { disposeEvidence, measureEvidence } from "@lib/pruning/evidence.ts";
import {
  bestWithin,
  type FrontSettings,
  paretoFront,
  type PrunedSet,
  searchFront,
} from "@lib/pruning/front.ts";
import { pruneByMasks } from "@lib/pruning/masks.ts";
import { rateCurve } from "@lib/pruning/pruning_curve.ts";
import { ratesAt } from "@lib/pruning/repair.ts";
import { tailOf } from "@lib/pruning/tail.ts";
import type { tf } from "@lib/network/tensorflow.ts";

/**
 * How the channels to prune are searched against recovered triggers: shorter than the laboratory's, and
 * with softer probabilities, which a thousand images fit less closely.
 */
export const DEFENDER_FRONT: FrontSettings = {
  weights: [4, 9, 4, 2, 1],
  lookAhead: 3,
  sample: { images: 1000, sharpness: 2, seed: 1 },
};

/** By how much accuracy on the images that decide may drop; 0.005 is half a percentage point. */
export const REPAIR_DROPS: readonly number[] = [0.005, 0.01, 0.02];

/** What is left of an attack at most, as a share of its success before, by what counts as a repair. */
const LEFT = 0.1;

/** What pruning a layer can do against triggers, on the images that decide. */
export interface PruningRepairs {
  /** Worked out exactly from one pass, or measured by passes of networks with filters set to zero. */
  method: "exact" | "masks";
  before: Rates;
  /** The best sets. */
  front: PrunedSet[];
  /** Channels pruned in the order in which the triggers change them, step by step. */
  path: Rates[];
}

/**
 * Looks for channels whose pruning ends what triggers do: exactly, and among all sets, where the layer has
 * a tail; else along one order, by masks.
 *
 * @param network From images, 0–1, to logits.
 * @param layer The convolution's name.
 * @param clean The images that decide.
 * @param trigger All triggers that were recovered, in turns.
 * @param target The suspected class.
 * @param onProgress Told the share that is done, 0–1.
 * @returns The best sets.
 * @throws {Error} If all images are of the target class.
 */
export async function pruneRecovered(
  network: tf.LayersModel,
  layer: string,
  clean: LabelledImages,
  trigger: Trigger,
  target: number,
  onProgress: (share: number) => void | Promise<void> = () => {},
): Promise<PruningRepairs> {
  if (tailOf(network)?.convolution.name !== layer) {
    const sets = await pruneByMasks(network, layer, clean, trigger, target, undefined, onProgress);
    const path = sets.map(({ rates }) => rates);
    return { method: "masks", before: path[0]!, front: paretoFront(sets), path };
  }
  const measured = (share: number): void | Promise<void> => onProgress(share * 0.2);
  const evidence = await measureEvidence(network, clean, trigger, target, measured);
  try {
    const searched = (share: number): void | Promise<void> => onProgress(0.2 + share * 0.8);
    const front = await searchFront(evidence, DEFENDER_FRONT, searched);
    const curve = rateCurve(evidence, TOTAL_CHANGE_DESCENDING.order(evidence));
    const path = curve.cleanAccuracy.map((_, step) => ratesAt(curve, step));
    return { method: "exact", before: path[0]!, front, path };
  } finally {
    disposeEvidence(evidence);
  }
}

/**
 * The best sets within the {@link REPAIR_DROPS}, each once, and only those that repair.
 *
 * @param repairs From {@link pruneRecovered}.
 * @returns At most one set a drop of accuracy; none where pruning does not end what the triggers do.
 */
export function chosenRepairs(
  { front, before }: PruningRepairs,
): (PrunedSet & { drop: number })[] {
  const chosen = REPAIR_DROPS
    .map((drop) => ({ ...bestWithin(front, drop, before.cleanAccuracy), drop }));
  return chosen.filter(({ channels, rates }, index) =>
    isRepair(before, rates) &&
    chosen.findIndex((other) => String(other.channels) === String(channels)) === index
  );
}

/**
 * Whether a network counts as repaired: a tenth of the attack is left at most, and accuracy has not fallen
 * by more than the largest drop that is allowed.
 *
 * @param before Rates of the attacked network.
 * @param after Rates of the other one, on the same images.
 * @returns Whether it does.
 * @example
 * ```ts
 * import { isRepair } from "@lib/recovery/prune_recovered.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const before = { cleanAccuracy: 0.98, attackSuccess: 1, robustAccuracy: 0 };
 * assertEquals(isRepair(before, { ...before, attackSuccess: 0.999 }), false);
 * assertEquals(isRepair(before, { ...before, attackSuccess: 0.05 }), true);
 * ```
 */
export function isRepair(before: Rates, after: Rates): boolean {
  return after.attackSuccess < before.attackSuccess &&
    after.attackSuccess <= LEFT * before.attackSuccess &&
    before.cleanAccuracy - after.cleanAccuracy <= Math.max(...REPAIR_DROPS) + 1e-12;
}
