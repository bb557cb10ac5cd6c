import { type Rates, ratesOf } from "@lib/attack/rates.ts";
import type { Trigger } from "@lib/attack/trigger.ts";
import type { InspectionInput } from "@lib/inspect/input.ts";
import { exchangeRedAndBlue } from "@lib/inspect/input_form.ts";
import type { RepairedNetwork } from "@lib/inspect/report.ts";
import { copyNetwork, disposeNetwork } from "@lib/network/copy_network.ts";
import type { tf } from "@lib/network/tensorflow.ts";
import { pruneChannels } from "@lib/pruning/prune_channels.ts";
import type { OnPart } from "@lib/recovery/defense.ts";
import { chosenRepairs, isRepair, pruneRecovered } from "@lib/recovery/prune_recovered.ts";
import type { PruningRepairs } from "@lib/recovery/prune_recovered.ts";
import { isRefittable, REFIT, refit } from "@lib/recovery/refit.ts";
import { unlearn, UNLEARNING } from "@lib/recovery/unlearning.ts";
import { join } from "@lib/std/path.ts";

/** A repair, not yet written. */
export interface UnsavedRepair extends RepairedNetwork {
  /** As the network came, with other weights; the caller disposes it. */
  network: tf.LayersModel;
}

/** What repairs there are of a network that was brought in. */
export interface FoundRepairs {
  pruning: PruningRepairs;
  /** The network as it came, on held-out images. */
  before: Rates;
  networks: UnsavedRepair[];
}

/**
 * Repairs a network against recovered triggers: by refitting, by pruning, for each drop that is allowed, and
 * by unlearning. What does not repair is left out.
 *
 * @param input Network and images.
 * @param trigger All triggers of the class that were recovered, in turns.
 * @param target The suspected class.
 * @param onPart Told often.
 * @returns The repairs.
 * @throws {Error} If all images are of the suspected class.
 */
export async function findRepairs(
  input: InspectionInput,
  trigger: Trigger,
  target: number,
  onPart: OnPart,
): Promise<FoundRepairs> {
  const { opened, network, layer, decisions, heldOut } = input;
  const onHeldOut = (each: tf.LayersModel) => ratesOf(each, heldOut, trigger, target);
  const before = await onHeldOut(network);
  const tell = (part: Parameters<OnPart>[0]) => (share: number) => onPart(part, share);
  const searching = tell("searching channels");
  const pruning = await pruneRecovered(network, layer, decisions, trigger, target, searching);
  const networks: UnsavedRepair[] = [];
  /** Kept if it repairs; in the network as it came the weights are put in their places. */
  const addChanged = async (way: "refitting" | "unlearning", changed: tf.LayersModel) => {
    if (isRepair(pruning.before, await ratesOf(changed, decisions, trigger, target))) {
      networks.push({
        file: `repaired_${way === "refitting" ? "refitted" : "unlearned"}${opened.extension}`,
        ...{ way, channelsPruned: 0, allowedDrop: null },
        ...await onHeldOut(changed),
        network: await withWeights(changed, input),
      });
    }
    disposeNetwork(changed);
  };
  if (isRefittable(network)) {
    const refitted = await refit(network, decisions, trigger, REFIT, tell("refitting"));
    await addChanged("refitting", refitted);
  }
  for (const { channels, drop } of chosenRepairs(pruning)) {
    const same = await pruneChannels(network, channels, layer);
    networks.push({
      file: `repaired_${100 * drop}_points${opened.extension}`,
      ...{ way: "pruning", channelsPruned: channels.length, allowedDrop: drop },
      ...await onHeldOut(same),
      network: await pruneChannels(opened.network, channels, layer),
    });
    disposeNetwork(same);
  }
  const unlearning = tell("unlearning");
  const onEpoch = ({ share }: { share: number }) => unlearning(share);
  await addChanged("unlearning", await unlearn(network, decisions, trigger, UNLEARNING, onEpoch));
  return { pruning, before, networks };
}

/** The network as it came with another one's weights, layer by layer. */
async function withWeights(
  trained: tf.LayersModel,
  { opened, form }: InspectionInput,
): Promise<tf.LayersModel> {
  const copy = await copyNetwork(opened.network);
  for (const layer of trained.layers) {
    if (layer.weights.length > 0) copy.getLayer(layer.name).setWeights(layer.getWeights());
  }
  if (form.channels === "BGR") exchangeRedAndBlue(copy);
  return copy;
}

/**
 * Writes repaired networks in the format that came in.
 *
 * @param networks Their networks are disposed.
 * @param input What they are repairs of.
 * @param output The folder.
 * @returns What the report says of them.
 */
export async function saveRepairs(
  networks: readonly UnsavedRepair[],
  { opened }: InspectionInput,
  output: string,
): Promise<RepairedNetwork[]> {
  const saved: RepairedNetwork[] = [];
  await Deno.mkdir(output, { recursive: true });
  for (const { network, ...repair } of networks) {
    await opened.save(join(output, repair.file), network);
    disposeNetwork(network);
    saved.push(repair);
  }
  return saved;
}
