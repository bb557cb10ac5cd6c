import { percent } from "../../lib/words.ts";
import { PAPER } from "../../lib/study/paper.ts";

/** What of `outputs/<dataset>/summary.json` is printed at the end. */
export interface Summary {
  dataset: string;
  badNet: {
    cleanAccuracy: number;
    attackSuccessRate: number;
    attackSuccessRateIncludingTarget: number;
  };
  orders: Record<string, { order: number[]; thresholds: Threshold[] }>;
  front: { [WITHIN]: { attackSuccess: number } };
  withoutTrigger: {
    attackSuccess: number;
    unlearned: { attackSuccess: number; robustAccuracy: number };
  };
  seeds: { networks: string[]; front: { [WITHIN]: { attackSuccess: Spread } } };
}

/** What of it is printed, and the notebook that writes it. */
const WRITTEN_BY = {
  "badNet": "02_attacked_network",
  "orders/clean ascending": "05_repaired_models",
  "orders/backdoor descending": "06_proposal",
  "front/within 0.5 points": "06_proposal",
  "seeds/front": "07_trust",
  "withoutTrigger/unlearned": "08_without_trigger",
};

/**
 * Reads a summary.
 *
 * @param file Its path.
 * @returns What it holds.
 * @throws {Error} If a part of what is printed is missing, with the notebook that writes it.
 */
export async function readSummary(file: string): Promise<Summary> {
  const summary = JSON.parse(await Deno.readTextFile(file));
  for (const [part, notebook] of Object.entries(WRITTEN_BY)) {
    const found = part.split("/").reduce((value, key) => value?.[key], summary);
    if (found === undefined) {
      throw new Error(
        `Expected ${part} but found none in ${file}: run notebooks/${notebook}.ipynb`,
      );
    }
  }
  return summary;
}

/** The limit of accuracy of which the closing table tells the best set. */
const WITHIN = "within 0.5 points";

interface Spread {
  mean: number;
  min: number;
  max: number;
}

interface Threshold {
  drop: number;
  channelsPruned: number;
  cleanAccuracy: number;
  attackSuccessRate: number;
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
  const paper = orders["clean ascending"]!;
  const proposal = orders["backdoor descending"]!;
  const { cleanAccuracy, attackSuccessRate } = PAPER.badNet;
  const rows: [string, string, string][] = [
    ["clean accuracy", percent(badNet.cleanAccuracy, 2), percent(cleanAccuracy, 2)],
    [
      "attack success, all images",
      percent(badNet.attackSuccessRateIncludingTarget, 2),
      percent(attackSuccessRate, 2),
    ],
    ["attack success, without target class", percent(badNet.attackSuccessRate, 2), "not stated"],
  ];
  for (const theirs of PAPER.repaired) {
    const [threshold, ofProposed] = [paper, proposal].map(({ thresholds }) =>
      thresholds.find(({ drop }) => drop === theirs.drop)!
    );
    const at = `${Math.round(100 * theirs.drop)} points lost`;
    const pruned = percent(threshold!.channelsPruned / paper.order.length);
    const rate = percent(threshold!.attackSuccessRate, 1);
    const ofProposal = percent(ofProposed!.attackSuccessRate, 1);
    rows.push(
      [`${at}: channels pruned`, pruned, percent(theirs.channelsPruned)],
      [
        `${at}: clean accuracy`,
        percent(threshold!.cleanAccuracy, 1),
        percent(theirs.cleanAccuracy),
      ],
      [`${at}: attack success`, rate, percent(theirs.attackSuccessRate)],
      [`${at}: attack success, its proposal`, ofProposal, "not tried"],
    );
  }
  const { mean, min, max } = seeds.front[WITHIN].attackSuccess;
  rows.push(
    [
      `best set ${WITHIN}: attack success`,
      percent(front[WITHIN].attackSuccess, 1),
      "not tried",
    ],
    [
      `… mean and range of ${seeds.networks.length} BadNet${
        seeds.networks.length === 1 ? "" : "s"
      }`,
      `${percent(mean, 1)}, ${percent(min, 1)} to ${percent(max, 1)}`,
      "not tried",
    ],
    [
      "… found without the attacker's trigger",
      percent(withoutTrigger.attackSuccess, 1),
      "not tried",
    ],
    [
      "found so and unlearned: attack success",
      percent(withoutTrigger.unlearned.attackSuccess, 1),
      "not tried",
    ],
    [
      "… triggered signs given their true class",
      percent(withoutTrigger.unlearned.robustAccuracy, 1),
      "not tried",
    ],
  );
  return rows;
}

/**
 * The paper's numbers beside the measured ones, and where everything lies.
 *
 * @param summary The measured ones.
 * @param dataset Folder below `outputs/`.
 * @returns Lines to print.
 */
export function summaryLines(summary: Summary, dataset: string): string[] {
  const synthetic = dataset !== "gtsrb";
  const rows = [["", "measured", "paper"], ...summaryRows(summary)];
  return [
    synthetic
      ? "SYNTHETIC images: these numbers show that everything works; they are not the paper's experiment."
      : `${summary.dataset}: the paper's experiment.`,
    ...rows.map(([name, ours, theirs]) =>
      `${name!.padEnd(46)}${ours!.padStart(22)}${theirs!.padStart(12)}`
    ),
    "",
    `Executed notebooks: outputs/${dataset}/notebooks`,
    `Figures:            outputs/${dataset}/figures`,
    `Tables:             outputs/${dataset}/tables, outputs/${dataset}/summary.json`,
    `Networks:           outputs/${dataset}/badnet, outputs/${dataset}/repaired`,
    ...(synthetic ? ["On the paper's data: add --dataset gtsrb"] : []),
  ];
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

function stated(share: number | undefined, digits = 0): string {
  return share === undefined ? "not stated" : percent(share, digits);
}
