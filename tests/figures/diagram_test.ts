/** The schematics, measured: what is written lies in its box, and no line runs through it. */
import { assert, assertEquals } from "@lib/std/assert.ts";
import { arrow } from "@lib/figures/arrow.ts";
import { box, diagram } from "@lib/figures/diagram.ts";
import type { Figure } from "@lib/figures/figure.ts";
import { textWidth } from "@lib/figures/text_width.ts";
import { samples } from "./samples.ts";

interface Edges {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** Where a figure's words are, with a little room on both sides for a wider font. */
function written(figure: Figure): (Edges & { text: string })[] {
  type Note = { x: number; y: number; xanchor: string; text: string; font: { size: number } };
  return (figure.layout.annotations as Note[]).map(({ x, y, xanchor, text, font: { size } }) => {
    const lines = text.replaceAll(/<\/?b>/g, "").split("<br>");
    const width = Math.max(...lines.map((line) => textWidth(line, size, text.startsWith("<b>"))));
    const left = x - width * { left: 0, center: 0.5, right: 1 }[xanchor]!;
    const half = lines.length * size * 0.6;
    return { text, left: left - 1, right: left + width + 1, top: y - half, bottom: y + half };
  });
}

/** Parts of the straight lines of a figure's paths, each by its two ends. */
function strokes(figure: Figure): Edges[] {
  const shapes = figure.layout.shapes as { type: string; path?: string }[];
  return shapes.flatMap(({ path = "" }) =>
    path.split("M").filter((run) => !run.includes("H")).flatMap((run) => {
      const points = run.replace("Z", "").split("L").map((point) => point.split(",").map(Number));
      return points.slice(1).map(([x, y], index) => {
        const [fromX, fromY] = points[index]!;
        return { left: fromX!, top: fromY!, right: x!, bottom: y! };
      });
    })
  );
}

const crosses = (line: Edges, area: Edges): boolean =>
  Array.from({ length: 201 }, (_, step) => step / 200).some((share) => {
    const x = line.left + share * (line.right - line.left);
    const y = line.top + share * (line.bottom - line.top);
    return x > area.left && x < area.right && y > area.top && y < area.bottom;
  });

for (const name of ["attack schematic", "pruning schematic", "pipeline schematic"]) {
  const figure = samples[name]!;
  type Rectangle = { type: string; x0: number; y0: number; x1: number; y1: number };
  const areas = (figure.layout.shapes as Rectangle[]).filter(({ type }) => type === "rect");

  Deno.test(`"${name}": words lie in a box or beside it, never on its edge`, () => {
    for (const { text, left, right, top, bottom } of written(figure)) {
      const holds = ({ x0, x1, y0, y1 }: Rectangle) =>
        left >= x0 + 2 && right <= x1 - 2 && top >= y0 && bottom <= y1;
      // what lies under the uppermost rectangle around the words is hidden by it
      for (const { x0, x1, y0, y1 } of areas.slice(areas.findLastIndex(holds) + 1)) {
        const isBeside = right <= x0 || left >= x1 || bottom <= y0 || top >= y1;
        assert(isBeside, `"${text}" on an edge of ${[x0, y0, x1, y1]}`);
      }
    }
  });

  Deno.test(`"${name}": no line runs through words`, () => {
    for (const area of written(figure)) {
      const line = strokes(figure).find((each) => crosses(each, area));
      assertEquals(line, undefined, area.text);
    }
  });

  Deno.test(`"${name}": nothing is outside, and letters are large enough at 700 pixels`, () => {
    const { width, height } = figure.layout;
    for (const { left, right, top, bottom } of [...written(figure), ...strokes(figure)]) {
      assert(Math.min(left, right) >= 4 && Math.max(left, right) <= width - 4);
      assert(Math.min(top, bottom) >= 4 && Math.max(top, bottom) <= height - 4);
    }
    for (const { font } of figure.layout.annotations as { font: { size: number } }[]) {
      assert(font.size >= 10, String(font.size));
    }
  });
}

Deno.test("an arrow ends where it is told to, its head along its last part", () => {
  const [line, head] = arrow([[0, 0], [0, 20], [50, 20]]).shapes;
  assertEquals(line!.path, "M0,0L0,20L43,20");
  assertEquals(head!.path, "M50,20L42,24L42,16Z");
});

Deno.test("words are plain text, in boxes as well", () => {
  const { annotations } = box({ x: 0, y: 0, width: 200, height: 30 }, "a < b & c");
  assertEquals(annotations[0]!.text, "a &lt; b &amp; c");
  assertEquals(diagram(100).layout.height, 100);
});
