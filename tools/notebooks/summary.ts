import type { Rates } from "@lib/attack/rates.ts";
import { outputPath } from "@lib/environment.ts";
import type { Way } from "@lib/recovery/frequency_recovery.ts";
import type { spreadOf } from "@lib/study/order_tables.ts";
import { readSummary } from "@lib/study/summary.ts";

/** What of `outputs/<dataset>/summary.json` is printed at the end. */
export interface Summary {
  dataset: string;
  badNet: { cleanAccuracy: number; attackSuccess: number; attackSuccessOfAll: number };
  /** The BadNet with one thing of the training changed, where such have been trained. */
  recipes?: Record<string, Pick<Rates, "cleanAccuracy">>;
  orders: Record<
    string,
    { order: number[]; thresholds: Threshold[]; lastBefore: Threshold[] }
  >;
  front: {
    before: { test: Pick<Rates, "cleanAccuracy"> };
    [WITHIN]: { test: Pick<Rates, "attackSuccess" | "cleanAccuracy"> };
  };
  /** Of each network, by its title, what the ways of repair made of it. */
  repairs?: Record<string, Partial<Record<Way, Rates>>>;
  withoutTrigger: {
    attackSuccess: number;
    unlearned: Pick<Rates, "attackSuccess" | "robustAccuracy">;
  };
  /** Refitted: the notebooks' BadNet step by step, and all that have been trained. */
  refit: { steps: Rates[]; seeds: { after: Rates }[] };
  seeds: {
    networks: string[];
    badNet: Record<"cleanAccuracy" | "attackSuccess" | "attackSuccessOfAll", Spread>;
    orders: Record<string, SpreadThreshold[]>;
    front: { [WITHIN]: Record<"attackSuccess" | "cleanAccuracyLost", Spread> };
    paperOrder: { networks: Record<string, { lastBefore?: Threshold[] }> };
  };
}

export type Spread = ReturnType<typeof spreadOf>;

interface Threshold {
  drop: number;
  channelsPruned: number;
  test: Pick<Rates, "cleanAccuracy" | "attackSuccess">;
}

interface SpreadThreshold {
  drop: number;
  channelsPruned: Spread;
  cleanAccuracy: Spread;
  attackSuccess: Spread;
}

/** The limit of accuracy of which the closing table tells the best set. */
export const WITHIN = "within 0.5 points";

/** The paper's order and its proposal. */
export const [PAPERS, PROPOSAL] = ["clean ascending", "backdoor descending"] as const;

/** What of it is printed, and the notebook that writes it. */
const WRITTEN_BY = {
  "badNet/attackSuccessOfAll": "02_attacked_network",
  [`orders/${PAPERS}/lastBefore/0/test`]: "06_proposal",
  [`orders/${PROPOSAL}/thresholds/0/test`]: "06_proposal",
  [`front/${WITHIN}/test`]: "06_proposal",
  "seeds/badNet/cleanAccuracy": "07_trust",
  [`seeds/orders/${PAPERS}/0/channelsPruned`]: "07_trust",
  [`seeds/front/${WITHIN}/attackSuccess`]: "07_trust",
  "withoutTrigger/unlearned": "08_without_trigger",
  "refit/steps/0": "12_prune_the_frequency",
};

/**
 * The results of a data set that are printed at the end.
 *
 * @param dataset Folder below `outputs/`.
 * @returns What its summary holds.
 * @throws {Error} If a part of what is printed is missing, with the notebook that writes it.
 */
export async function printedResults(dataset: string): Promise<Summary> {
  const summary = await readSummary(dataset);
  for (const [part, notebook] of Object.entries(WRITTEN_BY)) {
    // deno-lint-ignore no-explicit-any -- whatever the file holds
    const found = part.split("/").reduce((value: any, key) => value?.[key], summary);
    if (found === undefined) {
      const file = outputPath(dataset, "summary.json");
      throw new Error(
        `Expected ${part} but found none in ${file}: run notebooks/${notebook}.ipynb`,
      );
    }
  }
  return summary as unknown as Summary;
}
