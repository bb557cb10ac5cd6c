/**
 * Pruning a network against recovered triggers, in the way that its layers allow.
 *
 * @module
 */
import type { Trigger } from "@lib/attack/trigger.ts";
import { DEFENDER_FRONT } from "@lib/recovery/defend.ts";
import { hasLastBlock, lastBlock } from "@lib/pruning/activations.ts";
import { TOTAL_CHANGE_DESCENDING } from "@lib/pruning/contributions.ts";
import { evidenceOf } from "@lib/pruning/evidence.ts";
import { bestWithin, type Decided, paretoFront, pointOf, searchFront } from "@lib/pruning/front.ts";
import { disposeDefense, measureDefense, withoutClass } from "@lib/pruning/measure.ts";
import { pruneByMasks } from "@lib/pruning/pruning_by_masks.ts";
import { pruningCurve } from "@lib/pruning/pruning_curve.ts";
import { type Rates, ratesOf } from "@lib/attack/rates.ts";
import { pruneChannels } from "@lib/pruning/repair.ts";
import type { Path } from "@lib/figures/front.ts";
import type { InspectionInput } from "@lib/inspect/input.ts";
import { disposeNetwork } from "@lib/network/copy_network.ts";
import type { tf } from "@lib/network/tensorflow.ts";

/** By how much accuracy on the decisions' images may drop; 0.005 is half a percentage point. */
export const REPAIR_DROPS: readonly number[] = [0.005, 0.01, 0.02];

/** A network on held-out images; shares from 0 to 1. */
export interface HeldOutRates {
  cleanAccuracy: number;
  /** Share of the images of other classes that the recovered triggers send to the suspected class. */
  recoveredTriggerSuccessRate: number;
  /** Share of the same images, with the triggers, that are given their true class. */
  robustAccuracy: number;
}

/** A choice of channels to prune. */
export interface Repair extends HeldOutRates {
  /** The drop of accuracy that was allowed. */
  drop: number;
  channels: readonly number[];
}

/** What pruning a layer can do against triggers. */
export interface Repairs {
  /** Worked out exactly from one pass, or measured by passes of networks with filters set to zero. */
  method: "exact" | "masks";
  before: HeldOutRates;
  /** Different ones, from the smallest drop on; none where nothing within the drops helps. */
  chosen: Repair[];
  /** Channels pruned in the order in which the triggers change them, step by step. */
  path: Path;
  /** The best sets; only if exact. */
  front?: Path;
}

/** By what the channels of a network are pruned. */
export interface RepairTask extends Pick<InspectionInput, "network" | "layer"> {
  decisions: InspectionInput["decisions"];
  heldOut: InspectionInput["heldOut"];
  /** The suspected class. */
  target: number;
  /** All triggers of the class that were recovered, in turns. */
  trigger: Trigger;
}

/**
 * Looks for channels whose pruning ends what triggers do: exactly, and among all sets, where behind the
 * convolution each channel goes its own way to the logits; else along one order, by masks.
 *
 * @param task Network, layer, images and triggers.
 * @param onProgress Told the share that is done, 0–1.
 * @returns What can be had within the drops.
 * @throws {Error} If all images are of the suspected class.
 * @example
 * ```ts ignore
 * const { method, chosen } = await findRepairs({ ...input, target: 10, trigger });
 * ```
 */
export async function findRepairs(
  task: RepairTask,
  onProgress: (share: number) => void | Promise<void> = () => {},
): Promise<Repairs> {
  const { network, layer, target, decisions, heldOut } = task;
  for (const { labels } of [decisions, heldOut]) {
    if (labels.every((label) => label === target)) {
      throw new Error(`Expected images of other classes than ${target} but found none`);
    }
  }
  const exact = hasLastBlock(network) && lastBlock(network).convolution.name === layer;
  return exact ? await exactRepairs(task, onProgress) : await maskedRepairs(task, onProgress);
}

