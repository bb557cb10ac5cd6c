import { percent } from "@lib/words.ts";
import { scaledSpectrum, spectrumTrigger } from "@lib/attack/spectrum_trigger.ts";
import { countOf } from "@lib/data/images.ts";
import { joinImages, uniformImages } from "@lib/data/select.ts";
import { captioned, escapeText } from "@lib/figures/caption.ts";
import { classNorms } from "@lib/figures/class_norms.ts";
import { type Figure, FONT_FAMILY } from "@lib/figures/figure.ts";
import { frontFigure } from "@lib/figures/front.ts";
import { imageGrid } from "@lib/figures/image_grid.ts";
import { pruningCurveFigure } from "@lib/figures/pruning_curve.ts";
import { SHARES, spectrumFigure, triggerSpectra } from "@lib/figures/spectrum.ts";
import { renderSvg } from "@lib/figures/static_svg.ts";
import { tableBundle } from "@lib/figures/table_bundle.ts";
import {
  boundText,
  indexWords,
  type Inspection,
  type InspectionReport,
  suspectName,
} from "@lib/inspect/report.ts";
import { curveOf } from "@lib/pruning/pruning_curve.ts";
import type { PruningRepairs } from "@lib/recovery/prune_recovered.ts";
import type { SingleFrequencies } from "@lib/recovery/single_frequencies.ts";

/**
 * An inspection as a page that stands alone: one file, no scripts.
 *
 * @param inspection What was found.
 * @returns HTML.
 */
