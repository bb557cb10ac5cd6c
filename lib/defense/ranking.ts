import { seededRandom, shuffled } from "@lib/random.ts";

/** Mean activation of each channel, on clean images and on the same images with the trigger. */
export interface ChannelMeans {
  clean: Float64Array;
  backdoor: Float64Array;
}

/** An order in which to prune channels. */
export interface Ranking {
  name: string;
  /**
   * What it takes to know the order. A defender has the network and perhaps clean images; triggered
   * images make it an oracle's.
   */
  needs: "network" | "clean images" | "triggered images";
  /** The channels, first to be pruned first; equal ones by index. */
  order(means: ChannelMeans): number[];
}

/** The paper's defense (section 3.2): least active on clean images first. */
export const CLEAN_ASCENDING: Ranking = {
  name: "clean ascending",
  needs: "clean images",
  order: ({ clean }) => sorted(clean),
};

/** The paper's proposal (section 4): most active on triggered images first. */
export const BACKDOOR_DESCENDING: Ranking = {
  name: "backdoor descending",
  needs: "triggered images",
  order: ({ backdoor }) => sorted(backdoor.map((mean) => -mean)),
};

/**
 * Both activations combined, as the paper suggests (section 3.2): first what the trigger raises most
 * above its clean activation.
 */
export const DIFFERENCE_DESCENDING: Ranking = {
  name: "difference descending",
  needs: "triggered images",
  order: ({ clean, backdoor }) => sorted(clean.map((mean, channel) => mean - backdoor[channel]!)),
};

/**
 * A random order, to compare with: what pruning does by itself.
 *
 * @param seed Of the draw.
 * @returns The ranking.
 * @example
 * ```ts
 * import { randomRanking } from "@lib/defense/ranking.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const means = { clean: new Float64Array(3), backdoor: new Float64Array(3) };
 * assertEquals(randomRanking(1).order(means).sort(), [0, 1, 2]);
 * ```
 */
export function randomRanking(seed: number): Ranking {
  return {
    name: "random",
    needs: "network",
    order: ({ clean }) => [...shuffled(clean.length, seededRandom(seed))],
  };
}

/** Positions from the smallest value to the largest; equal ones by position. */
function sorted(values: Float64Array): number[] {
  return [...values.keys()].sort((a, b) => values[a]! - values[b]! || a - b);
}
