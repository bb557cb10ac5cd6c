import { assert, assertEquals } from "@lib/std/assert.ts";
import { ownBox, pageBox, type SvgElement, textLength } from "@lib/figures/svg_box.ts";
import { plotlyWindow } from "@lib/figures/plotly_window.ts";
import { textWidth, wrapText } from "@lib/figures/text_width.ts";

const element = (svg: string): SvgElement => {
  const text = `<svg xmlns="http://www.w3.org/2000/svg">${svg}</svg>`;
  const document = new (plotlyWindow().DOMParser)().parseFromString(text, "image/svg+xml");
  return [...document.querySelectorAll("#it")][0]!;
};

Deno.test("text has a width, with fonts or without", () => {
  const width = textWidth("attack success rate", 12);
  assert(width > 80 && width < 160, String(width));
  assert(Math.abs(textWidth("attack success rate", 24) - 2 * width) < 4);
});

Deno.test("no line is wider than it may be, and no word is lost", () => {
  const text = "some channels are far more active with the trigger than without it";
  const lines = wrapText(text, 150, 12);
  assert(lines.length > 2 && lines.every((line) => textWidth(line, 12) <= 150));
  assertEquals(lines.join(" "), text);
});

Deno.test("boxes follow nested moves, turns and scales", () => {
  const inner = '<rect id="it" x="1" y="2" width="10" height="20"/>';
  const rect = element(
    `<g transform="translate(100,50)"><g transform="rotate(90)scale(2)">${inner}</g></g>`,
  );
  const box = pageBox(rect);
  const rounded = [box.left, box.top, box.width, box.height].map(Math.round);
  assertEquals(rounded, [100 - 44, 50 + 2, 40, 20]);
  assertEquals([ownBox(rect).x, ownBox(rect).width], [1, 10]);
});

Deno.test("text is anchored, turned about a point, and as tall as its lines", () => {
  const style = 'style="font-size: 10px" text-anchor="middle"';
  const box = pageBox(element(
    `<text id="it" x="50" y="80" ${style} transform="rotate(-90,50,80)">rate (%)</text>`,
  ));
  const width = textWidth("rate (%)", 10);
  assert(Math.abs(box.height - width) < 0.01 && Math.abs(box.width - 11.7) < 0.01);
  assert(Math.abs((box.top + box.bottom) / 2 - 80) < 0.01);
  const span = (dy: number, text: string) => `<tspan dy="${dy}em" x="0" y="0">${text}</tspan>`;
  const two = element(`<text id="it" ${style}>${span(0, "one")}${span(1.3, "other")}</text>`);
  assert(Math.abs(ownBox(two).height - 24.7) < 0.01);
  assert(Math.abs(ownBox(two).width - textWidth("other", 10)) < 0.01);
});

Deno.test("bold parts are measured as bold", () => {
  const bold = '<tspan style="font-weight:bold">Figure 3.</tspan>';
  const text = element(`<text id="it" style="font-size:13px">${bold} Rates</text>`);
  const expected = textWidth("Figure 3.", 13, true) + textWidth(" Rates", 13);
  assert(Math.abs(textLength(text) - expected) < 0.01);
});
