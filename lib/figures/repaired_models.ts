import { axis, baseLayout, COLOURS, compact, type Figure } from "@lib/figures/figure.ts";

/** A network from which so many channels are gone that its clean accuracy has dropped by so much. */
export interface RepairedModel {
  /** The threshold of clean validation accuracy, 0.02 being two percentage points. */
  drop: number;
  /** Share of the channels pruned, 0–1. */
  fraction: number;
  /** Share of clean images classified rightly, 0–1. */
  cleanAccuracy: number;
  /** Attack success rate, 0–1. */
  attackSuccess: number;
}

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
  const drops = models.map(({ drop }) => drop);
  const theirs = drops.map((drop) => paper.find((model) => model.drop === drop));
  const data = (["cleanAccuracy", "attackSuccess"] as const).flatMap((rate) => {
    const given = theirs.map((model) => model?.[rate]);
    return [
      bars(rate, models.map((model) => model[rate])),
      ...(given.some((value) => value !== undefined) ? [bars(rate, given, ", paper")] : []),
    ];
  });
  const layout = baseLayout({
    barmode: "group",
    bargap: 0.14,
    bargroupgap: 0.06,
    margin: { l: 64, r: 24, t: 44, b: 74 },
    xaxis: axis("drop in clean validation accuracy", {
      tickvals: drops.map((_, index) => index),
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

const LOOK = {
  cleanAccuracy: { name: "clean accuracy", color: COLOURS.blue },
  attackSuccess: { name: "attack success", color: COLOURS.vermillion },
};

function bars(
  rate: keyof typeof LOOK,
  values: readonly (number | undefined)[],
  source = "",
): Record<string, unknown> {
  const { name, color } = LOOK[rate];
  const y = values.map((value) => value === undefined ? null : compact([value], 100)[0]);
  const hatched = { color: "#ffffff", pattern: { shape: "/", fgcolor: color, size: 6 } };
  return {
    type: "bar",
    name: name + source,
    x: y.map((_, index) => index),
    y,
    text: y.map((value) => value?.toFixed(1) ?? ""),
    textposition: "outside",
    textangle: 0,
    textfont: { size: 11 },
    constraintext: "none",
    cliponaxis: false,
    hovertemplate: "%{y} %",
    marker: { ...(source ? hatched : { color }), line: { color, width: 1 } },
  };
}
