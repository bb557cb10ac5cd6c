import type { RecoveryRow } from "@lib/study/recovery_rows.ts";
import { foundTable, repairTable } from "@lib/study/recovery_tables.ts";
import { assert, assertEquals, assertThrows } from "@lib/std/assert.ts";
import { createCanvas, loadImage } from "@napi-rs/canvas";
import { activationBars } from "@lib/figures/activation_bars.ts";
import { imageGrid } from "@lib/figures/image_grid.ts";
import { pruningCurveFigure } from "@lib/figures/pruning_curve.ts";
import { MEANING, ORDERS } from "@lib/figures/palette.ts";
import { repairedModelsFigure } from "@lib/figures/repaired_models.ts";
import { scatterActivations } from "@lib/figures/scatter_activations.ts";
import { spectrumFigure } from "@lib/figures/spectrum.ts";
import { colour } from "../reference/reference.ts";
import { samples, wave } from "./samples.ts";

Deno.test("figures survive JSON, as notebooks keep them", () => {
  for (const [name, figure] of Object.entries(samples)) {
    assertEquals(JSON.parse(JSON.stringify(figure)), figure, name);
  }
});

Deno.test("figure functions leave their input alone", () => {
  const [clean, backdoor] = [wave(4), wave(4, 1)];
  const marks = [{ drop: 0.3, fraction: 0.8 }, { drop: 0.02, fraction: 0.5 }];
  activationBars([{ name: "clean", means: clean }, { name: "bad", means: backdoor }]);
  scatterActivations(clean, backdoor);
  pruningCurveFigure([{ name: "a", cleanAccuracy: clean, attackSuccess: backdoor }], marks);
  assertEquals([clean, backdoor], [wave(4), wave(4, 1)]);
  assertEquals(marks.map(({ drop }) => drop), [0.3, 0.02]);
});

Deno.test("several orders of no fixed look have one each of what is left, one has the looks of its rates", () => {
  const colours = (name: string) =>
    samples[name]!.data.map(({ line }) => (line as { color: string }).color);
  const { clean, attack } = MEANING;
  assertEquals(colours("one curve"), [clean.color, attack.color]);
  const each = ORDERS.slice(3).toReversed().flatMap(({ color }) => [color, color]);
  assertEquals(colours("three curves"), each);
});

Deno.test("the slider moves veil, line and frames, and begins where its first picture stands", () => {
  const { data, layout } = samples.slider!;
  type Step = { label: string; args: [Record<string, string[][]>, Record<string, unknown>] };
  const [{ active, steps }] = layout.sliders as [{ active: number; steps: Step[] }];
  assertEquals(steps.length, 33);
  const [changes, moved] = steps[active]!.args;
  const [frames] = changes["marker.color"]!;
  assertEquals(steps[active]!.label, "64");
  assertEquals((data[3]!.marker as { color: string[] }).color, frames);
  const [, words] = changes.text!;
  assertEquals(new Set(frames).size, 3);
  const says = { true: MEANING.truth, target: MEANING.attack, other: MEANING.third };
  assertEquals(frames, words!.map((word) => says[word as keyof typeof says].color));
  const [veil, line] = layout.shapes as { x0: number; x1: number }[];
  assertEquals([veil!.x0, veil!.x1, line!.x0, line!.x1], [-0.5, 63.5, 64, 64]);
  const names = ["shapes[0].x1", "shapes[1].x0", "shapes[1].x1"];
  assertEquals(names.map((name) => moved[name]), [63.5, 64, 64]);
});

Deno.test("a band closes around its line", () => {
  const [area, , line] = samples["a curve with bands"]!.data; // bands, then lines
  const [x, y, middle] = [area!.x, area!.y, line!.y] as number[][];
  assertEquals(x!.length, 258);
  assertEquals(x!.slice(0, 129), x!.slice(129).reverse());
  const low = y!.slice(129).reverse();
  assert(middle!.every((rate, step) => low[step]! <= rate && rate <= y![step]!));
});

Deno.test("what the paper does not report leaves a gap", () => {
  const model = { fraction: 0.5, cleanAccuracy: 0.9, attackSuccess: 0.8 };
  const ours = [{ ...model, drop: 0.02 }, { ...model, drop: 0.3 }];
  const { data, layout } = repairedModelsFigure(ours, [{ drop: 0.3, attackSuccess: 0.26 }]);
  const bars = data.filter(({ type }) => type === "bar");
  assertEquals(bars.map(({ y }) => y), [[90, 90], [80, 80], [null, 26]]);
  assertEquals((layout.annotations as { text: string }[]).map(({ text }) => text), ["not stated"]);
});

