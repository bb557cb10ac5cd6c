import type { Rates } from "@lib/attack/rates.ts";
import { DATASETS } from "@lib/data/datasets.ts";
import type { Way } from "@lib/recovery/frequency_recovery.ts";
import { badNets } from "@lib/study/networks.ts";
import { spreadOf } from "@lib/study/order_tables.ts";
import { PAPER, type PaperRepair, paperRow } from "@lib/study/paper.ts";
import { percent } from "@lib/words.ts";
import { PAPERS, PROPOSAL, type Spread, type Summary, WITHIN } from "./summary.ts";

/**
 * The measured numbers and the paper's.
 *
 * @param summary The measured ones.
 * @param data The data set's name, which decides on the row of the paper's Table 1.
 * @returns Rows of a name, the notebooks' BadNet, those of all seeds and the paper, as words.
 */
export function summaryRows(
  { badNet, recipes = {}, orders, front, repairs = {}, seeds, withoutTrigger, refit }: Summary,
  data: string,
): [string, string, string, string][] {
  const row = paperRow(data);
  const ofRow = (rate: keyof typeof badNet, paper?: number): [string, string, string] => [
    percent(badNet[rate], 2),
    spreadWords(seeds.badNet[rate], 2),
    paper === undefined ? NOT_STATED : percent(paper, 2),
  ];
  const { unlearned } = withoutTrigger;
  const titles = badNets(data).map(({ title }) => title);
  const ofSeeds = (way: Way, rate: keyof Rates): string => {
    return wordsOf(titles.flatMap((title) => repairs[title]?.[way]?.[rate] ?? []));
  };
  const lost = front.before.test.cleanAccuracy - front[WITHIN].test.cleanAccuracy;
  const { attackSuccess, cleanAccuracyLost } = seeds.front[WITHIN];
  return [
    ["clean accuracy", ...ofRow("cleanAccuracy", row.cleanAccuracy)],
    ...Object.entries(recipes).map((
      [title, { cleanAccuracy }],
    ): [string, string, string, string] => [
      `… ${title}`,
      ...[percent(cleanAccuracy, 2), "–", NOT_STATED] as const,
    ]),
    ["attack success, all images", ...ofRow("attackSuccessOfAll", row.attackSuccess)],
    ["attack success, without target class", ...ofRow("attackSuccess")],
    ...PAPER.repaired.flatMap((theirs) => repairRows({ orders, seeds }, theirs)),
    [
      `best set ${WITHIN}, by triggered images: attack success`,
      percent(front[WITHIN].test.attackSuccess),
      spreadWords(attackSuccess),
      NOT_TRIED,
    ],
    [
      "… points of clean accuracy lost on test",
      (100 * lost).toFixed(2),
      spreadWords(cleanAccuracyLost, 2).replace(" %", ""),
      NOT_TRIED,
    ],
    [
      "found without the attacker's trigger and pruned: attack success",
      percent(withoutTrigger.attackSuccess),
      ofSeeds("pruning", "attackSuccess"),
      NOT_TRIED,
    ],
    [
      "found so and unlearned: attack success",
      percent(unlearned.attackSuccess),
      ofSeeds("unlearning", "attackSuccess"),
      NOT_TRIED,
    ],
    [
      "… triggered images given their true class",
      percent(unlearned.robustAccuracy),
      ofSeeds("unlearning", "robustAccuracy"),
      NOT_TRIED,
    ],
    ["found so and refitted: attack success", ...refittedRow(refit, "attackSuccess")],
    ["… triggered images given their true class", ...refittedRow(refit, "robustAccuracy")],
    ["… clean accuracy", ...refittedRow(refit, "cleanAccuracy")],
  ];
}

/** A rate of the refitted networks. */
function refittedRow(
  { steps, seeds }: Summary["refit"],
  rate: keyof Rates,
): [string, string, string] {
  return [percent(steps.at(-1)![rate]), wordsOf(seeds.map(({ after }) => after[rate])), NOT_TRIED];
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
  const allBefore = Object.values(seeds.paperOrder.networks).flatMap(({ lastBefore }) =>
    lastBefore ? [at(lastBefore).test.attackSuccess] : []
  );
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
    [
      "… one channel fewer pruned",
      percent(before.test.attackSuccess),
      wordsOf(allBefore),
      "–",
    ],
    [
      `${lost}: attack success, its proposal`,
      percent(proposal.test.attackSuccess),
      spreadWords(ofProposal.attackSuccess),
      NOT_TRIED,
    ],
  ];
}

const [NOT_TRIED, NOT_STATED] = ["not tried", "not stated"];

/** Mean and range of what is known of some networks. */
const wordsOf = (values: number[]): string =>
  values.length > 0 ? spreadWords(spreadOf(values)) : "–";

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
  const head = ["", "measured", countWords(summary), "paper"];
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

const countWords = ({ seeds: { networks } }: Summary): string =>
  `${networks.length} BadNet${networks.length === 1 ? "" : "s"}`;

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

/**
 * The data sets of whose results a page has a table, between `results NAME: begin` and `results NAME: end`
 * in comments.
 *
 * @param page Markdown.
 * @returns Their names.
 */
export function dataSetsOf(page: string): string[] {
  return [...page.matchAll(/<!-- results (\w+): begin -->/g)].map(([, data]) => data!);
}

/**
 * A page with the table of a data set's results written anew, so that no number in it is typed.
 *
 * @param page Markdown with the markers that {@link dataSetsOf} finds.
 * @param summary The measured numbers.
 * @param data The data set's name.
 * @returns The page.
 * @throws {Error} If the markers are not there.
 */
export function withResults(page: string, summary: Summary, data: string): string {
  const [begin, close] = ["begin", "end"].map((end) => `<!-- results ${data}: ${end} -->`);
  const [start, end] = [page.indexOf(begin!), page.indexOf(close!)];
  if (start < 0 || end < start) {
    throw new Error(`Expected ${begin} … ${close} in the page but found none`);
  }
  const rows = summaryRows(summary, data).map((row) => `| ${row.join(" | ")} |`);
  const head = `| | one BadNet | ${countWords(summary)}: mean (range) | paper |`;
  const table = [head, "| --- | ---: | ---: | ---: |", ...rows].join("\n");
  return `${page.slice(0, start)}${begin}\n\n${table}\n\n${page.slice(end)}`;
}
