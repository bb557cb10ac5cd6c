/** A defense is a file: from a network and clean images to a verdict, a repaired network, or both. */
import { type Defense, pruneChannels } from "@lib/mod.ts";
import { lastActivations } from "@lib/pruning/activations.ts";
import { ascending } from "@lib/pruning/order.ts";
import { type Outcome, stopwatch } from "@lib/recovery/defense.ts";

const SHARE = 0.25;

/** Prunes the quarter of the last convolution's channels that clean images activate least. */
export const LEAST_ACTIVE: Defense = {
  usesImages: true,
  settings: { share: SHARE },
  async run({ network, clean }): Promise<Outcome> {
    const clock = stopwatch();
    const activations = await lastActivations(network, clean);
    const { mean } = activations.convolution;
    activations.pooled.dispose();
    activations.logits.dispose();
    const channels = ascending(mean).slice(0, Math.round(SHARE * mean.length));
    const repaired = await pruneChannels(network, channels);
    const note = `${channels.length} of ${mean.length} channels pruned`;
    const seconds = clock();
    return { repaired: [{ network: repaired, note, seconds }], note, seconds };
  },
};
