import type { Rates } from "@lib/attack/rates.ts";
import { DATASETS } from "@lib/data/datasets.ts";
import { outputPath } from "@lib/environment.ts";
import type { spreadOf } from "@lib/study/order_tables.ts";
import { PAPER, type PaperRepair, paperRow } from "@lib/study/paper.ts";
import { readSummary } from "@lib/study/summary.ts";
import { percent } from "@lib/words.ts";

/** What of `outputs/<dataset>/summary.json` is printed at the end. */
export interface Summary {
  dataset: string;
  badNet: { cleanAccuracy: number; attackSuccess: number; attackSuccessOfAll: number };
  orders: Record<
    string,
    { order: number[]; thresholds: Threshold[]; lastBefore: Threshold[] }
  >;
  front: { [WITHIN]: { test: Pick<Rates, "attackSuccess"> } };
  withoutTrigger: {
    attackSuccess: number;
    unlearned: Pick<Rates, "attackSuccess" | "robustAccuracy">;
  };
  seeds: {
    networks: string[];
    badNet: Record<"cleanAccuracy" | "attackSuccess" | "attackSuccessOfAll", Spread>;
    orders: Record<string, SpreadThreshold[]>;
    front: { [WITHIN]: { attackSuccess: Spread } };
  };
}

type Spread = ReturnType<typeof spreadOf>;

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
const WITHIN = "within 0.5 points";

/** The paper's order and its proposal. */
const [PAPERS, PROPOSAL] = ["clean ascending", "backdoor descending"] as const;