export async function inspectionPage(inspection: Inspection): Promise<string> {
  const { report, repairs } = inspection;
  const verdict = report.backdoored
    ? `A backdoor is suspected: class ${suspectName(report)}`
    : "No backdoor found among frequencies and pixels";
  const number = repairs ? 4 : 1;
  const norms = captioned(
    classNorms(report.norms, report.suspectedClass),
    `Figure ${number}. How much it takes to send images to each class: the L1 norm of the smallest ` +
      "trigger that was found, on a logarithmic scale. Pale: the class was not reached.",
  );
  const figures = repairs
    ? [...triggerFigures(inspection), pruningFigure(repairs), norms]
    : [norms];
  if (inspection.single) figures.push(singleFigure(inspection.single, figures.length + 1));
  const drawn = await Promise.all(figures.map(renderSvg));
  const table = report.networks.length > 0 ? repairedTable(report) : "";
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escapeText(verdict)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${escapeText(verdict)}</h1>
${paragraphs(report).map((text) => `<p>${escapeText(text)}</p>`).join("\n")}
${table}
${drawn.map((svg) => `<figure>${svg}</figure>`).join("\n")}
</body>
</html>
`;
}

const STYLE =
  `body { font: 15px/1.5 ${FONT_FAMILY}; color: #222; background: #fff; max-width: 820px;` +
  " margin: 32px auto; padding: 0 16px } h1 { font-size: 22px } figure { margin: 28px 0 }" +
  " svg { max-width: 100%; height: auto } table { margin: 20px 0; font-size: 14px }";

function paragraphs(report: InspectionReport): string[] {
  const { images, outlierIndex, amplitude, amplitudeThreshold } = report;
  const index = indexWords(outlierIndex);
  const alarms = (100 * report.falseAlarmRate).toPrecision(2);
  const [levels, limit] = [Number(amplitude.toPrecision(2)), report.outlierThreshold.toFixed(1)];
  const what =
    `For each of ${report.norms.length} classes the smallest trigger was looked for that sends ` +
    `clean images there, made of few frequencies or of few pixels; here of ${report.family}. The ` +
    `smallest of all lies below the others by an index of ${index} and changes no plane of a pixel ` +
    `by more than ${levels} levels. It is suspicious, if it works, with an index above ${limit} or ` +
    `with ${amplitudeThreshold} levels at most. Were norms log-normal, at most ${alarms} % of clean ` +
    `networks with as many classes would be ` +
    "suspected by chance for their index; they are only roughly so.";
  const how = `Network: ${report.network}. Clean accuracy: ${percent(report.cleanAccuracy)}. ` +
    `Decided on ${images.decisions} images, reported on ${images.heldOut} others; ` +
    `${report.seconds.toFixed(0)} s.`;
  const none =
    "Backdoors whose trigger is neither few frequencies nor few pixels, as a pose, are not looked for.";
  const single = report.single === null ? [] : [boundText(report.single)];
  return [what, how, ...single, ...report.notes, report.backdoored ? repairText(report) : none];
}

function repairText(report: InspectionReport): string {
  const success = percent(report.trigger!.attackSuccess);
  const way = report.method === "exact"
    ? "Sets of channels were searched, and what pruning them does was worked out exactly."
    : "Channels were pruned by masks along one order, as what follows this layer allows no exact reckoning.";
  const so =
    `The recovered trigger and its variants, each in three strengths, succeed with ${success}` +
    ` of the images. ${way} Layer: ${report.layer}, ${report.channels} channels.`;
  const ways = report.networks.map((each) => each.way);
  const refitted = ways.includes("refitting")
    ? "In the refitted network the convolutions were changed layer by layer, without labels or training, " +
      "so that images with the triggers give what images without them gave."
    : "Refitting the convolutions gave no network that ends the backdoor.";
  const pruned = ways.includes("pruning")
    ? ""
    : " Within two points of accuracy, pruning this layer does not end the backdoor.";
  const unlearned = ways.includes("unlearning")
    ? "In the network that unlearned, all weights have changed: it was trained on the images that " +
      "decided, half of them with the triggers and under their true labels."
    : "Unlearning the triggers gave no network: it must leave a tenth of their success at most, and " +
      "keep accuracy within two points.";
  return `${so}${pruned} ${refitted} ${unlearned}`;
}

function repairedTable({ networks, cleanAccuracy, trigger }: InspectionReport): string {
  const rates = ["clean accuracy", "success of recovered triggers", "right with them"];
  return tableBundle({
    columns: ["network", "channels pruned", ...rates],
    rows: [
      ["as it came", 0, percent(cleanAccuracy), percent(trigger!.attackSuccess), "–"],
      ...networks.map((each) => {
        const rates = [each.cleanAccuracy, each.attackSuccess, each.robustAccuracy];
        return [each.file, each.channelsPruned, ...rates.map((rate) => percent(rate))];
      }),
    ],
    caption:
      "Repaired networks, on held-out images. The names of pruned ones say how many points of " +
      "accuracy they were allowed to lose on the images that decided. Right with them: images of other " +
      "classes that are given their true class although the recovered triggers are in them.",
  })["text/html"] as string;
}

/** The strongest level of the trigger as it is drawn. */
const SHOWN = 100;

function triggerFigures({ report, triggers, examples }: Inspection): Figure[] {
  const { spectrum } = triggers[report.suspectedClass!]!;
  const [grey, trigger] = [uniformImages(spectrum, 1, 128), spectrumTrigger(spectrum)];
  const { pixels } = trigger.apply(grey);
  const strongest = pixels.reduce((most, level) => Math.max(most, Math.abs(level - 128)), 1);
  const times = SHOWN / strongest;
  const amplified = spectrumTrigger(scaledSpectrum(spectrum, times)).apply(grey);
  const clean = Array<string>(countOf(examples)).fill("clean");
  const labels = [
    ...[...clean, `the trigger, ${times.toFixed(1)} times`],
    ...clean.map(() => "with the trigger"),
  ];
  const images = joinImages([examples, amplified, trigger.apply(examples)]);
  const grid = imageGrid(images, labels, clean.length + 1);
  const { coefficients } = report.trigger!;
  const largest = coefficients.slice(0, 4);
  const named = largest.map(({ plane, row, column, magnitude }) =>
    `${plane} (${row}, ${column}) ${magnitude.toFixed(1)}`
  );
  return [
    captioned(grid, "Figure 1. The recovered trigger, amplified, and what it does to images."),
    captioned(
      spectrumFigure(triggerSpectra(spectrum, largest)),
      report.family === "pixels"
        ? "Figure 2. The spectrum of its pixels in YCrCb."
        : `Figure 2. Its spectrum in YCrCb. The largest of ${coefficients.length} coefficients, ` +
          `outlined, as plane (row, column): ${named.join(", ")}.`,
    ),
  ];
}

function singleFigure({ shares, height, width }: SingleFrequencies, number: number): Figure {
  const coefficients = Float32Array.from(shares, (share) => 100 * share);
  return captioned(
    spectrumFigure(triggerSpectra({ height, width, coefficients }, []), SHARES),
    `Figure ${number}. Every single frequency: how many images it sends to the class that it sends most to.`,
  );
}

function pruningFigure({ method, path, front }: PruningRepairs): Figure {
  const along = { name: "most changed by the recovered triggers first", ...curveOf(path) };
  const best = { name: "best sets", ...curveOf(front.map(({ rates }) => rates)) };
  const [figure, what] = method === "masks"
    ? [
      pruningCurveFigure([along]),
      "Pruning by masks, channels most changed by the recovered triggers first",
    ]
    : [
      frontFigure([along], best, 5),
      "What pruning costs and what it does against the recovered triggers, exact",
    ];
  return captioned(figure, `Figure 3. ${what}; on the images that decide.`);
}
