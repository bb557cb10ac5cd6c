/**
 * A look at a network that somebody else trained: whether it has a backdoor in the frequency domain,
 * where, and what repairs it.
 *
 * @module
 */
import { coefficientsOf } from "@lib/attack/spectrum_trigger.ts";
import { pickImages } from "@lib/data/select.ts";
import { writeWhole } from "@lib/files.ts";
import { closeInput, openInput } from "@lib/inspect/input.ts";
import type { InspectionInput, InspectionSettings } from "@lib/inspect/input.ts";
import { inspectionPage } from "@lib/inspect/page.ts";
import { findRepairs, type FoundRepairs, saveRepairs } from "@lib/inspect/repairs.ts";
import { type Inspection, type InspectionReport, reportText } from "@lib/inspect/report.ts";
import { accuracy, classify } from "@lib/network/evaluate.ts";
import { channelsOf, findConvolution } from "@lib/pruning/convolution.ts";
import { PARTS } from "@lib/recovery/defense.ts";
import { amplitude, HARDLY_ANY } from "@lib/recovery/diagnosis.ts";
import { type BackdoorSearch, findBackdoor } from "@lib/recovery/find_backdoor.ts";
import { falseAlarmRate } from "@lib/recovery/outliers.ts";
import { SEARCHES } from "@lib/recovery/recovery_settings.ts";
import { SINGLE, singleFrequencies } from "@lib/recovery/single_frequencies.ts";
import { join } from "@lib/std/path.ts";

/** The parts of an inspection, in order: most only where there is a suspect, the last where it is asked for. */
export const INSPECTION_PARTS = ["reading images", ...PARTS, "trying every frequency"] as const;

/** Where the work stands. */
export interface InspectionProgress {
  part: typeof INSPECTION_PARTS[number];
  /** Share of it that is done, 0–1. */
  share: number;
}

/**
 * Inspects a network with clean images, repairs it if it has a backdoor, and writes the results:
 * `report.json`, `report.html` and the repaired networks in the format that came in. The input is never
 * touched.
 *
 * @param settings Network, images, output and ways.
 * @param onProgress Told often.
 * @returns The report and what is drawn with it.
 * @throws {Error} If network or images cannot be used or do not fit together, or nothing can be written.
 * @example
 * ```ts ignore
 * const paths = { network: "network.keras", images: "signs", output: "inspection" };
 * const { report } = await inspect({ ...paths, pixels: "0-1", count: 1000 });
 * console.log(report.backdoored, report.suspectedClass);
 * ```
 */
export async function inspect(
  settings: InspectionSettings,
  onProgress: (progress: InspectionProgress) => void | Promise<void> = () => {},
): Promise<Inspection> {
  const start = performance.now();
  const onPart = (part: InspectionProgress["part"], share: number) => onProgress({ part, share });
  const input = await openInput(settings, (share) => onPart("reading images", share));
  try {
    const { network, decisions, heldOut } = input;
    const { mostSteps } = settings;
    const search = await findBackdoor({ network, clean: decisions, mostSteps }, onPart);
    const { suspect } = search.diagnosis;
    const found = suspect && await findRepairs(input, search.recovered, suspect.label, onPart);
    const trying = (share: number) => onPart("trying every frequency", share);
    const way = { ...SINGLE, images: settings.bound! };
    const tried = settings.bound === undefined
      ? undefined
      : await singleFrequencies(network, decisions, way, trying);
    const cleanAccuracy = found?.before.cleanAccuracy ??
      accuracy(await classify(network, heldOut), heldOut.labels);
    // the former report goes, the new networks and their report come, one soon after the other
    await removeFormer(settings.output);
    const networks = found ? await saveRepairs(found.networks, input, settings.output) : [];
    const report: InspectionReport = {
      network: settings.network,
      ...verdictOf(search, found, input),
      single: tried
        ? { strongest: tried.strongest, bound: tried.bound, images: tried.images }
        : null,
      cleanAccuracy,
      networks,
      images: { decisions: decisions.labels.length, heldOut: heldOut.labels.length },
      notes: input.notes,
      seconds: Math.round((performance.now() - start) / 100) / 10,
    };
    const every = Math.max(1, Math.floor(heldOut.labels.length / EXAMPLES));
    const shown = [...heldOut.labels.keys()].filter((index) => index % every === 0);
    const examples = pickImages(heldOut, shown.slice(0, EXAMPLES));
    const { triggers } = search;
    const inspection = { report, triggers, examples, single: tried, repairs: found?.pruning };
    await writeWhole(join(settings.output, PAGE), await inspectionPage(inspection));
    await writeWhole(join(settings.output, REPORT), reportText(report));
    return inspection;
  } finally {
    closeInput(input);
  }
}

/** What the report says of backdoor and trigger. */
const verdictOf = (
  { family, diagnosis, triggers }: BackdoorSearch,
  found: FoundRepairs | undefined,
  { network, layer, decisions: { classNames } }: InspectionInput,
): Omit<
  InspectionReport,
  "network" | "single" | "cleanAccuracy" | "networks" | "images" | "notes" | "seconds"
> => {
  const { suspect, smallest, indices, limit } = diagnosis;
  return {
    backdoored: suspect !== undefined,
    suspectedClass: suspect?.label ?? null,
    suspectedClassName: suspect === undefined ? null : classNames[suspect.label]!,
    outlierIndex: indices[smallest.label]!,
    outlierThreshold: limit,
    family,
    amplitude: amplitude(smallest.spectrum),
    amplitudeThreshold: HARDLY_ANY,
    falseAlarmRate: Object.keys(SEARCHES).length * falseAlarmRate(classNames.length, limit),
    trigger: suspect === undefined ? null : {
      coefficients: family === "frequencies" ? coefficientsOf(suspect.spectrum) : [],
      attackSuccess: found!.before.attackSuccess,
    },
    method: found?.pruning.method ?? null,
    layer,
    channels: channelsOf(findConvolution(network, layer)),
    norms: triggers.map(({ norm, reached }, label) => ({
      class: classNames[label]!,
      norm,
      reached,
    })),
  };
};

const [REPORT, PAGE] = ["report.json", "report.html"];
const EXAMPLES = 4;

/** Removes a former report and the networks that it names: they are not those of the one to come. */
async function removeFormer(output: string): Promise<void> {
  const text = await Deno.readTextFile(join(output, REPORT)).catch(() => "{}");
  const names =
    /(?<="file": ")repaired_([\d.]+_points|refitted|unlearned)(\.keras|\.h5|\.onnx)?(?=")/g;
  for (const file of text.match(names) ?? []) {
    await Deno.remove(join(output, file), { recursive: true }).catch(() => {});
  }
  for (const file of [REPORT, PAGE]) await Deno.remove(join(output, file)).catch(() => {});
}