/** What of it is printed, and the notebook that writes it. */
const WRITTEN_BY = {
  "badNet/attackSuccessOfAll": "02_attacked_network",
  [`orders/${PAPERS}/lastBefore/0/test`]: "05_repaired_models",
  [`orders/${PROPOSAL}/thresholds/0/test`]: "06_proposal",
  [`front/${WITHIN}/test`]: "06_proposal",
  "seeds/badNet/cleanAccuracy": "07_trust",
  [`seeds/orders/${PAPERS}/0/channelsPruned`]: "07_trust",
  [`seeds/front/${WITHIN}/attackSuccess`]: "07_trust",
  "withoutTrigger/unlearned": "08_without_trigger",
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

/**
 * The measured numbers and the paper's.
 *
 * @param summary The measured ones.
 * @param data The data set's name, which decides on the row of the paper's Table 1.
 * @returns Rows of a name, the notebooks' BadNet, those of all seeds and the paper, as words.
 */
export function summaryRows(
  { badNet, orders, front, seeds, withoutTrigger }: Summary,
  data: string,
): [string, string, string, string][] {
  const row = paperRow(data);
  const ofRow = (rate: keyof typeof badNet, paper?: number): [string, string, string] => [
    percent(badNet[rate], 2),
    spreadWords(seeds.badNet[rate], 2),
    paper === undefined ? NOT_STATED : percent(paper, 2),
  ];
  const { unlearned } = withoutTrigger;
  return [
    ["clean accuracy", ...ofRow("cleanAccuracy", row.cleanAccuracy)],
    ["attack success, all images", ...ofRow("attackSuccessOfAll", row.attackSuccess)],
    ["attack success, without target class", ...ofRow("attackSuccess")],
    ...PAPER.repaired.flatMap((theirs) => repairRows({ orders, seeds }, theirs)),
    [
      `best set ${WITHIN}: attack success`,
      percent(front[WITHIN].test.attackSuccess),
      spreadWords(seeds.front[WITHIN].attackSuccess),
      NOT_TRIED,
    ],
    [
      "found without the attacker's trigger and pruned: attack success",
      percent(withoutTrigger.attackSuccess),
      "–",
      NOT_TRIED,
    ],
    ["found so and unlearned: attack success", percent(unlearned.attackSuccess), "–", NOT_TRIED],
    [
      "… triggered images given their true class",
      percent(unlearned.robustAccuracy),
      "–",
      NOT_TRIED,
    ],
  ];
}

/** The repaired model at one of the paper's thresholds. */
function repairRows(
  { orders, seeds }: Pick<Summary, "orders" | "seeds">,
  theirs: PaperRepair,
): [string, string, string, string][] {
  const at = <T extends { drop: number }>(list: T[]): T =>
    list.find(({ drop }) => drop === theirs.drop)!;
  const { order, thresholds, lastBefore } = orders[PAPERS]!;
  const [ours, before] = [at(thresholds), at(lastBefore)];
  const proposal = at(orders[PROPOSAL]!.thresholds);
  const [all, ofProposal] = [at(seeds.orders[PAPERS]!), at(seeds.orders[PROPOSAL]!)];
  const lost = `${Math.round(100 * theirs.drop)} points lost`;
  const share = (channels: number): number => channels / order.length;
  const { mean, min, max } = all.channelsPruned;
  return [
    [
      `${lost}: channels pruned`,
      percent(share(ours.channelsPruned), 0),
      spreadWords({ mean: share(mean), min: share(min), max: share(max) }, 0),
      percent(theirs.channelsPruned, 0),
    ],
    [
      `${lost}: clean accuracy`,
      percent(ours.test.cleanAccuracy),
      spreadWords(all.cleanAccuracy),
      theirs.cleanAccuracy === undefined ? NOT_STATED : percent(theirs.cleanAccuracy, 0),
    ],
    [
      `${lost}: attack success`,
      percent(ours.test.attackSuccess),
      spreadWords(all.attackSuccess),
      theirs.attack,
    ],
    ["… one channel fewer pruned", percent(before.test.attackSuccess), "–", "–"],
    [
      `${lost}: attack success, its proposal`,
      percent(proposal.test.attackSuccess),
      spreadWords(ofProposal.attackSuccess),
      NOT_TRIED,
    ],
  ];
}

const [NOT_TRIED, NOT_STATED] = ["not tried", "not stated"];

/** Mean, and in brackets the range. */
function spreadWords({ mean, min, max }: Spread, digits = 1): string {
  return `${percent(mean, digits)} (${(100 * min).toFixed(digits)}–${(100 * max).toFixed(digits)})`;
}

/**
 * The paper's numbers beside the measured ones, and where everything lies.
 *
 * @param summary The measured ones.
 * @param dataset Folder below `outputs/`.
 * @returns Lines to print.
 */
export function summaryLines(summary: Summary, dataset: string): string[] {
  const head = ["", "measured", `${summary.seeds.networks.length} BadNets`, "paper"];
  return [
    headingOf(summary, dataset),
    ...[head, ...summaryRows(summary, dataset)].map(([name, ours, all, theirs]) =>
      `${name!.padEnd(64)}${ours!.padStart(10)}${all!.padStart(24)}  ${theirs!}`
    ),
    "",
    `Executed notebooks: outputs/${dataset}/notebooks`,
    `Figures:            outputs/${dataset}/figures`,
    `Tables:             outputs/${dataset}/tables, outputs/${dataset}/summary.json`,
    `Networks:           outputs/${dataset}/badnet, outputs/${dataset}/repaired`,
    ...(dataset === "gtsrb" ? [] : ["On the paper's data: add --dataset gtsrb"]),
  ];
}

/** What the numbers are of. */
function headingOf(summary: Summary, dataset: string): string {
  if (DATASETS[dataset]?.isSynthetic) {
    return "SYNTHETIC images: these numbers show that everything works; they are not the paper's " +
      "experiment.";
  }
  return dataset === "gtsrb"
    ? `${summary.dataset}: the paper's experiment.`
    : `${summary.dataset}; what the paper says of pruning is of GTSRB.`;
}

const [BEGIN, END] = ["<!-- results: begin -->", "<!-- results: end -->"];

/**
 * A page with the table of results between its markers written anew, so that no number in it is typed.
 *
 * @param page Markdown with the markers `results: begin` and `results: end` in comments.
 * @param summary The measured numbers.
 * @param data The data set's name.
 * @returns The page.
 * @throws {Error} If the markers are not there.
 */
export function withResults(page: string, summary: Summary, data: string): string {
  const [start, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (start < 0 || end < start) {
    throw new Error(`Expected ${BEGIN} … ${END} in the page but found none`);
  }
  const rows = summaryRows(summary, data).map((row) => `| ${row.join(" | ")} |`);
  const count = summary.seeds.networks.length;
  const head = `| | one BadNet | ${count} BadNets: mean (range) | paper |`;
  const table = [head, "| --- | ---: | ---: | ---: |", ...rows].join("\n");
  return `${page.slice(0, start)}${BEGIN}\n\n${table}\n\n${page.slice(end)}`;
}
