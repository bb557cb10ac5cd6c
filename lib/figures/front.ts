import { escapeText } from "@lib/figures/caption.ts";
import { axis, baseLayout, COLOURS, compact, type Figure } from "@lib/figures/figure.ts";
import { legendHeight } from "@lib/figures/legend.ts";

/** Networks that come out of one way to prune, one a step. */
export interface Path {
  name: string;
  /** Share of clean images classified rightly, 0–1. */
  cleanAccuracy: ArrayLike<number>;
  /** Attack success rate of the same networks, 0–1. */
  attackSuccess: ArrayLike<number>;
}

/**
 * Attack success against the clean accuracy that it costs to bring it down: the paths of several orders,
 * and under them the front of the best sets.
 *
 * @param paths One an order; the first step of each is the network as it is.
 * @param front The best sets, from most accurate to least.
 * @param lost Width of the horizontal axis, in percentage points of clean accuracy.
 * @returns The figure.
 * @throws {Error} If there are more paths than colours, or a path has no steps.
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
  if (paths.length > SERIES.length) {
    throw new Error(`Expected at most ${SERIES.length} paths but found ${paths.length}`);
  }
  const before = paths[0]?.cleanAccuracy[0];
  if (before === undefined) throw new Error("Expected a path with steps but found none");
  const line = (path: Path, look: Record<string, unknown>): Record<string, unknown> => ({
    type: "scatter",
    name: escapeText(path.name),
    x: compact(Array.from(path.cleanAccuracy, (accuracy) => before - accuracy), 100),
    y: compact(path.attackSuccess, 100),
    hovertemplate: "%{y:.1f} % at %{x:.2f} points lost",
    ...look,
  });
  const data = [
    ...paths.map((path) => within(path, before - lost / 100)).map((path, index) =>
      line(path, { mode: "lines", line: { color: SERIES[index], width: 1.5 } })
    ),
    line(front, {
      mode: "lines+markers",
      line: { color: COLOURS.black, width: 2.5 },
      marker: { color: COLOURS.black, size: 6 },
    }),
  ];
  const top = legendHeight(data.map(({ name }) => String(name))) + 14;
  const layout = baseLayout({
    height: top + 360 + 56,
    margin: { l: 64, r: 40, t: top, b: 56 },
    xaxis: axis("clean accuracy lost (percentage points)", { range: [-1, lost], dtick: 1 }),
    yaxis: axis("attack success (%)", { range: [-2, 102], dtick: 20, tick0: 0 }),
  });
  return { data, layout };
}

/** A path up to its first step outside the picture: the rest would only make notebooks larger. */
function within({ name, cleanAccuracy, attackSuccess }: Path, lowest: number): Path {
  const steps = Array.from(cleanAccuracy);
  const outside = steps.findIndex((accuracy) => accuracy < lowest);
  const count = outside < 0 ? steps.length : outside + 1;
  return {
    name,
    cleanAccuracy: steps.slice(0, count),
    attackSuccess: Array.from(attackSuccess).slice(0, count),
  };
}

const SERIES = [
  ...[COLOURS.blue, COLOURS.vermillion, COLOURS.green, COLOURS.purple, COLOURS.orange],
  COLOURS.sky,
];
