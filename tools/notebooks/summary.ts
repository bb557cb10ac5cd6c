import type { Rates } from "@lib/attack/rates.ts";
import { DATASETS } from "@lib/data/datasets.ts";
import { outputPath } from "@lib/environment.ts";
import type { spreadOf } from "@lib/study/order_tables.ts";
import { PAPER } from "@lib/study/paper.ts";
import { readSummary } from "@lib/study/summary.ts";
import { percent } from "@lib/words.ts";

/** What of `outputs/<dataset>/summary.json` is printed at the end. */
export interface Summary {
  dataset: string;
  badNet: { cleanAccuracy: number; attackSuccess: number; attackSuccessOfAll: number };
  orders: Record<string, { order: number[]; thresholds: Threshold[] }>;
  front: { [WITHIN]: { test: Pick<Rates, "attackSuccess"> } };
  withoutTrigger: {
    attackSuccess: number;
    unlearned: Pick<Rates, "attackSuccess" | "robustAccuracy">;
  };
  seeds: {
    networks: string[];
    front: { [WITHIN]: { attackSuccess: ReturnType<typeof spreadOf> } };
  };
}

interface Threshold {
  drop: number;
  channelsPruned: number;
  test: Pick<Rates, "cleanAccuracy" | "attackSuccess">;
}

/** The limit of accuracy of which the closing table tells the best set. */
const WITHIN = "within 0.5 points";

/** What of it is printed, and the notebook that writes it. */
const WRITTEN_BY = {
  "badNet/attackSuccessOfAll": "02_attacked_network",
  "orders/clean ascending/thresholds/0/test": "05_repaired_models",
  "orders/backdoor descending/thresholds/0/test": "06_proposal",
  [`front/${WITHIN}/test`]: "06_proposal",
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
 * @returns Rows of a name, our number and the paper's, as words.
 */
export function summaryRows(
  { badNet, orders, front, seeds, withoutTrigger }: Summary,
): [string, string, string][] {
  const [paper, proposal] = [orders["clean ascending"]!, orders["backdoor descending"]!];
  const { cleanAccuracy, attackSuccess } = PAPER.badNet;
  const rows: [string, string, string][] = [
    ["clean accuracy", percent(badNet.cleanAccuracy, 2), percent(cleanAccuracy, 2)],
    [
      "attack success, all images",
      percent(badNet.attackSuccessOfAll, 2),
      percent(attackSuccess, 2),
    ],
    ["attack success, without target class", percent(badNet.attackSuccess, 2), stated(undefined)],
  ];
  for (const theirs of PAPER.repaired) {
    const [ours, ofProposal] = [paper, proposal].map(({ thresholds }) =>
      thresholds.find(({ drop }) => drop === theirs.drop)!
    );
    const at = `${Math.round(100 * theirs.drop)} points lost`;
    const pruned = percent(ours!.channelsPruned / paper.order.length, 0);
    const { cleanAccuracy, attackSuccess } = ours!.test;
    rows.push(
      [`${at}: channels pruned`, pruned, stated(theirs.channelsPruned)],
      [`${at}: clean accuracy`, percent(cleanAccuracy), stated(theirs.cleanAccuracy)],
      [`${at}: attack success`, percent(attackSuccess), stated(theirs.attackSuccess)],
      [`${at}: attack success, its proposal`, percent(ofProposal!.test.attackSuccess), NOT_TRIED],
    );
  }
  const { mean, min, max } = seeds.front[WITHIN].attackSuccess;
  const count = seeds.networks.length;
  const { unlearned } = withoutTrigger;
  rows.push(
    [`best set ${WITHIN}: attack success`, percent(front[WITHIN].test.attackSuccess), NOT_TRIED],
    [
      `… mean and range of ${count} BadNet${count === 1 ? "" : "s"}`,
      `${percent(mean)}, ${percent(min)} to ${percent(max)}`,
      NOT_TRIED,
    ],
    ["… found without the attacker's trigger", percent(withoutTrigger.attackSuccess), NOT_TRIED],
    ["found so and unlearned: attack success", percent(unlearned.attackSuccess), NOT_TRIED],
    ["… triggered signs given their true class", percent(unlearned.robustAccuracy), NOT_TRIED],
  );
  return rows;
}

const NOT_TRIED = "not tried";

/** A number of the paper, which gives no decimals here. */
function stated(share: number | undefined): string {
  return share === undefined ? "not stated" : percent(share, 0);
}

/**
 * The paper's numbers beside the measured ones, and where everything lies.
 *
 * @param summary The measured ones.
 * @param dataset Folder below `outputs/`.
 * @returns Lines to print.
 */
export function summaryLines(summary: Summary, dataset: string): string[] {
  const rows = [["", "measured", "paper"], ...summaryRows(summary)];
  return [
    headingOf(summary, dataset),
    ...rows.map(([name, ours, theirs]) =>
      `${name!.padEnd(46)}${ours!.padStart(22)}${theirs!.padStart(12)}`
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
    : `${summary.dataset}; the paper's numbers are of GTSRB.`;
}

const [BEGIN, END] = ["<!-- results: begin -->", "<!-- results: end -->"];

/**
 * A page with the table of results between its markers written anew, so that no number in it is typed.
 *
 * @param page Markdown with the markers `results: begin` and `results: end` in comments.
 * @param summary The measured numbers.
 * @returns The page.
 * @throws {Error} If the markers are not there.
 */
export function withResults(page: string, summary: Summary): string {
  const [start, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (start < 0 || end < start) {
    throw new Error(`Expected ${BEGIN} … ${END} in the page but found none`);
  }
  const rows = summaryRows(summary).map((row) => `| ${row.join(" | ")} |`);
  const table = ["| | here | paper |", "| --- | ---: | ---: |", ...rows].join("\n");
  return `${page.slice(0, start)}${BEGIN}\n\n${table}\n\n${page.slice(end)}`;
}
