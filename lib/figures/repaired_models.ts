import { axis, baseLayout, compact, type Fields, type Figure } from "@lib/figures/figure.ts";
import type { DropMark } from "@lib/figures/pruning_curve.ts";
import { RATES, type Rates } from "@lib/figures/rates.ts";

/** A network from which so many channels are gone that its clean accuracy has dropped by so much. */
export type RepairedModel = DropMark & Rates;

/**
 * Clean accuracy and attack success of the repaired models (paper, Fig. 8), and hatched beside them
 * what the paper reports.
 *
 * @param models Ours, one a threshold.
 * @param paper The paper's numbers, for any of the same thresholds, either rate where it is given.
 * @returns The figure.
 * @throws {Error} If there is no model.
 * @example
 * ```ts
 * import { repairedModelsFigure } from "@lib/figures/repaired_models.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const ours = { drop: 0.3, fraction: 0.88, cleanAccuracy: 0.66, attackSuccess: 0.002 };
 * const { data } = repairedModelsFigure([ours], [{ drop: 0.3, attackSuccess: 0.26 }]);
 * assertEquals(data.map(({ y }) => y), [[66], [0.2], [26]]);
 * ```
 */
export function repairedModelsFigure(
  models: readonly RepairedModel[],
  paper: readonly (Partial<RepairedModel> & { drop: number })[] = [],
): Figure {
  if (models.length === 0) throw new Error("Expected at least one repaired model but found none");
  const data = RATES.flatMap(({ rate, name, color }) => {
    const ours = models.map((model) => model[rate]);
    const theirs = models.map(({ drop }) => paper.find((model) => model.drop === drop)?.[rate]);
    const hatched = { color: "#ffffff", pattern: { shape: "/", fgcolor: color, size: 6 } };
    const both = [
      bars(name, ours, color, { color }),
      bars(`${name}, paper`, theirs, color, hatched),
    ];
    return theirs.some((value) => value !== undefined) ? both : both.slice(0, 1);
  });
  const layout = baseLayout({
    barmode: "group",
    bargap: 0.14,
    bargroupgap: 0.06,
    margin: { l: 64, r: 24, t: 44, b: 74 },
    xaxis: axis("drop in clean validation accuracy", {
      tickvals: models.map((_, index) => index),
      ticktext: models.map(({ drop, fraction }) =>
        `${Math.round(drop * 100)} points<br>${(fraction * 100).toFixed(0)} % pruned`
      ),
      ticks: "",
      showgrid: false,
    }),
    yaxis: axis("rate (%)", { range: [0, 108], dtick: 20 }),
  });
  return { data, layout };
}

function bars(name: string, values: (number | undefined)[], color: string, fill: object): Fields {
  const y = values.map((value) => value === undefined ? null : compact([value], 100)[0]);
  return {
    type: "bar",
    name,
    x: y.map((_, index) => index),
    y,
    text: y.map((value) => value?.toFixed(1) ?? ""),
    textposition: "outside",
    textangle: 0,
    textfont: { size: 11 },
    constraintext: "none",
    cliponaxis: false,
    hovertemplate: "%{y} %",
    marker: { ...fill, line: { color, width: 1 } },
  };
}
