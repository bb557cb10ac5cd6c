/** One figure of each kind, with the longest labels they have to bear. */
import { activationBars } from "@lib/figures/activation_bars.ts";
import { attackSchematic } from "@lib/figures/attack_schematic.ts";
import { confusionBars } from "@lib/figures/confusion_bars.ts";
import { pipelineSchematic } from "@lib/figures/pipeline_schematic.ts";
import { pruningSchematic } from "@lib/figures/pruning_schematic.ts";
import { type DataPart, splitFigure } from "@lib/figures/split.ts";
import type { Figure } from "@lib/figures/figure.ts";
import { classNorms } from "@lib/figures/class_norms.ts";
import { cleanImagesFigure, type ImagesResult } from "@lib/figures/clean_images.ts";
import { costEffect } from "@lib/figures/cost_effect.ts";
import { curvePanels } from "@lib/figures/curve_panels.ts";
import { frontFigure } from "@lib/figures/front.ts";
import { heatMap } from "@lib/figures/heat_map.ts";
import { imageGrid } from "@lib/figures/image_grid.ts";
import { imageSlider } from "@lib/figures/image_slider.ts";
import { orderStrips } from "@lib/figures/order_strips.ts";
import { poisonScores } from "@lib/figures/poison_scores.ts";
import { pruningCurveFigure } from "@lib/figures/pruning_curve.ts";
import { pruningSlider } from "@lib/figures/pruning_slider.ts";
import { recoveryNorms } from "@lib/figures/recovery_norms.ts";
import { repairedModelsFigure } from "@lib/figures/repaired_models.ts";
import { scatterActivations } from "@lib/figures/scatter_activations.ts";
import { spectrumFigure } from "@lib/figures/spectrum.ts";
import { PAPER } from "@lib/study/paper.ts";
import { colour } from "../reference/reference.ts";
import { trainingCurves } from "@lib/figures/training_curves.ts";

/** Of no meaning, the same every time, between −1 and 1. */
export const wave = (count: number, shift = 0): Float32Array =>
  Float32Array.from({ length: count }, (_, index) => Math.sin(index * 1.7 + shift));

const falling = (name: string, middle: number) => {
  const rates = Float64Array.from(
    { length: 129 },
    (_, pruned) => 1 / (1 + Math.exp((pruned - middle) / 5)),
  );
  return { name, cleanAccuracy: rates, attackSuccess: rates.map((rate) => rate ** 0.2) };
};

const curve = falling("clean mean", 100);
const range = (rate: number) => ({ low: Math.max(0, rate - 0.05), high: Math.min(1, rate + 0.05) });
const banded = {
  ...curve,
  band: {
    cleanAccuracy: Array.from(curve.cleanAccuracy, range),
    attackSuccess: Array.from(curve.attackSuccess, range),
  },
};

const sliderContent = {
  order: Array.from({ length: 128 }, (_, rank) => (rank * 5) % 128),
  means: wave(128),
  cleanAccuracy: [...curve.cleanAccuracy],
  attackSuccess: [...curve.attackSuccess],
  images: colour(
    Uint8Array.from({ length: 24 * 3072 }, (_, byte) => 20 + 9 * Math.floor(byte / 3072)),
  ),
  labels: Uint8Array.from({ length: 24 }, (_, image) => image),
  answers: Array.from(
    { length: 129 },
    (_, step) =>
      Uint8Array.from({ length: 24 }, (_, image) => image * 5 < step ? 40 : image % 3 ? 10 : image),
  ),
  target: 10,
};

const marks = [[0.02, 0.53], [0.1, 0.7], [0.2, 0.77], [0.3, 0.8]].map(([drop, fraction]) => ({
  drop: drop!,
  fraction: fraction!,
}));

const models = marks.map((mark) => ({ ...mark, cleanAccuracy: 0.95, attackSuccess: 1 }));

const epochs = Array.from({ length: 20 }, (_, epoch) => ({
  loss: 40 / (epoch + 1),
  rates: { cleanAccuracy: 1 - 0.9 / (epoch + 1), attackSuccess: 1 },
}));

const orders = ["clean mean, signed", "clean mean, absolute", "backdoor mean, descending"];

const imagesResult = (cleanImages: number): ImagesResult => ({
  cleanImages,
  cleanAccuracy: 0.97,
  attackSuccess: 1 / cleanImages,
  robustAccuracy: 0.9 - 1 / cleanImages,
});
const imagesResults = [10, 50, 200, 1000].map(imagesResult);
const classes = Array.from({ length: 43 }, (_, label) => ({
  class: `end of the zone in which vehicles over 3.5 tons may not pass, ${label}`,
  norm: 30 + 200 * label,
  reached: label % 3 > 0,
}));
const norms = Array.from(
  { length: 120 },
  (_, step) => classes.map(({ norm }) => norm * (2 - step / 120)),
);

/** GTSRB, as the paper has it. */
const halves: DataPart[] = ["validation", "test"].map((half) => ({
  name: `clean ${half}`,
  count: 6315,
  parts: [{ name: `bad ${half}, without the target`, count: 5985, isTriggered: true }],
}));
export const split: DataPart[] = [
  {
    name: "training",
    count: 39_209,
    parts: [
      { name: "as it was", count: 37_249 },
      { name: "poisoned", count: 1960, isTriggered: true },
    ],
  },
  { name: "test", count: 12_630, parts: halves },
];
const answers = classes.slice(0, 20).map((each, index) => ({
  class: each.class,
  share: index === 1 ? 0.5 : 0.5 / 19,
}));

