import { lastBlock } from "@lib/defense/activations.ts";
import type { PruningCurve } from "@lib/defense/pruning_curve.ts";
import { tf } from "@lib/network/tensorflow.ts";

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
}

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
 * import { repairAt } from "@lib/defense/repair.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const curve = {
 *   order: [5, 2],
 *   validationAccuracy: [0.9, 0.89, 0.5],
 *   cleanAccuracy: [0.91, 0.88, 0.52],
 *   validationAttackSuccess: [1, 1, 0],
 *   attackSuccess: [1, 0.9, 0.1],
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

type Topology = Parameters<typeof tf.models.modelFromJSON>[0];

function pointAt(curve: PruningCurve, step: number, drop: number): RepairPoint {
  return {
    drop,
    channelsPruned: step,
    validationAccuracy: curve.validationAccuracy[step]!,
    cleanAccuracy: curve.cleanAccuracy[step]!,
    attackSuccessRate: curve.attackSuccess[step]!,
  };
}

/**
 * A copy of a network with channels of its last convolution pruned: their filters and biases are zero
 * (paper, section 3.2).
 *
 * @param network Left as it is.
 * @param channels Which.
 * @returns An ordinary layers model of the same shape; the caller disposes it.
 * @throws {Error} If there is no such channel or the network has no last block to prune.
 * @example
 * ```ts
 * import { pruneChannels } from "@lib/defense/repair.ts";
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
): Promise<tf.LayersModel> {
  const copy = await tf.models.modelFromJSON(network.toJSON(undefined, false) as Topology);
  copy.setWeights(network.getWeights());
  tf.tidy(() => {
    const { convolution } = lastBlock(copy);
    const [kernel, bias] = convolution.getWeights() as [tf.Tensor, tf.Tensor];
    const kept = new Float32Array(bias.size).fill(1);
    for (const channel of channels) {
      if (!(channel in kept)) {
        throw new Error(`Expected a channel in 0–${kept.length - 1} but found ${channel}`);
      }
      kept[channel] = 0;
    }
    convolution.setWeights([kernel.mul(kept), bias.mul(kept)]);
  });
  return copy;
}
