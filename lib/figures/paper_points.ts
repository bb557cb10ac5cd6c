import { compact, type Fields } from "@lib/figures/figure.ts";
import { faint, MEANING, PAPER_MARKER } from "@lib/figures/palette.ts";
import type { PaperCurve } from "@lib/figures/paper_values.ts";
import { RATES } from "@lib/figures/rates.ts";

/**
 * The paper's numbers as they stand in a pruning curve: open markers, and broad pale lines where attack
 * success is near 100 % and where it is 0.
 *
 * @param paper What it states. Where a model's clean accuracy is not stated, it is the BadNet's less
 * the drop.
 * @param axes Of Plotly's vertical axes, the one of clean accuracy and the one of attack success.
 * @returns Three traces, in per cent.
 * @example
 * ```ts
 * import { paperPoints } from "@lib/figures/paper_points.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const repaired = [{ drop: 0.1, channelsPruned: 0.7, attackSuccess: 1 }];
 * const curve = { attackStaysUntil: 0.75, attackGoneFrom: 0.83 };
 * const traces = paperPoints({ badNet: { cleanAccuracy: 0.97 }, repaired, curve }, ["y", "y2"]);
 * assertEquals(traces.map(({ x }) => x), [[0, 75, null, 83, 100], [70], [70]]);
 * assertEquals(traces.map(({ y }) => y), [[100, 100, null, 0, 0], [87], [100]]);
 * ```
 */
export function paperPoints(
  { badNet, repaired, curve }: PaperCurve,
  [cleanAxis, attackAxis]: readonly [string, string],
): Fields[] {
  const points = repaired.flatMap(({ drop, channelsPruned, cleanAccuracy, attackSuccess }) => {
    if (channelsPruned === undefined) return [];
    const clean = cleanAccuracy ?? badNet.cleanAccuracy - drop;
    return [{ pruned: channelsPruned, cleanAccuracy: clean, attackSuccess }];
  });
  const markers = ({ rate, name, color, symbol }: typeof RATES[number], yaxis: string) => {
    const stated = points.filter((point) => point[rate] !== undefined);
    return {
      ...{ type: "scatter", mode: "markers", name: `paper: ${name}`, yaxis },
      x: compact(stated.map(({ pruned }) => pruned), 100),
      y: compact(stated.map((point) => point[rate]!), 100),
      marker: { color, symbol: symbol + PAPER_MARKER, size: 10, line: { width: 2 } },
      cliponaxis: false, // half of a marker at 100 % is above the plot
      hovertemplate: "%{y:.1f} % at %{x:.0f} % pruned",
    };
  };
  const [stays, gone] = compact([curve.attackStaysUntil, curve.attackGoneFrom], 100);
  return [
    {
      ...{ type: "scatter", mode: "lines", yaxis: attackAxis },
      name: "paper: attack near 100 %, then 0",
      x: [0, stays, null, gone, 100],
      y: [100, 100, null, 0, 0],
      line: { color: faint(MEANING.attack.color, 0.25), width: 9 },
      cliponaxis: false,
      hovertemplate: `near 100 % until ${stays} %, 0 from ${gone} % pruned`,
    },
    markers(RATES[0], cleanAxis),
    markers(RATES[1], attackAxis),
  ];
}
