/** A ranking is a cell: a name, what it needs, and the channels, first to be pruned first. */
import { ascending, type Ranking } from "@lib/mod.ts";

/** Channels that are rarely active on clean images go first, by how seldom and how weakly. */
export const RARELY_ACTIVE: Ranking = {
  name: "rarely active",
  needs: "clean images",
  order: ({ clean: { activations: { convolution } } }) =>
    ascending(convolution.active.map((share, channel) => share * convolution.positive[channel]!)),
};
