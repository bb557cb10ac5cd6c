import { lastBlock } from "@lib/pruning/activations.ts";
import type { PruningCurve } from "@lib/pruning/pruning_curve.ts";
import { channelsOf, findConvolution, maskChannels } from "@lib/pruning/convolution.ts";
import { copyNetwork } from "@lib/network/copy_network.ts";
import type { tf } from "@lib/network/tensorflow.ts";

/** The drops of validation accuracy at which the paper saves repaired models (section 3.2), as shares. */
export const PAPER_DROPS: readonly number[] = [0.02, 0.1, 0.2, 0.3];

/** A repaired model: where on the pruning curve it lies and how it does there; shares from 0 to 1. */
export interface RepairPoint {
  /** The drop of validation accuracy that was waited for, 0.02 being two percentage points. */
  drop: number;
  channelsPruned: number;
  validationAccuracy: number;
  /** On clean test. */
  cleanAccuracy: number;
  /** On bad test. */
  attackSuccessRate: number;
  /** Share of bad test that is given its true class. */
  robustAccuracy: number;
  /** {@link defenseEffectiveness} against the network before pruning, on test. */
  defenseEffectiveness: number;
}

/**
 * Defense effectiveness rate: (max(0, ΔASR) − max(0, ΔACC) + 1) / 2, where ΔASR is by how much attack
 * success fell and ΔACC by how much clean accuracy did (Zhu et al., Enhancing Fine-Tuning Based Backdoor
 * Defense with Sharpness-Aware Minimization, 2023).
 *
 * @param before Rates of the attacked network, 0–1.
 * @param after Rates of the repaired one.
 * @returns 1 where an always successful attack is gone at no cost, 0.5 where nothing changed.
 * @example
 * ```ts
 * import { defenseEffectiveness } from "@lib/pruning/repair.ts";
 * import { assertAlmostEquals } from "@lib/std/assert.ts";
 *
 * const before = { cleanAccuracy: 0.98, attackSuccessRate: 1 };
 * const after = { cleanAccuracy: 0.96, attackSuccessRate: 0.1 };
 * assertAlmostEquals(defenseEffectiveness(before, after), 0.94, 1e-12);
 * ```
 */
export function defenseEffectiveness(before: Rates, after: Rates): number {
  const fall = (rate: keyof Rates): number => Math.max(0, before[rate] - after[rate]);
  return (fall("attackSuccessRate") - fall("cleanAccuracy") + 1) / 2;
}

type Rates = Pick<RepairPoint, "cleanAccuracy" | "attackSuccessRate">;

/**
 * Where the paper saves a repaired model: "as soon as" validation accuracy has dropped by so much
 * (section 3.2), which is the first model whose drop reaches the threshold.
 *
 * @param curve A pruning curve.
 * @param drop In accuracy, 0.02 being two percentage points.
 * @returns The point, chosen on validation and reported on test.
 * @throws {Error} If accuracy never drops so far.
 * @example
 * ```ts
 * import { repairAt } from "@lib/pruning/repair.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const curve = {
 *   order: [5, 2],
 *   validationAccuracy: [0.9, 0.89, 0.5],
 *   cleanAccuracy: [0.91, 0.88, 0.52],
 *   validationAttackSuccess: [1, 1, 0],
 *   attackSuccess: [1, 0.9, 0.1],
 *   validationRobustAccuracy: [0, 0.1, 0.4],
 *   robustAccuracy: [0, 0.1, 0.5],
 * };
 * assertEquals(repairAt(curve, 0.1).attackSuccessRate, 0.1);
 * ```
 */
export function repairAt(curve: PruningCurve, drop: number): RepairPoint {
  const before = curve.validationAccuracy[0]!;
  // a share is a count over N: the margin only absorbs the rounding of the subtraction
  const step = curve.validationAccuracy.findIndex((after) => before - after >= drop - 1e-12);
  if (step < 0) {
    const lowest = Math.min(...curve.validationAccuracy);
    throw new Error(
      `Expected validation accuracy to drop by ${drop} but found it between ${before} and ${lowest}`,
    );
  }
  return pointAt(curve, step, drop);
}

/**
 * The last model on the curve before {@link repairAt}'s: the most pruned one that still keeps the limit.
 *
 * @param curve A pruning curve.
 * @param drop In accuracy, 0.02 being two percentage points.
 * @returns The point, chosen on validation and reported on test.
 * @throws {Error} If accuracy never drops so far.
 * @example See {@link repairAt}.
 */
export function lastBefore(curve: PruningCurve, drop: number): RepairPoint {
  return pointAt(curve, Math.max(0, repairAt(curve, drop).channelsPruned - 1), drop);
}

function pointAt(curve: PruningCurve, step: number, drop: number): RepairPoint {
  const rates = (at: number): Rates => ({
    cleanAccuracy: curve.cleanAccuracy[at]!,
    attackSuccessRate: curve.attackSuccess[at]!,
  });
  return {
    drop,
    channelsPruned: step,
    validationAccuracy: curve.validationAccuracy[step]!,
    ...rates(step),
    robustAccuracy: curve.robustAccuracy[step]!,
    defenseEffectiveness: defenseEffectiveness(rates(0), rates(step)),
  };
}

/**
 * A copy of a network with channels of a convolution pruned: their filters and biases are zero
 * (paper, section 3.2).
 *
 * @param network Left as it is.
 * @param channels Which.
 * @param layer The convolution's name; by default that of the last block.
 * @returns An ordinary layers model of the same shape; the caller disposes it.
 * @throws {Error} If there is no such channel, or no convolution of that name, or, where none is named,
 * the network has no last block to prune.
 * @example
 * ```ts
 * import { pruneChannels } from "@lib/pruning/repair.ts";
 * import { paperCnn } from "@lib/network/paper_cnn.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const repaired = await pruneChannels(paperCnn(43, 1), [0, 9]);
 * assertEquals(repaired.getLayer("conv2d_5").getWeights()[1]!.dataSync()[9], 0);
 * ```
 */
export async function pruneChannels(
  network: tf.LayersModel,
  channels: readonly number[],
  layer: string = lastBlock(network).convolution.name,
): Promise<tf.LayersModel> {
  const found = findConvolution(network, layer);
  const count = channelsOf(found);
  const stray = channels.find((channel) =>
    !Number.isInteger(channel) || channel < 0 || channel >= count
  );
  if (stray !== undefined) {
    throw new Error(`Expected a channel in 0–${count - 1} but found ${stray}`);
  }
  const copy = await copyNetwork(network);
  maskChannels(findConvolution(copy, layer), found.getWeights(), channels);
  return copy;
}
