import type { Evidence } from "@lib/pruning/evidence.ts";

/**
 * What it takes to know an order: a defender has the network and perhaps clean images; triggered images
 * make it an oracle's.
 */
export type Needs = "network" | "clean images" | "triggered images";

/** An order in which to prune channels. */
export interface Ranking {
  name: string;
  needs: Needs;
  /** The channels, first to be pruned first; made from validation images, never from test images. */
  order(evidence: Evidence): number[];
}

/**
 * Positions from the smallest value to the largest; equal ones by position.
 *
 * @param values One a channel.
 * @returns An order of pruning.
 * @throws {Error} If a value is no number.
 * @example
 * ```ts
 * import { ascending } from "@lib/pruning/order.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * assertEquals(ascending([0.5, -1, 0.5]), [1, 0, 2]);
 * ```
 */
export function ascending(values: ArrayLike<number>): number[] {
  const list = Array.from(values);
  const stray = list.findIndex(Number.isNaN);
  if (stray >= 0) throw new Error(`Expected a number for channel ${stray} but found NaN`);
  return [...list.keys()].sort((a, b) => list[a]! - list[b]! || a - b);
}

/**
 * Positions from the largest value to the smallest; equal ones by position.
 *
 * @param values One a channel.
 * @returns An order of pruning.
 * @throws {Error} As {@link ascending}.
 * @example
 * ```ts
 * import { descending } from "@lib/pruning/order.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * assertEquals(descending([0.5, -1, 0.5]), [0, 2, 1]);
 * ```
 */
export function descending(values: ArrayLike<number>): number[] {
  return ascending(Array.from(values, (value) => -value));
}
