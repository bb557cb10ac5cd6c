/**
 * Other defenses on the same attacked network, each by its own paper's rule: one row each for a table.
 *
 * @module
 */
import { outputPath } from "@lib/environment.ts";
import { ftrojan } from "@lib/attack/ftrojan.ts";
import { loadBadNet } from "@lib/study/bad_net.ts";
import type { LabelledImages } from "@lib/data/images.ts";
import type { Dataset } from "@lib/study/dataset.ts";
import { DEFENDER_DROP, sample } from "@lib/recovery/defend.ts";
import {
  CLEAN_IMAGES,
  type DefenderRow,
  defenderRow,
  remembered,
} from "@lib/study/defender_study.ts";
import { ADVERSARIAL_PRUNING, pruneAdversarially } from "@lib/peers/adversarial_pruning.ts";
import { evidenceOf } from "@lib/pruning/evidence.ts";
import { finePrune, fineTune } from "@lib/peers/fine_tuning.ts";
import { pruneByLipschitz } from "@lib/peers/lipschitz_pruning.ts";
import { disposeDefense, measureDefense } from "@lib/pruning/measure.ts";
import {
  CLEANSE_UNLEARNING,
  cleanseVerdict,
  NEURAL_CLEANSE,
  patchTrigger,
  recoverPatches,
} from "@lib/peers/neural_cleanse.ts";
import { pruningCurve } from "@lib/pruning/pruning_curve.ts";
import { cleanAscending } from "@lib/pruning/ranking.ts";
import { ratesOf, type RepairedRates, repairedRates } from "@lib/attack/rates.ts";
import { lastBefore } from "@lib/pruning/repair.ts";
import { unlearn, UNLEARNING } from "@lib/recovery/unlearning.ts";
import type { Experiment, Setting } from "@lib/study/experiment.ts";
import type { tf } from "@lib/network/tensorflow.ts";
import { badNets } from "@lib/study/study.ts";
import { addToSummary } from "@lib/study/summary.ts";

/** How well a defense did; shares from 0 to 1, on test. */
export interface PeerRow extends RepairedRates {
  name: string;
  cleanImages: number;
  seconds: number;
  /** What it did, in a few words. */
  note: string;
}

/** A repaired network and what there is to say of it. */
interface Repaired {
  network: tf.LayersModel;
  note: string;
}

/** A defense: from the attacked network and the defender's images to a repaired one. */
type Peer = (
  network: tf.LayersModel,
  clean: LabelledImages,
  experiment: Experiment,
) => Promise<Repaired>;

/** How far accuracy may drop before fine-tuning wins it back: the paper's first threshold. */
const PRUNING_DROP = 0.02;

const PEERS: Record<string, Peer> = {
  "none": (network) => Promise.resolve({ network, note: "as attacked" }),
  "fine-tuning": async (network, clean) => ({
    network: await fineTune(network, clean),
    note: "10 epochs",
  }),
  "fine-pruning": async (network, clean, { target, trigger }) => {
    const halves = { validationHalf: clean, testHalf: clean };
    const defense = await measureDefense(network, halves, ftrojan(trigger), target);
    const curve = pruningCurve(defense, cleanAscending().order(evidenceOf(defense)));
    disposeDefense(defense);
    const { channelsPruned } = lastBefore(curve, PRUNING_DROP);
    const channels = curve.order.slice(0, channelsPruned);
    return {
      network: await finePrune(network, channels, clean),
      note: `${channelsPruned} channels, then 10 epochs`,
    };
  },
  "CLP": async (network) => {
    const { network: repaired, channelsPruned } = await pruneByLipschitz(network);
    return { network: repaired, note: `${channelsPruned} channels of all layers, u = 3` };
  },
  "ANP": async (network, clean, { setting }) => {
    const iterations = setting === "gtsrb" ? ADVERSARIAL_PRUNING.iterations : 30;
    const settings = { ...ADVERSARIAL_PRUNING, iterations };
    const { network: repaired, channelsPruned } = await pruneAdversarially(
      network,
      clean,
      settings,
    );
    return {
      network: repaired,
      note: `${channelsPruned} channels of all layers, ${iterations} steps`,
    };
  },
  "Neural Cleanse": async (network, clean, { setting }) => {
    const steps = setting === "gtsrb" ? NEURAL_CLEANSE.steps : 20;
    const patches = await recoverPatches(network, clean, { ...NEURAL_CLEANSE, steps });
    const { suspect, smallest, index } = cleanseVerdict(patches);
    const found = `class ${smallest.label}, index ${index.toFixed(1)}`;
    if (!suspect) return { network, note: `${found}: no alarm` };
    const trigger = patchTrigger(suspect);
    return {
      network: await unlearn(network, clean, trigger, CLEANSE_UNLEARNING),
      note: `${found}: unlearned`,
    };
  },
};

