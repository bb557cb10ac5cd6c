import { channelSearch, greedyOrder, type SampleSettings } from "@lib/pruning/channel_search.ts";
import type { Ranking } from "@lib/pruning/order.ts";

/**
 * Greedy on exact logits: each step prunes the channel that leaves the smallest mean target probability
 * on triggered images − λ · mean true-class probability on clean ones.
 *
 * @param weight λ: how much a clean image counts beside a triggered one.
 * @param settings Of the samples.
 * @returns The ranking.
 * @example
 * ```ts
 * import { greedyRanking } from "@lib/pruning/greedy.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * assertEquals(greedyRanking().name, "greedy");
 * ```
 */
export function greedyRanking(
  weight = 4,
  settings: SampleSettings = { images: 800, sharpness: 1, seed: 1 },
): Ranking {
  return {
    name: "greedy",
    needs: "triggered images",
    order: (evidence) => {
      const search = channelSearch(evidence, settings);
      try {
        return greedyOrder(search, weight);
      } finally {
        search.dispose();
      }
    },
  };
}
