import { defenseEffectiveness, eachRate, type Rates } from "@lib/attack/rates.ts";
import type { Halves } from "@lib/pruning/evidence.ts";
import type { PruningCurve, RateCurve } from "@lib/pruning/pruning_curve.ts";

/** The drops of validation accuracy at which the paper saves repaired models (section 3.2), as shares. */
export const PAPER_DROPS: readonly number[] = [0.02, 0.1, 0.2, 0.3];

/** A repaired model: where on the pruning curve it lies and how it does there; shares from 0 to 1. */
export interface RepairPoint extends Halves<Rates> {
  /** The drop of validation accuracy that was waited for, 0.02 being two percentage points. */
  drop: number;
  channelsPruned: number;
  /** Against the network before pruning, on test. */
  defenseEffectiveness: number;
}

/**
 * Where the paper saves a repaired model: "as soon as" validation accuracy has dropped by so much
 * (section 3.2), which is the first model whose drop reaches the threshold.
 *
 * @param curve A pruning curve.
 * @param drop Of validation accuracy, 0.02 being two percentage points.
 * @returns The first point of the curve that has dropped so far.
 * @throws {Error} If accuracy never drops so far.
 * @example
 * ```ts
 * import { repairAt } from "@lib/pruning/repair.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const bad = { attackSuccess: [1, 0.9, 0.1], robustAccuracy: [0, 0.1, 0.5] };
 * const curve = {
 *   order: [5, 2],
 *   validation: { ...bad, cleanAccuracy: [0.9, 0.89, 0.5] },
 *   test: { ...bad, cleanAccuracy: [0.91, 0.88, 0.52] },
 * };
 * assertEquals(repairAt(curve, 0.1).test.attackSuccess, 0.1);
 * ```
 */
export function repairAt(curve: PruningCurve, drop: number): RepairPoint {
  const { cleanAccuracy } = curve.validation;
  const before = cleanAccuracy[0]!;
  // a share is a count over N: the margin only absorbs the rounding of the subtraction
  const step = cleanAccuracy.findIndex((after) => before - after >= drop - 1e-12);
  if (step < 0) {
    const lowest = Math.min(...cleanAccuracy);
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
 * @param drop Of validation accuracy, 0.02 being two percentage points.
 * @returns That point of the curve.
 * @throws {Error} If accuracy never drops so far.
 * @example See {@link repairAt}.
 */
export function lastBefore(curve: PruningCurve, drop: number): RepairPoint {
  return pointAt(curve, Math.max(0, repairAt(curve, drop).channelsPruned - 1), drop);
}

function pointAt(curve: PruningCurve, step: number, drop: number): RepairPoint {
  return {
    drop,
    channelsPruned: step,
    validation: ratesAt(curve.validation, step),
    test: ratesAt(curve.test, step),
    defenseEffectiveness: defenseEffectiveness(ratesAt(curve.test, 0), ratesAt(curve.test, step)),
  };
}

/**
 * The rates of one step of a curve.
 *
 * @param curve Of one half.
 * @param step So many channels are pruned.
 * @returns Its three rates.
 */
export function ratesAt(curve: RateCurve, step: number): Rates {
  return eachRate((rate) => curve[rate][step]!);
}
