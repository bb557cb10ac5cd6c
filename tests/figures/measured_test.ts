/** Figures that set measured numbers beside the paper's, or beside each other. */
import { assertEquals, assertThrows } from "@lib/std/assert.ts";
import { confusionBars } from "@lib/figures/confusion_bars.ts";
import { curvePanels } from "@lib/figures/curve_panels.ts";
import { heatMap } from "@lib/figures/heat_map.ts";
import { orderMenu } from "@lib/figures/order_menu.ts";
import { ORDERS } from "@lib/figures/palette.ts";
import { pruningCurveFigure } from "@lib/figures/pruning_curve.ts";
import { repairedModelsFigure } from "@lib/figures/repaired_models.ts";
import { splitFigure } from "@lib/figures/split.ts";
import { PAPER } from "@lib/study/paper.ts";
import { samples, split } from "./samples.ts";

const curve = { name: "a", cleanAccuracy: [0.97, 0.5, 0], attackSuccess: [1, 1, 0] };

Deno.test("the paper's points stand where it states them, and nowhere else", () => {
  const { data } = pruningCurveFigure([curve], [], PAPER);
  const [spans, clean, attack] = data.slice(2);
  const rounded = (clean!.y as number[]).map((rate) => rate.toFixed(1));
  assertEquals(clean!.x, [53, 70, 77, 80]);
  assertEquals(rounded, ["95.2", "87.2", "77.2", "65.0"]); // Table 1's less the drop; the last as stated
  assertEquals([attack!.x, attack!.y], [[53, 70, 80], [100, 100, 26]]);
  assertEquals([spans!.x, spans!.y], [[0, 75, null, 83, 100], [100, 100, null, 0, 0]]);
});

Deno.test("of several orders each rate has a plot, and the paper's points are in theirs", () => {
  const { data, layout } = pruningCurveFigure([curve, { ...curve, name: "b" }], [], PAPER);
  assertEquals(data.map(({ yaxis }) => yaxis), ["y", "y2", "y", "y2", "y2", "y", "y2"]);
  const listed = data.filter(({ showlegend }) => showlegend !== false).map(({ name }) => name);
  assertEquals(listed.slice(0, 2), ["a", "b"]);
  const [upper, lower] = [layout.yaxis, layout.yaxis2] as { domain: [number, number] }[];
  assertEquals(upper!.domain[0] > lower!.domain[1], true);
  assertThrows(() => pruningCurveFigure(Array(7).fill(curve)), Error, "at most 6 orders");
});

Deno.test("a line a network, in the panel of its order, and the paper's points in the first", () => {
  const panels = ["a", "b"].map((name) => ({ name, curves: [curve, curve, curve] }));
  const { data } = curvePanels(panels, PAPER);
  assertEquals(data.map(({ xaxis }) => xaxis), [...Array(3).fill(undefined), "x", "x", "x2", "x2"]);
  const [clean, attack] = data.slice(5) as Record<"x" | "y", (number | null)[]>[];
  assertEquals(clean!.y, Array(3).fill([97, 50, 0, null]).flat());
  assertEquals(attack!.y, Array(3).fill([100, 100, 0, null]).flat());
  assertEquals(attack!.x, Array(3).fill([0, 50, 100, null]).flat());
  assertThrows(() => curvePanels([]), Error, "one to four panels but found 0");
});

Deno.test("an order that is chosen from the menu brings its name, its rates and its look", () => {
  const named = (name: string) => ({ ...curve, name });
  const orders = [named("clean ascending"), { ...named("greedy *"), attackSuccess: [1, 0.5, 0] }];
  const { data, layout } = orderMenu(orders, named("random orders"));
  const [{ buttons }] = layout.updatemenus as [
    { buttons: { args: Record<string, unknown[]>[] }[] },
  ];
  const [first, second] = buttons.map(({ args: [changes] }) => changes!);
  const lines = ({ line }: Record<string, unknown[]>) => line as { color: string }[];
  assertEquals(lines(first!).map(({ color }) => color), Array(2).fill(ORDERS[0]!.color));
  assertEquals(lines(second!).map(({ color }) => color), Array(2).fill(ORDERS[2]!.color));
  assertEquals(second!.y, [[97, 50, 0], [100, 50, 0]]);
  assertEquals((data[2]!.line as { color: string }).color, ORDERS[3]!.color);
});

Deno.test("an error bar reaches from low to high, and the number stands above it", () => {
  const model = { drop: 0.1, fraction: 0.7, cleanAccuracy: 0.86, attackSuccess: 0.36 };
  const range = { attackSuccess: { low: 0.06, high: 0.97 } };
  const { data } = repairedModelsFigure([{ ...model, range }]);
  const [clean, attack, numbers] = data as Record<string, Record<string, unknown>>[];
  assertEquals(clean!.error_y!.visible, false);
  assertEquals([attack!.error_y!.array, attack!.error_y!.arrayminus], [[61], [30]]);
  assertEquals([numbers!.y, numbers!.text], [[86, 97], ["86.0", "36.0"]]);
});

