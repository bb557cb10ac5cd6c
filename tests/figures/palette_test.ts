import { assert, assertEquals, assertThrows } from "@lib/std/assert.ts";
import { faint, INK, type Look, MEANING, orderLooks, ORDERS } from "@lib/figures/palette.ts";
import { samples } from "./samples.ts";

/** Machado, Oliveira, Fernandes (2009), severity 1, for linear RGB. */
const SIGHT = {
  "all colours": [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
  protanopia: [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [
    -0.003882,
    -0.048116,
    1.051998,
  ]],
  deuteranopia: [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [
    -0.01182,
    0.04294,
    0.968881,
  ]],
};

const linear = (color: string): number[] =>
  [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16) / 255)
    .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);

/** CIE L*a*b*, D65. */
function lab([r = 0, g = 0, b = 0]: number[]): number[] {
  const xyz = [
    (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505,
    0.2126 * r + 0.7152 * g + 0.0722 * b,
    (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089,
  ];
  const [x, y, z] = xyz.map((value) => Math.max(0, value))
    .map((value) => value > 0.008856 ? Math.cbrt(value) : 7.787 * value + 16 / 116);
  return [116 * y! - 16, 500 * (x! - y!), 200 * (y! - z!)];
}

for (const [sight, matrix] of Object.entries(SIGHT)) {
  Deno.test(`colours of one figure are told apart with ${sight}`, () => {
    const seen = (color: string) =>
      lab(matrix.map((row) => row.reduce((sum, w, part) => sum + w * linear(color)[part]!, 0)));
    for (const looks of [Object.values(MEANING), ORDERS] as readonly Look[][]) {
      for (const [index, one] of looks.entries()) {
        for (const other of looks.slice(index + 1)) {
          const [a, b] = [seen(one.color), seen(other.color)];
          const distance = Math.hypot(...a.map((value, part) => value - b[part]!));
          assert(distance > 15, `${one.color} and ${other.color}: ${distance.toFixed(1)}`);
        }
      }
    }
  });
}

Deno.test("no meaning and no order is told by colour alone", () => {
  const looks: Look[] = Object.values(MEANING);
  for (const group of [looks.slice(0, 4), ORDERS]) {
    assertEquals(new Set(group.map(({ dash }) => dash)).size, group.length);
    assertEquals(new Set(group.map(({ symbol }) => symbol)).size, group.length);
  }
  assertEquals(new Set([...looks, ...ORDERS].map(({ color }) => color)).size, 11);
  for (const { color, dash, symbol } of ORDERS) {
    assert(!looks.some((look) => look.symbol === symbol), `${symbol} has a meaning`);
    assert(dash === "solid" || !looks.some((look) => look.dash === dash), `${dash} of ${color}`);
  }
});

Deno.test("an order looks the same whatever is drawn beside it, and no two look alike", () => {
  const four = [
    "clean ascending",
    "backdoor descending *",
    "greedy *",
    "median of 9 random orders",
  ];
  assertEquals(orderLooks(four), ORDERS.slice(0, 4));
  assertEquals(orderLooks([four[3]!, four[1]!]), [ORDERS[3], ORDERS[1]]);
  const menu = ["clean ascending (mean, convolution)", "random", "random", "greedy, by hand"];
  const looks = orderLooks(menu);
  assertEquals([looks[0], looks[1]], [ORDERS[5], ORDERS[3]]);
  assertEquals(new Set(looks).size, 4);
  assertThrows(() => orderLooks(Array(7).fill("a")), Error, "at most 6 orders but found 7");
});

Deno.test("figures take their colours from the palette, and else are black, white and grey", () => {
  const known = [INK, ...[...Object.values(MEANING), ...ORDERS].map(({ color }) => color)];
  for (const [name, figure] of Object.entries(samples)) {
    const pictures = { ...figure, layout: { ...figure.layout, images: [] } };
    for (const [color] of JSON.stringify(pictures).matchAll(/#[\da-fA-F]{6}/g)) {
      const isGrey = /^#(..)\1\1$/.test(color!);
      assert(isGrey || known.includes(color!), `${color} in "${name}"`);
    }
  }
});

Deno.test("a faint colour keeps its hue and says how much of it is left", () => {
  assertEquals([0, 0.5, 1].map((share) => faint("#010203", share).slice(7)), ["00", "80", "ff"]);
});
