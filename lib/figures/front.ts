import { escapeText } from "@lib/figures/caption.ts";
import { axis, baseLayout, compact, type Figure } from "@lib/figures/figure.ts";
import { belowLegend } from "@lib/figures/legend.ts";
import { INK, orderLooks } from "@lib/figures/palette.ts";
import { RATE_AXIS, type Rates } from "@lib/figures/rates.ts";

/** Networks that come out of one way to prune, one a step. */
export interface Path extends Rates<ArrayLike<number>> {
  name: string;
}

/**
 * Attack success against the clean accuracy that it costs to bring it down: the paths of several orders,
 * and under them the front of the best sets.
 *
 * @param paths One an order; the first step of each is the network as it is.
 * @param front The best sets, from most accurate to least.
 * @param lost Width of the horizontal axis, in percentage points of clean accuracy.
 * @returns The figure.
 * @throws {Error} If there are more paths than looks, or a path has no steps.
 * @example
 * ```ts
 * import { frontFigure } from "@lib/figures/front.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const path = { name: "random", cleanAccuracy: [0.97, 0.95], attackSuccess: [1, 0.9] };
 * const front = { name: "best sets", cleanAccuracy: [0.97, 0.965], attackSuccess: [1, 0.01] };
 * assertEquals(frontFigure([path], front, 5).data.map(({ x }) => x), [[0, 2], [0, 0.5]]);
 * ```
 */
export function frontFigure(paths: readonly Path[], front: Path, lost: number): Figure {
  const before = paths[0]?.cleanAccuracy[0];
  if (before === undefined) throw new Error("Expected a path with steps but found none");
  const line = (path: Path, lowest: number, look: object) => {
    const accuracies = Array.from(path.cleanAccuracy);
    // up to the first step outside the picture: the rest would only make notebooks larger
    const outside = accuracies.findIndex((accuracy) => accuracy < lowest);
    const steps = outside < 0 ? accuracies.length : outside + 1;
    return {
      type: "scatter",
      name: escapeText(path.name),
      x: compact(accuracies.slice(0, steps).map((accuracy) => before - accuracy), 100),
      y: compact(path.attackSuccess, 100).slice(0, steps),
      hovertemplate: "%{y:.1f} % at %{x:.2f} points lost",
      ...look,
    };
  };
  const looks = orderLooks(paths.map(({ name }) => name));
  const data = [
    ...paths.map((path, index) => {
      const { color, dash } = looks[index]!;
      const look = { mode: "lines", line: { color, dash, width: 2 } };
      return line(path, before - lost / 100, look);
    }),
    line(front, 0, {
      mode: "lines+markers",
      line: { color: INK, width: 2.5 },
      marker: { color: INK, size: 7 },
    }),
  ];
  const least = Math.min(0, ...data.flatMap(({ x }) => x));
  const layout = baseLayout({
    ...belowLegend(data, 360, 40),
    xaxis: axis("clean accuracy lost (percentage points)", {
      range: [least - 0.2, lost],
      dtick: 1,
    }),
    yaxis: axis("attack success (%)", RATE_AXIS),
  });
  return { data, layout };
}
