import { axis, baseLayout, compact, type Figure, LOG_TICKS } from "@lib/figures/figure.ts";
import { faint, MEANING } from "@lib/figures/palette.ts";

/** So many points a line at most, since every class has one. */
const POINTS = 40;

/**
 * The norm of each class's trigger while triggers are searched: one line a class, one of them marked.
 *
 * @param norms Step by step one norm a class, in levels.
 * @param steps How many there will be.
 * @param marked The class whose line stands out, if any, and what to call it.
 * @returns The figure; its vertical axis is logarithmic.
 * @example
 * ```ts
 * import { recoveryNorms } from "@lib/figures/recovery_norms.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const { data } = recoveryNorms([[40, 300], [30, 500]], 2, { label: 0, name: "class 0" });
 * assertEquals(data.length, 2);
 * ```
 */
export function recoveryNorms(
  norms: readonly (readonly number[])[],
  steps: number,
  marked?: { label: number; name: string },
): Figure {
  const stride = Math.ceil(norms.length / POINTS);
  const shown = norms.map((_, step) => step)
    .filter((step) => step % stride === 0 || step === norms.length - 1);
  const level = (step: number, label: number): number => Math.max(1, norms[step]![label]!);
  const labels = [...(norms[0] ?? []).keys()];
  const drawn = shown.flatMap((step) => labels.map((label) => Math.log10(level(step, label))));
  const line = (label: number) => {
    const stands = label === marked?.label;
    return {
      type: "scatter",
      mode: "lines",
      name: stands ? marked.name : "each other class",
      showlegend: stands || label === (marked?.label === 0 ? 1 : 0),
      x: shown.map((step) => step + 1),
      y: compact(shown.map((step) => level(step, label))),
      line: stands
        ? { color: MEANING.attack.color, width: 3 }
        : { color: faint(MEANING.neutral.color, 0.6), width: 1 },
      hovertemplate: `class ${label}: %{y:.0f}<extra></extra>`,
    };
  };
  // the marked line lies on top
  const order = labels.toSorted((a, b) =>
    Number(a === marked?.label) - Number(b === marked?.label)
  );
  const layout = baseLayout({
    xaxis: axis("step of the search", { range: [0, steps] }),
    yaxis: axis("L1 norm of the trigger (levels)", {
      type: "log",
      range: [Math.min(...drawn) - 0.1, Math.max(...drawn) + 0.1],
      ...LOG_TICKS,
    }),
  });
  return { data: order.map(line), layout };
}