Deno.test("every pixel of a picture becomes a square of its colour", async () => {
  const pixels = Uint8Array.from(
    { length: 2 * 3072 },
    (_, index) => Math.round(127.5 + 127.5 * Math.sin(index)),
  );
  const { layout } = imageGrid(colour(pixels), ["one", "other"], 2);
  const [placed] = layout.images as { source: string; sizex: number; sizey: number }[];
  const image = await loadImage(placed!.source);
  assertEquals([image.width, image.height], [placed!.sizex, placed!.sizey]);
  const context = createCanvas(image.width, image.height).getContext("2d");
  context.drawImage(image, 0, 0);
  const [first] = layout.annotations as { x: number; y: number }[];
  const left = first!.x - 16 * 5; // two images in a row are enlarged five times
  for (const [row, column, corner] of [[0, 0, 0], [0, 31, 4], [17, 8, 2], [31, 31, 4]] as const) {
    const [x, y] = [left + column * 5 + corner, first!.y + row * 5 + corner];
    const at = (row * 32 + column) * 3;
    assertEquals([...context.getImageData(x, y, 1, 1).data.slice(0, 3)], [
      ...pixels.slice(at, at + 3),
    ]);
  }
});

Deno.test("spectra of large images have a scale up to their strongest coefficient", () => {
  const coefficients = new Float32Array(512 * 512);
  coefficients[9] = -7;
  const { layout } = spectrumFigure([{ name: "Y", coefficients }]);
  const { cmax } = layout.coloraxis as { cmax: number };
  assertEquals(cmax, 0.9); // the logarithm of 1 + 7
});

Deno.test("errors say what was expected and what was found", () => {
  const clean = { name: "clean", means: [1, 2] };
  const other = { name: "backdoor", means: [1] };
  assertThrows(() => activationBars([clean, other]), Error, "Expected 2 channels but found 1");
  assertThrows(() => scatterActivations([1], [1, 2]), Error, "Expected 1 channels but found 2");
  assertThrows(() => imageGrid(colour(new Uint8Array(5)), ["a"]), Error, "Expected 3072 bytes");
  assertThrows(() => repairedModelsFigure([]), Error, "found none");
  const short = { name: "U", coefficients: [1, 2] };
  assertThrows(
    () => spectrumFigure([short]),
    Error,
    'Expected whole rows but found 2 numbers in "U"',
  );
  const curve = { name: "a", cleanAccuracy: [1, 0], attackSuccess: [1] };
  assertThrows(() => pruningCurveFigure([curve]), Error, "found 2 and 1");
});

Deno.test("numbers are short", () => {
  assert(samples.bars!.data.every(({ y }) => (y as number[]).every((v) => String(v).length < 10)));
});

Deno.test("the defender's tables: what was found, and the repairs where that was right", () => {
  const rates = { robustAccuracy: 0.5, defenseEffectiveness: 0.9 };
  const row: RecoveryRow = {
    title: "BadNet",
    target: 10,
    atAttackers: true,
    suspected: 10,
    family: "frequencies",
    outlierIndex: 12.34,
    norm: 1234.5,
    coefficients: [{ plane: "Cr", row: 31, column: 30, magnitude: -21.4 }],
    coefficientCount: 7,
    before: { cleanAccuracy: 0.97, attackSuccess: 0.999, robustAccuracy: 0 },
    repaired: {
      pruning: { ...rates, note: "", seconds: 1, cleanAccuracy: 0.9645, attackSuccess: 0.001 },
      unlearning: {
        ...{ ...rates, note: "", seconds: 1 },
        ...{ cleanAccuracy: 0.98, attackSuccess: 0, robustAccuracy: 0.96 },
      },
    },
    cleanImages: 1000,
    seconds: 81.4,
  };
  const wrong = { ...row, title: "other", suspected: 3, atAttackers: false };
  const alarm = { ...row, title: "clean", target: undefined, atAttackers: undefined };
  const missed = {
    title: "missed",
    family: undefined,
    suspected: undefined,
    atAttackers: undefined,
  };
  const none = { ...row, ...missed, repaired: {} };
  const rows = [row, wrong, alarm, none];
  assertEquals(foundTable(rows, "").rows, [
    ["BadNet", "10 (10)", "yes", "12.3", "1,235", "frequencies", 7, "Cr (31, 30) −21", 81],
    ["other", "3 (10)", "no", "12.3", "1,235", "frequencies", 7, "Cr (31, 30) −21", 81],
    ["clean", "10: false alarm", "–", "12.3", "1,235", "frequencies", 7, "Cr (31, 30) −21", 81],
    ["missed", "none (10)", "–", "12.3", "1,235", "–", "–", "–", 81],
  ]);
  assertEquals(repairTable(rows, "").rows, [
    [
      ...["BadNet", "99.90 %", "–", "–", "–"],
      ...["0.10 %", "−0.55", "50.00 %", "0.00 %", "+1.00", "96.00 %"],
    ],
  ]);
});