const defenses = [
  ...["none", "fine-tuning", "fine-pruning", "CLP", "ANP", "FT-SAM", "RNP", "Neural Cleanse"],
  ...["frequency recovery, refitting", "frequency recovery, pruning"],
  "frequency recovery, unlearning",
];
const rateGrid = {
  rows: ["FTrojan", "a trigger & another", "Clean Label", "ReFool, labels kept"],
  columns: defenses,
  cells: Array.from({ length: 4 }, (_, row) =>
    defenses.map((_, column) => {
      const mean = (row + column) / 14;
      return column === 4
        ? undefined
        : { mean, min: row === 2 ? mean : 0, max: row === 2 ? mean : 1, count: row === 2 ? 1 : 3 };
    })),
};

export const samples: Record<string, Figure> = {
  bars: activationBars([{ name: "clean", means: wave(128) }]),
  "two bars": activationBars([
    { name: "clean", means: wave(128) },
    { name: "backdoor <&>", means: wave(128, 1) },
  ]),
  "one curve": pruningCurveFigure([falling("clean mean", 100)], marks),
  "one curve and the paper's": pruningCurveFigure([falling("clean mean", 100)], marks, PAPER),
  "six curves and the paper's": pruningCurveFigure(
    [...orders, "greedy", "100 random orders", "one's own"].map((name, index) => ({
      ...(index === 5 && banded),
      ...falling(name, 20 * index),
    })),
    marks,
    PAPER,
  ),
  "three curves": pruningCurveFigure(orders.map((name, index) => falling(name, 30 * index)), [
    { drop: 0.02, fraction: 0 },
    { drop: 0.1, fraction: 1 },
  ]),
  "a panel an order": curvePanels(
    orders.map((name) => ({ name, curves: [60, 80, 100].map((steep) => falling(name, steep)) })),
    PAPER,
  ),
  "a curve with bands": pruningCurveFigure([banded]),
  "order strips": orderStrips(
    [...orders, "random orders"].map((name, index) => ({
      ...{ name, attackSuccess: [[0.5, 0.6, 1], [index / 4], [0]] },
      robustAccuracy: [[0, 0.1, 0.2], [0.5], [1]],
    })),
    ["0.5 points lost", "2 points lost", "10 points lost"],
  ),
  front: frontFigure(
    orders.map((name, index) => falling(name, 60 + 20 * index)),
    falling("best sets found", 100),
    10,
  ),
  slider: pruningSlider(sliderContent, 64, 4),
  "repaired models": repairedModelsFigure(models, models),
  "repaired models with ranges": repairedModelsFigure(
    models.map((model) => ({
      ...model,
      range: { attackSuccess: { low: 0.4, high: 1 }, cleanAccuracy: range(0.95) },
    })),
    PAPER.repaired,
  ),
  "heat map": heatMap(rateGrid, "attack"),
  "heat map, one defense": heatMap(
    { rows: ["patch"], columns: ["CLP"], cells: [[{ mean: 1, min: 1, max: 1, count: 1 }]] },
    "clean",
  ),
  "cost and effect": costEffect(
    defenses.slice(1).map((name, index) => ({
      ...{
        name,
        seconds: 3 ** (index / 2),
        effect: 0.4 + index / 20,
        range: range(0.4 + index / 20),
      },
    })),
    "defense effectiveness",
  ),
  training: trainingCurves(epochs),
  "training, first epoch": trainingCurves(epochs.slice(0, 1), 12),
  scatter: scatterActivations(wave(128), wave(128, 1)),
  "class norms": classNorms(classes, 0),
  "fewer images": cleanImagesFigure({
    refitted: imagesResults.map((each) => ({ ...each, attackSuccess: each.attackSuccess / 2 })),
    pruned: imagesResults,
    unlearned: imagesResults,
  }),
  "poison scores": poisonScores(wave(4000).map((value) => 60 * value ** 3)),
  "recovery norms": recoveryNorms(norms, 120, { label: 0, name: "class 0" }),
  "one spectrum": spectrumFigure([{ name: "U", coefficients: wave(1024), outlined: [[31, 31]] }]),
  "three spectra": spectrumFigure(
    ["U of a clean image", "U of a triggered image", "difference, in levels"].map((name) => ({
      name,
      coefficients: wave(1024).map((value) => value * 3000),
      outlined: [[15, 15], [31, 31]],
    })),
  ),
  "four spectra": spectrumFigure(
    ["R", "G", "B", "Y"].map((name) => ({ name, coefficients: wave(1024) })),
  ),
  "attack schematic": attackSchematic(),
  "pruning schematic": pruningSchematic(),
  "pipeline schematic": pipelineSchematic(),
  "split of the data": splitFigure(split),
  confusion: confusionBars([
    ...answers,
    { class: "no passing, trucks", share: 0.95, is: "target", range: { low: 0.9, high: 1 } },
    { class: "their true class", share: 0, is: "truth" },
  ]),
  "image slider": imageSlider(
    ["0", "30"].map((name) => ({
      ...{ name, images: colour(new Uint8Array(4 * 3072).fill(90)) },
      labels: Array.from(
        { length: 4 },
        () => "both bands: end of the zone for vehicles over 3.5 tons",
      ),
    })),
    1,
    "magnitude",
  ),
  images: imageGrid(
    colour(new Uint8Array(7 * 3072).fill(90)),
    Array.from({ length: 7 }, (_, index) => `speed limit (${index}0 km/h), PSNR < 40 dB`),
  ),
};

export const caption =
  "Figure 3. A caption that says <what> is seen & how it was computed, which is " +
  "long enough for several lines below any of the figures, whatever its width may happen to be, " +
  "and which must not be cut off.";