Deno.test("repairs from as many images stand side by side, in one sequence everywhere", () => {
  const { data, layout } = samples["fewer images"]!;
  const places = data.map(({ x }) => x as number[]);
  const { tickvals } = layout.xaxis as { tickvals: number[] };
  for (let panel = 0; panel < 9; panel += 3) {
    tickvals.forEach((count, at) => {
      const [left, middle, right] = places.slice(panel, panel + 3).map((x) => x[at]!);
      assertEquals([left! < count, middle, count < right!], [true, count, true]);
      const before = tickvals[at - 1] ?? 0;
      assertEquals(count / left! < left! / before, true); // nearer to its own than to another
    });
  }
});

Deno.test("a row without a result is not in the picture, and axes say what is where", () => {
  const cell = { mean: 0.5, min: 0.25, max: 0.75, count: 2 };
  const cells = [[cell, cell], [undefined, undefined], [undefined, cell]];
  const { data, layout } = heatMap({ rows: ["a", "b", "c"], columns: ["d", "e"], cells }, "truth");
  const { xaxis, yaxis } = layout as Record<string, { ticktext: string[]; title: object }>;
  assertEquals([xaxis!.ticktext, yaxis!.ticktext], [["d", "e"], ["a", "c"]]);
  assertEquals(data.map(({ y }) => (y as number[]).map((at) => at > 0.5)), [[false, false, true], [
    false,
    false,
    true,
  ]]);
  const titles = [xaxis, yaxis].map((axis) => (axis!.title as { text: string }).text);
  assertEquals(titles, ["robust accuracy (%), by defense", "attack"]);
});

Deno.test("the paper's numbers have its digits, and where it has words they stand there", () => {
  const models = PAPER.repaired.map(({ drop, channelsPruned }) => (
    { drop, fraction: channelsPruned, cleanAccuracy: 0.9, attackSuccess: 1 }
  ));
  const { data, layout } = repairedModelsFigure(models, PAPER.repaired);
  const { text } = data.at(-1) as { text: string[] };
  const ours = [...Array(4).fill("90.0"), "65", ...Array(4).fill("100.0")];
  assertEquals(text, [...ours, "around<br>100", "around<br>100", "26"]);
  const words = (layout.annotations as { text: string }[]).map(({ text }) => text);
  const below = "“below the validation accuracy of clean data”";
  const stated = [...Array(3).fill("not stated"), below];
  assertEquals(words.map((each) => each.replace("<br>", " ")), stated);
});

Deno.test("the paper's share of pruned channels stands below ours", () => {
  const model = { drop: 0.02, fraction: 0.7, cleanAccuracy: 0.96, attackSuccess: 0.99 };
  const { layout } = repairedModelsFigure([model], PAPER.repaired);
  const { ticktext } = layout.xaxis as { ticktext: string[] };
  assertEquals(ticktext, ["<b>2 points</b><br>70 % pruned<br>paper: 53 %"]);
});

Deno.test("parts of the data begin where the ones before them end", () => {
  const { data, layout } = splitFigure(split);
  const [clean, triggered] = data;
  assertEquals(clean!.x, [39_209, 37_249, 12_630, 6315, 6315]);
  assertEquals(clean!.base, [0, 0, 0, 0, 6315]);
  assertEquals([triggered!.x, triggered!.base], [[1960, 5985, 5985], [37_249, 0, 6315]]);
  assertEquals([clean!.y, triggered!.y], [[0, 1, 3, 4, 6], [2, 5, 7]]);
  const texts = (layout.annotations as { text: string }[]).map(({ text }) => text);
  assertEquals(texts.slice(0, 2), ["training", "39,209"]);
  const parts = [{ name: "b", count: 2 }];
  assertThrows(
    () => splitFigure([{ name: "a", count: 1, parts }]),
    Error,
    'at most 1 images in "a"',
  );
  assertThrows(() => splitFigure([]), Error, "found none");
});

Deno.test("target and truth are shown however small, and the rest is summed up", () => {
  const shares = [0.4, 0.2, 0.2, 0.1].map((share, index) => ({ class: `${index}`, share }));
  const marked = [{ class: "c", share: 0.06, is: "truth" as const }, {
    ...{ class: "d", share: 0.04, is: "target" as const },
    range: { low: 0.01, high: 0.09 },
  }];
  const { data, layout } = confusionBars([...shares, ...marked], 1);
  assertEquals(data[0]!.x, [40, 6, 4, 50]);
  assertEquals((layout.yaxis as { ticktext: string[] }).ticktext, [
    "0",
    "c",
    "d",
    "3 other classes",
  ]);
  const texts = (layout.annotations as { text: string }[]).map(({ text }) => text);
  assertEquals(texts, ["40.0", "6.0 <b>true</b>", "4.0 <b>target</b>", "50.0"]);
  assertEquals((data[0]!.error_x as { array: number[] }).array, [0, 0, 5, 0]);
  const { layout: one } = confusionBars(shares.slice(0, 2), 1);
  assertEquals((one.yaxis as { ticktext: string[] }).ticktext, ["0", "1 other class"]);
  assertThrows(() => confusionBars([]), Error, "found none");
});
