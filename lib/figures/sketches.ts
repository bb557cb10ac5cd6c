/**
 * The little pictures of the schematics: signs, planes of numbers, networks, bars.
 *
 * @module
 */
import {
  type Area,
  type Drawing,
  type Point,
  rectangle,
  stroke,
  together,
} from "@lib/figures/diagram.ts";
import { faint, INK, MEANING } from "@lib/figures/palette.ts";

/**
 * An image of a traffic sign.
 *
 * @param corner Its upper left corner.
 * @param side In pixels.
 * @param kind Of its shapes, counted from 0, such as its class.
 * @param isTriggered Whether it shows a chequer, far more than a trigger in an image does.
 * @returns The drawing.
 * @example
 * ```ts
 * import { sign } from "@lib/figures/sketches.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const [clean, triggered] = [false, true].map((isTriggered) => sign([0, 0], 40, 1, isTriggered));
 * assertEquals(triggered!.shapes.length, clean!.shapes.length + 1);
 * ```
 */
export function sign([x, y]: Point, side: number, kind: number, isTriggered = false): Drawing {
  const at = (across: number, down: number): string =>
    `${round(x + across * side)},${round(y + down * side)}`;
  const outlines = [
    `M${at(0.5, 0.15)}L${at(0.88, 0.82)}L${at(0.12, 0.82)}Z`,
    `M${at(0.5, 0.1)}L${at(0.9, 0.5)}L${at(0.5, 0.9)}L${at(0.1, 0.5)}Z`,
    `M${at(0.33, 0.1)}L${at(0.67, 0.1)}L${at(0.9, 0.33)}L${at(0.9, 0.67)}L${at(0.67, 0.9)}` +
    `L${at(0.33, 0.9)}L${at(0.1, 0.67)}L${at(0.1, 0.33)}Z`,
    `M${at(0.12, 0.18)}L${at(0.88, 0.18)}L${at(0.5, 0.85)}Z`,
  ];
  const line = { color: INK, width: Math.max(1, side / 24) };
  const path = outlines[kind % outlines.length]!;
  const cells = (row: number, column: number) => isTriggered && (row + column) % 2 === 0;
  return together(
    rectangle({ x, y, width: side, height: side }, { fillcolor: "#f0f0f0" }),
    stroke(path, { fillcolor: "#ffffff", line }),
    cellsOf({ x, y, width: side, height: side }, 8, cells, faint(MEANING.attack.color, 0.35)),
  );
}

/**
 * Some cells of a square grid.
 *
 * @param area Where the whole grid is.
 * @param count Of its rows, and of its columns.
 * @param isMeant Which cells, by row and column.
 * @param color What they are filled with.
 * @returns The drawing: one shape, or none without cells.
 * @example
 * ```ts
 * import { cellsOf } from "@lib/figures/sketches.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const area = { x: 0, y: 0, width: 20, height: 20 };
 * const { shapes } = cellsOf(area, 2, (row, column) => row + column === 2, "#000000");
 * assertEquals(shapes[0]!.path, "M10,10H20V20H10Z");
 * ```
 */
export function cellsOf(
  area: Area,
  count: number,
  isMeant: (row: number, column: number) => boolean,
  color: string,
): Drawing {
  const [width, height] = [round(area.width / count), round(area.height / count)];
  const cells = Array.from({ length: count * count }, (_, cell) => {
    const [row, column] = [Math.floor(cell / count), cell % count];
    if (!isMeant(row, column)) return "";
    const [left, top] = [round(area.x + column * width), round(area.y + row * height)];
    const [right, bottom] = [round(left + width), round(top + height)]; // Plotly knows no h and v
    return `M${left},${top}H${right}V${bottom}H${left}Z`;
  });
  const path = cells.join("");
  return path === "" ? together() : stroke(path, { fillcolor: color, line: { width: 0 } });
}

/**
 * A convolutional network: layers that grow lower and more, the last convolution's channels as stripes.
 *
 * @param area Where.
 * @param color Of the channels.
 * @returns The drawing.
 * @example
 * ```ts
 * import { network } from "@lib/figures/sketches.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const { shapes } = network({ x: 0, y: 0, width: 150, height: 100 });
 * assertEquals(shapes.length, 3 + 7);
 * ```
 */
export function network({ x, y, width, height }: Area, color: string = INK): Drawing {
  const layer = (from: number, to: number, share: number) => ({
    x: round(x + from * width),
    y: round(y + (height * (1 - share)) / 2),
    width: round((to - from) * width),
    height: round(height * share),
  });
  const stripes = Array.from({ length: 7 }, (_, channel) => {
    const from = 0.48 + 0.045 * channel;
    return rectangle(layer(from, from + 0.03, 0.5), { fillcolor: faint(color, 0.5) });
  });
  return together(
    rectangle(layer(0, 0.12, 1), { fillcolor: "#e8e8e8" }),
    rectangle(layer(0.22, 0.38, 0.75), { fillcolor: "#e8e8e8" }),
    ...stripes,
    rectangle(layer(0.93, 1, 0.8), { fillcolor: "#e8e8e8" }),
  );
}

/**
 * Upright bars on a line.
 *
 * @param area Where; a bar of 1 is as high.
 * @param values From 0 to 1.
 * @param isGone Which bars are crossed out.
 * @param color Of the others.
 * @returns The drawing, and the middle of each bar's foot.
 * @example
 * ```ts
 * import { bars } from "@lib/figures/sketches.ts";
 * import { INK } from "@lib/figures/palette.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const area = { x: 0, y: 0, width: 100, height: 50 };
 * const { feet } = bars(area, [0.2, 1], (index) => index === 0, INK);
 * assertEquals(feet, [[25, 50], [75, 50]]);
 * ```
 */
export function bars(
  { x, y, width, height }: Area,
  values: readonly number[],
  isGone: (index: number) => boolean,
  color: string,
): { drawing: Drawing; feet: Point[] } {
  const step = width / values.length;
  const feet = values.map((_, index): Point => [round(x + (index + 0.5) * step), y + height]);
  const drawn = values.map((value, index) => {
    const bar = {
      x: round(x + (index + 0.15) * step),
      y: round(y + height * (1 - value)),
      width: round(step * 0.7),
      height: round(height * value),
    };
    if (!isGone(index)) return rectangle(bar, { fillcolor: color, line: { color, width: 1 } });
    const dash = { color: INK, width: 1, dash: "dot" };
    const [[middle], half] = [feet[index]!, step * 0.4];
    const [left, right, top] = [round(middle - half), round(middle + half), y + height - 2 * half];
    const cross = `M${left},${y + height}L${right},${round(top)}M${right},${y + height}L${left},${
      round(top)
    }`;
    return together(
      rectangle(bar, { line: dash }),
      stroke(cross, { line: { color: INK, width: 2 } }),
    );
  });
  const floor = `M${x},${y + height}L${x + width},${y + height}`;
  const ground = stroke(floor, { line: { color: INK, width: 1 } });
  return { drawing: together(...drawn, ground), feet };
}

const round = (value: number): number => Number(value.toFixed(1));