/** The way of notebook 08 on the same network, in the study's row: once pruned, once unlearned. */
function recoveryRows(row: DefenderRow, none: PeerRow): PeerRow[] {
  const { suspected, outlierIndex, pruned, unlearned, cleanImages, seconds } = row;
  const verdict = `class ${suspected ?? "none"}, index ${outlierIndex.toFixed(1)}`;
  const channels = `${pruned?.channelsPruned} channels within ${100 * DEFENDER_DROP} points`;
  const ways = [
    { way: "pruning", rates: pruned, time: seconds.pruned, note: channels },
    {
      way: "unlearning",
      rates: unlearned,
      time: seconds.unlearned,
      note: `${UNLEARNING.recipe.epochs} epochs`,
    },
  ];
  return ways.map(({ way, rates, time, note }) => ({
    ...repairedRates(none, rates ?? none),
    name: `frequency recovery, ${way}`,
    cleanImages,
    seconds: time ?? seconds.found,
    note: rates ? `${verdict}; ${note}` : `${verdict}: no alarm`,
  }));
}

/**
 * All defenses on the notebooks' BadNet.
 *
 * @param setting Which experiment; the network is the one in `outputs/<setting>/badnet`.
 * @param dataset The defender's images are drawn from the validation half, the report is on test.
 * @param onRow Told of each.
 * @returns One row a defense; they are also in the summary, and not computed again.
 * @throws {Error} If the network is not there.
 * @example
 * ```ts ignore
 * const rows = await peerRows("gtsrb", dataset);
 * ```
 */
export async function peerRows(
  setting: Setting,
  dataset: Dataset,
  onRow: (row: PeerRow) => void | Promise<void> = () => {},
): Promise<PeerRow[]> {
  const study = badNets(setting)[0]!;
  const { experiment } = study;
  const { network } = await loadBadNet(outputPath(setting, study.name), experiment);
  const clean = sample(dataset.validationHalf, CLEAN_IMAGES, 1);
  const trigger = ftrojan(experiment.trigger);
  const rows: PeerRow[] = [];
  for (const [name, peer] of Object.entries(PEERS)) {
    const row = await remembered(setting, "peers", name, async () => {
      const start = performance.now();
      const repaired = await peer(network, clean, experiment);
      const seconds = (performance.now() - start) / 1000;
      const found = await ratesOf(repaired.network, dataset.testHalf, trigger, experiment.target);
      if (repaired.network !== network) repaired.network.dispose();
      return {
        ...repairedRates(rows[0] ?? found, found),
        name,
        cleanImages: ["none", "CLP"].includes(name) ? 0 : clean.labels.length,
        seconds,
        note: repaired.note,
      };
    });
    rows.push(row);
    await onRow(row);
  }
  network.dispose();
  const make = (): Promise<DefenderRow> => defenderRow(study, dataset);
  const recovery = recoveryRows(await remembered(setting, "recovery", study.name, make), rows[0]!);
  for (const row of recovery) {
    rows.push(row);
    await onRow(row);
  }
  await addToSummary(setting, {
    peers: Object.fromEntries(recovery.map((row) => [row.name, row])),
  });
  return rows;
}
