import { type Drawing, type Point, stroke, together } from "@lib/figures/diagram.ts";
import { INK } from "@lib/figures/palette.ts";

/**
 * An arrow along straight lines.
 *
 * @param points From where, round which corners, to where; at least two.
 * @param color Of line and head.
 * @returns The drawing.
 * @example
 * ```ts
 * import { arrow } from "@lib/figures/arrow.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const [line, head] = arrow([[0, 5], [30, 5]]).shapes;
 * assertEquals([line!.path, head!.path], ["M0,5L23,5", "M30,5L22,9L22,1Z"]);
 * ```
 */
export function arrow(points: readonly Point[], color: string = INK): Drawing {
  const [[fromX, fromY], [x, y]] = [points.at(-2)!, points.at(-1)!];
  const length = Math.hypot(x - fromX, y - fromY);
  const [right, down] = [(x - fromX) / length, (y - fromY) / length];
  const back = (along: number, aside: number): Point => [
    x - along * right - aside * down,
    y - along * down + aside * right,
  ];
  const head = `${path([[x, y], back(8, 4), back(8, -4)])}Z`;
  const line = path([...points.slice(0, -1), back(7, 0)]);
  return together(
    stroke(line, { fillcolor: "rgba(0,0,0,0)", line: { color, width: 1.5 } }),
    stroke(head, { fillcolor: color, line: { color, width: 0 } }),
  );
}

/** As SVG's path, which Plotly's shapes know. */
const path = (points: readonly Point[]): string =>
  `M${points.map(([x, y]) => `${x},${y}`).join("L")}`;
