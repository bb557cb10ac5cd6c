import { eachRate, type Rates } from "@lib/attack/rates.ts";
import { triggered } from "@lib/attack/trigger.ts";
import { loadDataset } from "@lib/data/dataset.ts";
import { pickImages } from "@lib/data/select.ts";
import { classify } from "@lib/network/evaluate.ts";
import {
  disposeEvidence,
  type Evidence,
  type Halves,
  measureHalves,
} from "@lib/pruning/evidence.ts";
import { type PrunedSet, prunedSet, searchFront } from "@lib/pruning/front.ts";
import type { Ranking } from "@lib/pruning/order.ts";
import { withBadNet } from "@lib/study/bad_net.ts";
import type { StudyNetwork } from "@lib/study/networks.ts";
import { type MeasuredOrder, measureOrder, randomOrders } from "@lib/study/orders.ts";

/** A BadNet of one seed: as it came, along all orders, and with the best sets of channels pruned. */
export interface MeasuredSeed {
  name: string;
  title: string;
  /** Of all test images; the last counts images of the target class too, as the paper's Table 1 does. */
  rates: Rates & { attackSuccessOfAll: number };
  orders: MeasuredOrder[];
  /** Random orders, to compare with. */
  random: MeasuredOrder[];
  /** The best sets, chosen on validation, with their rates on test. */
  front: (PrunedSet & { test: Rates })[];
}

/**
 * Measures a BadNet on its own split of the test images.
 *
 * @param study Which.
 * @param settings Rankings, thresholds of validation accuracy as shares, and how many random orders.
 * @param onProgress Told the share that is done, 0–1.
 * @returns All its rates.
 * @throws {Error} If the network is not there or has no tail, or accuracy never drops so far.
 */
export async function measureSeed(
  { name, title, experiment }: StudyNetwork<object>,
  { rankings, drops, draws }: {
    rankings: readonly Ranking[];
    drops: readonly number[];
    draws: number;
  },
  onProgress: (share: number) => void | Promise<void> = () => {},
): Promise<MeasuredSeed> {
  const { validationHalf, testHalf, test } = await loadDataset(experiment);
  const folder = `${experiment.data.name}/${name}`;
  return await withBadNet(folder, experiment, async ({ network, trigger, target }) => {
    const halves = { validation: validationHalf, test: testHalf };
    const triggers = { validation: trigger, test: trigger };
    const half = (share: number): void | Promise<void> => onProgress(share / 2);
    const measured = await measureHalves(network, halves, triggers, target, half);
    try {
      const ofTarget = [...test.labels.keys()].filter((image) => test.labels[image] === target);
      const own = ofTarget.length === 0
        ? []
        : await classify(network, triggered(pickImages(test, ofTarget), trigger));
      const orders = rankings.map((ranking) => measureOrder(measured, ranking, drops));
      const random = randomOrders(measured, drops, draws);
      const tell = (share: number): void | Promise<void> => onProgress((1 + share) / 2);
      const front = (await searchFront(measured.validation, undefined, tell))
        .map((set) => ({ ...set, test: prunedSet(measured.test, set.channels).rates }));
      const rates = wholeRates(measured);
      const hits = rates.attackSuccess * (test.labels.length - own.length) +
        own.filter((answer) => answer === target).length;
      const all = { ...rates, attackSuccessOfAll: hits / test.labels.length };
      return { name, title, rates: all, orders, random, front };
    } finally {
      disposeEvidence(measured.validation, measured.test);
    }
  });
}

/** Of both halves together, with nothing pruned. */
function wholeRates({ validation, test }: Halves<Evidence>): Rates {
  const [one, other] = [validation, test].map((half) => prunedSet(half, []).rates);
  const together = (rate: keyof Rates, set: "clean" | "backdoor"): number => {
    const [a, b] = [validation, test].map((half) => half[set].labels.length);
    return (one![rate] * a! + other![rate] * b!) / (a! + b!);
  };
  return eachRate((rate) => together(rate, rate === "cleanAccuracy" ? "clean" : "backdoor"));
}