async function exactRepairs(
  { network, target, decisions, heldOut, trigger }: RepairTask,
  onProgress: (share: number) => void | Promise<void>,
): Promise<Repairs> {
  const halves = { validationHalf: decisions, testHalf: heldOut };
  const measured = (share: number): void | Promise<void> => onProgress(share * 0.3);
  const defense = await measureDefense(network, halves, trigger, target, measured);
  try {
    const before = pointOf(defense, []);
    const searched = (share: number): void | Promise<void> => onProgress(0.3 + share * 0.7);
    const front = await searchFront(defense, DEFENDER_FRONT, searched);
    const { order } = TOTAL_CHANGE_DESCENDING;
    const curve = pruningCurve(defense, order(evidenceOf(defense)));
    return {
      method: "exact",
      before: onHeldOut(before),
      chosen: within(front, before).map((point) => (
        { drop: point.drop, channels: point.channels, ...onHeldOut(point) }
      )),
      path: { name: ORDER, cleanAccuracy: curve.cleanAccuracy, attackSuccess: curve.attackSuccess },
      front: {
        name: "best sets",
        cleanAccuracy: front.map((point) => point.cleanAccuracy),
        attackSuccess: front.map((point) => point.attackSuccess),
      },
    };
  } finally {
    disposeDefense(defense);
  }
}

const ORDER = "most changed by the recovered triggers first";

const onHeldOut = ({ cleanAccuracy, attackSuccess, robustAccuracy }: Rates): HeldOutRates => ({
  cleanAccuracy,
  recoveredTriggerSuccessRate: attackSuccess,
  robustAccuracy,
});

async function maskedRepairs(
  task: RepairTask,
  onProgress: (share: number) => void | Promise<void>,
): Promise<Repairs> {
  const { network, layer, target, decisions, trigger } = task;
  const others = withoutClass(decisions, target);
  const pairs = { clean: others.pixels, triggered: trigger.apply(others.pixels) };
  const tell = (share: number): void | Promise<void> => onProgress(share * 0.8);
  const points = await pruneByMasks(network, layer, decisions, pairs, target, undefined, tell);
  const chosen: Repair[] = [];
  for (const { drop, channels } of within(paretoFront(points), points[0]!)) {
    const pruned = await pruneChannels(network, channels, layer);
    chosen.push({ drop, channels, ...await heldOutRates(pruned, task) });
    disposeNetwork(pruned);
  }
  const before = await heldOutRates(network, task);
  await onProgress(1);
  return {
    method: "masks",
    before,
    chosen,
    path: {
      name: ORDER,
      cleanAccuracy: points.map((point) => point.validationAccuracy),
      attackSuccess: points.map((point) => point.validationAttackSuccess),
    },
  };
}

/**
 * How a network does on the held-out images.
 *
 * @param network Attacked or repaired, from images, RGB 0–1, to logits.
 * @param task Images, class and triggers.
 * @returns Its rates.
 * @example
 * ```ts ignore
 * const { robustAccuracy } = await heldOutRates(repaired, task);
 * ```
 */
export async function heldOutRates(
  network: tf.LayersModel,
  { heldOut, target, trigger }: RepairTask,
): Promise<HeldOutRates> {
  return onHeldOut(await ratesOf(network, heldOut, trigger, target));
}

/** The best points within the drops, each once, and only those that prune something. */
function within<Point extends Decided & { channels: readonly number[] }>(
  front: readonly Point[],
  before: Decided,
): (Point & { drop: number })[] {
  const chosen = REPAIR_DROPS.map((drop) => (
    { ...bestWithin(front, drop, before.validationAccuracy), drop }
  ));
  return chosen.filter(({ channels, validationAttackSuccess }, index) =>
    channels.length > 0 && validationAttackSuccess < before.validationAttackSuccess &&
    chosen.findIndex((other) => String(other.channels) === String(channels)) === index
  );
}
