import { freedIfFailed } from "@lib/network/copy_network.ts";
import type { LabelledImages } from "@lib/data/images.ts";
import { lastActivations } from "@lib/pruning/activations.ts";
import { ascending } from "@lib/pruning/order.ts";
import { pruningSteps } from "@lib/pruning/pruning_steps.ts";
import { smallNetwork } from "@lib/pruning/small_network.ts";
import { type Defense, repairing } from "@lib/recovery/defense.ts";
import { FINE_TUNING } from "@lib/recovery/fine_tuning.ts";
import { accuracy } from "@lib/network/evaluate.ts";
import { tf } from "@lib/network/tensorflow.ts";
import { type Recipe, train } from "@lib/network/train.ts";

/** How far accuracy may drop before fine-tuning wins it back: the paper's first threshold. */
const PRUNING_DROP = 0.02;

/**
 * Fine-pruning (Liu, Dolan-Gavitt and Garg, RAID 2018): prunes channels, then fine-tunes what is left.
 * The pruned channels leave the network altogether, so that training cannot wake them.
 *
 * @param network One with a tail; left as it is.
 * @param channels Which to prune: the least active on clean images, as many as accuracy allows.
 * @param clean Labelled clean images.
 * @param recipe Epochs and rates.
 * @returns The pruned and trained network; the caller disposes it.
 * @throws {Error} As `smallNetwork` and `train`.
 */
export async function finePrune(
  network: tf.LayersModel,
  channels: readonly number[],
  clean: LabelledImages,
  recipe: Recipe = FINE_TUNING,
): Promise<tf.LayersModel> {
  return await freedIfFailed(await smallNetwork(network, channels), async (small) => {
    await train(small, clean, recipe);
    return small;
  });
}

/** The least active channels first, as many as two points of accuracy allow; then ten epochs. */
export const FINE_PRUNED: Defense = repairing(
  { ...FINE_TUNING, drop: PRUNING_DROP },
  async ({ network, clean }) => {
    const activations = await lastActivations(network, clean);
    const order = ascending(activations.convolution.mean);
    const rates = Array.from(
      pruningSteps(network, activations, order),
      (classes) => accuracy(classes, clean.labels),
    );
    tf.dispose([activations.pooled, activations.logits]);
    const first = rates.findIndex((rate) => rates[0]! - rate >= PRUNING_DROP - 1e-12);
    const channelsPruned = Math.max(0, (first < 0 ? order.length : first) - 1);
    return {
      network: await finePrune(network, order.slice(0, channelsPruned), clean),
      note: `${channelsPruned} channels, then ${FINE_TUNING.epochs} epochs`,
      channelsPruned,
    };
  },
);
