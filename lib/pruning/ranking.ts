/**
 * Orders by what channels did on clean and on triggered images, and the random one to compare with.
 *
 * @module
 */
import type { LastActivations } from "@lib/pruning/activations.ts";
import type { ChannelStatistics } from "@lib/pruning/channel_statistics.ts";
import type { Evidence } from "@lib/pruning/evidence.ts";
import { ascending, descending, type Ranking } from "@lib/pruning/order.ts";
import { seededRandom, shuffled } from "@lib/random.ts";

/**
 * Which of a channel's statistics ranks it. The paper prunes filters of the last convolution,
 * "activation_5", in the order of what the last pooling layer shows (section 3.2).
 */
export interface View {
  layer: "convolution" | "pooling";
  statistic: keyof ChannelStatistics;
}

/** "The average activation value of each channel in the last pooling layer" (section 3.2). */
export const PAPER_VIEW: View = { layer: "pooling", statistic: "mean" };

/**
 * The paper's defense (section 3.2): least active on clean images first, ties by index.
 *
 * @param view Which statistic; the paper's if not given.
 * @returns The ranking.
 * @example
 * ```ts
 * import { cleanAscending } from "@lib/pruning/ranking.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const { name } = cleanAscending({ layer: "pooling", statistic: "active" });
 * assertEquals(name, "clean ascending (active, pooling)");
 * ```
 */
export function cleanAscending(view: View = PAPER_VIEW): Ranking {
  return {
    name: named("clean ascending", view),
    needs: "clean images",
    order: ({ clean }) => ascending(seen(clean, view)),
  };
}

/**
 * The paper's proposal (section 4): most active on triggered images first.
 *
 * @param view Which statistic.
 * @returns The ranking.
 * @example See {@link cleanAscending}.
 */
export function backdoorDescending(view: View = PAPER_VIEW): Ranking {
  return {
    name: named("backdoor descending", view),
    needs: "triggered images",
    order: ({ backdoor }) => descending(seen(backdoor, view)),
  };
}

/**
 * Both activations combined, as the paper suggests (section 4): first what the trigger raises most above
 * its clean activation.
 *
 * @param view Which statistic.
 * @returns The ranking.
 * @example See {@link cleanAscending}.
 */
export function differenceDescending(view: View = PAPER_VIEW): Ranking {
  return {
    name: named("difference descending", view),
    needs: "triggered images",
    order: ({ clean, backdoor }) => {
      const before = seen(clean, view);
      return descending(seen(backdoor, view).map((value, channel) => value - before[channel]!));
    },
  };
}

/**
 * The other way to combine them: first what the trigger raises most in proportion. Of positive parts
 * unless told otherwise, since signed means have no ratio; with a hundredth added, so that channels which
 * hardly do anything do not come first.
 *
 * @param view Which statistic; not the signed mean.
 * @returns The ranking.
 * @example See {@link cleanAscending}.
 */
export function ratioDescending(
  view: View = { layer: "pooling", statistic: "positive" },
): Ranking {
  return {
    name: named("ratio descending", view),
    needs: "triggered images",
    order: ({ clean, backdoor }) => {
      const before = seen(clean, view);
      return descending(
        seen(backdoor, view).map((value, channel) => (value + 0.01) / (before[channel]! + 0.01)),
      );
    },
  };
}

/**
 * A random order, to compare with: what pruning does by itself.
 *
 * @param seed Of the draw.
 * @returns The ranking.
 * @example
 * ```ts
 * import { shuffledChannels } from "@lib/pruning/ranking.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * assertEquals(shuffledChannels(3, 1).sort(), [0, 1, 2]);
 * ```
 */
export function randomRanking(seed: number): Ranking {
  return {
    name: "random",
    needs: "network",
    order: ({ clean }) => shuffledChannels(clean.activations.pooling.mean.length, seed),
  };
}

/**
 * Channels in random order.
 *
 * @param count How many there are.
 * @param seed Of the draw.
 * @returns Each once.
 * @example See {@link randomRanking}.
 */
export function shuffledChannels(count: number, seed: number): number[] {
  return [...shuffled(count, seededRandom(seed))];
}

const seen = (set: Evidence["clean"], { layer, statistic }: View): Float64Array =>
  (set.activations as Pick<LastActivations, View["layer"]>)[layer][statistic];

function named(name: string, { layer, statistic }: View): string {
  const papers = layer === PAPER_VIEW.layer && statistic === PAPER_VIEW.statistic;
  return papers ? name : `${name} (${statistic}, ${layer})`;
}
