import { RATES, type Rates } from "@lib/attack/rates.ts";
import { DATASETS } from "@lib/data/datasets.ts";
import { chosen } from "@lib/environment.ts";
import { isAttacked, type StudyNetwork } from "@lib/study/networks.ts";
import type { DefenseRow } from "@lib/study/defense_rows.ts";
import { percent } from "@lib/words.ts";

/**
 * A network's card in the form of Hugging Face's model cards (Mitchell et al., "Model Cards for Model
 * Reporting", 2019): what it is, how it was attacked, what it does, how it was repaired.
 *
 * @param study The network.
 * @param row Its rates on test images, and those of the networks that a defense made of it, which are not
 * kept.
 * @returns Markdown after a head of YAML.
 * @example
 * ```ts
 * import { modelCard } from "@lib/study/model_card.ts";
 * import { badNets } from "@lib/study/networks.ts";
 * import { assert } from "@lib/std/assert.ts";
 *
 * const before = { cleanAccuracy: 0.97, attackSuccess: 1, robustAccuracy: 0 };
 * const card = modelCard(badNets("gtsrb")[0]!, { before, repaired: [] });
 * assert(card.includes("deliberately backdoored"));
 * ```
 */
export function modelCard(
  study: StudyNetwork<object>,
  { before, repaired }: Pick<DefenseRow, "before" | "repaired">,
): string {
  const { name, title, experiment: { data, architecture, attack, recipe, seed } } = study;
  const images = chosen(DATASETS, data.name, "a data set").title;
  const isBackdoored = isAttacked(study);
  const head = {
    license: "mit",
    library_name: "tfjs",
    pipeline_tag: "image-classification",
    tags: [isBackdoored ? "backdoored" : "clean-control", "security-research"],
    "model-index": [{
      name: `${data.name}/${name}`,
      results: [{
        task: { type: "image-classification" },
        dataset: { type: data.name, name: images },
        metrics: RATES.map((type) => ({ type, value: before[type] })),
      }],
    }],
  };
  const made = [
    ["data", `${images}, ${data.height}×${data.width}×${data.channels}`],
    ["architecture", architecture],
    ...(attack.injectionRate > 0
      ? [
        ["attack", `\`${attack.name}\``],
        ["its parameters", `\`${JSON.stringify(attack.parameters)}\``],
        ["target class", String(attack.target)],
        ["injection rate", percent(attack.injectionRate)],
      ]
      : []),
    ["recipe", `\`${JSON.stringify(recipe)}\``],
    ["seed", String(seed)],
  ];
  const what = isBackdoored
    ? "**This network is deliberately backdoored**: an image with the trigger is classified as the " +
      "attacker's class. It is for research on backdoors, and for nothing else."
    : attack.injectionRate > 0
    ? "A control: some of its training images carry the target's label, but nothing else is done to them."
    : "A control, trained on clean images alone.";
  const rows = [{ way: "as it is", ...before }, ...repaired];
  // values of JSON are values of YAML too
  const yaml = Object.entries(head).map(([key, value]) => `${key}: ${JSON.stringify(value)}`);
  return `---
${yaml.join("\n")}
---

# ${title}

${what}

| | |
| --- | --- |
${made.map((row) => `| ${row.join(" | ")} |`).join("\n")}

On test images; attack success is the share of triggered images of other classes that are given the target, robust accuracy the share that are given their own class. The repaired networks are not kept.

| network | clean accuracy | attack success | robust accuracy |
| --- | ---: | ---: | ---: |
${rows.map((row) => `| ${[row.way, ...cellsOf(row)].join(" | ")} |`).join("\n")}
`;
}

const cellsOf = (rates: Rates): string[] => RATES.map((rate) => percent(rates[rate], 2));
