import { PAPER } from "../../lib/paper.ts";

/** What of `outputs/<dataset>/summary.json` is printed at the end. */
export interface Summary {
  dataset: string;
  badNet: {
    cleanAccuracy: number;
    attackSuccessRate: number;
    attackSuccessRateIncludingTarget: number;
  };
  orders: Record<string, { order: number[]; thresholds: Threshold[] }>;
}

interface Threshold {
  drop: number;
  channelsPruned: number;
  cleanAccuracy: number;
  attackSuccessRate: number;
}

/**
 * The paper's numbers beside the measured ones, and where everything lies.
 *
 * @param summary The measured ones.
 * @param dataset Folder below `outputs/`.
 * @returns Lines to print.
 */
export function summaryLines(summary: Summary, dataset: string): string[] {
  const { badNet, orders } = summary;
  const synthetic = dataset !== "gtsrb";
  const paper = orders["clean ascending"]!;
  const proposal = orders["backdoor descending"]!;
  const rows = [
    ["", "measured", "paper"],
    ["clean accuracy", percent(badNet.cleanAccuracy, 2), percent(PAPER.badNet.cleanAccuracy, 2)],
    [
      "attack success, all images",
      percent(badNet.attackSuccessRateIncludingTarget, 2),
      percent(1, 2),
    ],
    ["attack success, without target class", percent(badNet.attackSuccessRate, 2), "–"],
    ...paper.thresholds.flatMap(({ drop, channelsPruned, attackSuccessRate, cleanAccuracy }, i) => {
      const theirs = PAPER.repaired[i];
      const at = `at −${Math.round(100 * drop)} points:`;
      const rate = theirs?.attackSuccessRate;
      return [
        [
          `${at} channels pruned`,
          percent(channelsPruned / paper.order.length),
          percent(theirs?.channelsPruned),
        ],
        ["   clean accuracy", percent(cleanAccuracy, 1), percent(theirs?.cleanAccuracy)],
        ["   attack success, the paper's order", percent(attackSuccessRate, 1), percent(rate)],
        [
          "   attack success, the paper's proposal",
          percent(proposal.thresholds[i]!.attackSuccessRate, 1),
          "not tried",
        ],
      ];
    }),
  ];
  return [
    synthetic
      ? "SYNTHETIC images: these numbers show that everything works; they are not the paper's experiment."
      : `${summary.dataset}: the paper's experiment.`,
    ...rows.map(([name, ours, theirs]) =>
      `${name!.padEnd(40)}${ours!.padStart(10)}${theirs!.padStart(12)}`
    ),
    "",
    `Executed notebooks: outputs/${dataset}/notebooks`,
    `Figures:            outputs/${dataset}/figures`,
    `Tables:             outputs/${dataset}/tables, outputs/${dataset}/summary.json`,
    `Networks:           outputs/${dataset}/badnet, outputs/${dataset}/repaired`,
    ...(synthetic ? ["On the paper's data: add --dataset gtsrb"] : []),
  ];
}

function percent(share: number | undefined, digits = 0): string {
  return share === undefined ? "not stated" : `${(100 * share).toFixed(digits)} %`;
}
