/**
 * Unlearning the recovered triggers of a network that was brought in.
 *
 * @module
 */
import { ratesOf } from "@lib/attack/rates.ts";
import { unlearn, UNLEARNING } from "@lib/recovery/unlearning.ts";
import {
  type HeldOutRates,
  heldOutRates,
  REPAIR_DROPS,
  type RepairTask,
} from "@lib/inspect/repair.ts";
import { copyNetwork, disposeNetwork } from "@lib/network/copy_network.ts";
import { tf } from "@lib/network/tensorflow.ts";

/** A network that has unlearned its triggers. */
export interface Unlearned extends HeldOutRates {
  /** As the network came, with other weights; the caller disposes it. */
  network: tf.LayersModel;
}

/**
 * Trains a network so that the recovered triggers mean nothing to it.
 *
 * @param task Network, images and triggers.
 * @param source The network as it came, to whose copy the new weights are given.
 * @param onProgress Told the share that is done, 0–1.
 * @returns The network; none if it is no chain of layers, or if on the images that decide accuracy falls
 * by more than the largest of {@link REPAIR_DROPS}, or the triggers succeed as often as before.
 * @throws {Error} As `train`.
 * @example
 * ```ts ignore
 * const unlearned = await unlearnTriggers(task, opened.network);
 * ```
 */
export async function unlearnTriggers(
  task: RepairTask,
  source: tf.LayersModel,
  onProgress: (share: number) => void | Promise<void> = () => {},
): Promise<Unlearned | undefined> {
  const { network, decisions, target, trigger } = task;
  if (!(network instanceof tf.Sequential)) return undefined;
  await onProgress(0);
  const trained = await unlearn(
    network,
    decisions,
    trigger,
    UNLEARNING,
    ({ share }) => onProgress(share),
  );
  try {
    const [before, after] = [
      await ratesOf(network, decisions, trigger, target),
      await ratesOf(trained, decisions, trigger, target),
    ];
    const isRepaired = after.attackSuccess < before.attackSuccess &&
      before.cleanAccuracy - after.cleanAccuracy <= Math.max(...REPAIR_DROPS);
    if (!isRepaired) return undefined;
    const copy = await copyNetwork(source);
    for (const layer of trained.layers) {
      if (layer.weights.length > 0) copy.getLayer(layer.name).setWeights(layer.getWeights());
    }
    await onProgress(1);
    return { network: copy, ...await heldOutRates(trained, task) };
  } finally {
    disposeNetwork(trained);
  }
}
