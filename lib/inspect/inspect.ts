/**
 * A look at a network that somebody else trained: whether it has a backdoor in the frequency domain,
 * where, and what pruning does about it.
 *
 * @module
 */
import { coefficientsOf } from "@lib/attack/spectrum_trigger.ts";
import { pickImages } from "@lib/data/select.ts";
import { findBackdoor } from "@lib/recovery/defend.ts";
import { channelsOf, findConvolution } from "@lib/pruning/convolution.ts";
import { falseAlarmRate, OUTLIER_INDEX } from "@lib/recovery/outliers.ts";
import { pruneChannels } from "@lib/pruning/repair.ts";
import { writeWhole } from "@lib/files.ts";
import {
  closeInput,
  type InspectionInput,
  type InspectionSettings,
  openInput,
} from "@lib/inspect/input.ts";
import { inspectionPage } from "@lib/inspect/page.ts";
import { findRepairs, type Repairs } from "@lib/inspect/repair.ts";
import type { Inspection, InspectionReport, RepairedNetwork } from "@lib/inspect/report.ts";
import { type Unlearned, unlearnTriggers } from "@lib/inspect/unlearning.ts";
import { disposeNetwork } from "@lib/network/copy_network.ts";
import { accuracy, classify } from "@lib/network/evaluate.ts";
import { join } from "@lib/std/path.ts";

/** The parts of an inspection, in order; the last three only where there is a suspect, and unlearning only
 * where the network is a chain of layers. */
export const INSPECTION_PARTS = [
  "reading images",
  "looking for triggers",
  "looking for variants",
  "searching channels",
  "unlearning",
] as const;

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
  const tell = (part: InspectionProgress["part"]) => (share: number): void | Promise<void> =>
    onProgress({ part, share });
  const input = await openInput(settings, tell("reading images"));
  try {
    const { network, layer, decisions, heldOut } = input;
    const search = await findBackdoor(network, decisions, onProgress);
    const { suspect, smallest, indices } = search.diagnosis;
    const task = { ...input, target: smallest.label, trigger: search.recovered };
    const repairs = suspect && await findRepairs(task, tell("searching channels"));
    const unlearned = suspect &&
      await unlearnTriggers(task, input.opened.network, tell("unlearning"));
    await removeFormer(settings.output);
    const networks = [
      ...repairs ? await savePruned(input, repairs, settings.output) : [],
      ...unlearned ? await saveUnlearned(input, unlearned, settings.output) : [],
    ];
    const cleanAccuracy = repairs?.before.cleanAccuracy ??
      accuracy(await classify(network, heldOut.pixels), heldOut.labels);
    const { classNames } = decisions;
    const report: InspectionReport = {
      network: settings.network,
      backdoored: suspect !== undefined,
      suspectedClass: suspect?.label ?? null,
      suspectedClassName: suspect === undefined ? null : classNames[suspect.label]!,
      outlierIndex: indices[smallest.label]!,
      outlierThreshold: OUTLIER_INDEX,
      falseAlarmRate: falseAlarmRate(classNames.length),
      trigger: suspect === undefined ? null : {
        coefficients: coefficientsOf(suspect.spectrum),
        successRate: repairs!.before.recoveredTriggerSuccessRate,
      },
      cleanAccuracy,
      networks,
      method: repairs?.method ?? null,
      layer,
      channels: channelsOf(findConvolution(network, layer)),
      images: { decisions: decisions.labels.length, heldOut: heldOut.labels.length },
      norms: search.triggers.map(({ norm, reached }, label) => (
        { class: classNames[label]!, norm, reached }
      )),
      seconds: Math.round((performance.now() - start) / 100) / 10,
    };
    const { triggers } = search;
    const every = Math.max(1, Math.floor(heldOut.labels.length / EXAMPLES));
    const shown = [...heldOut.labels.keys()].filter((index) => index % every === 0);
    const examples = pickImages(heldOut, shown.slice(0, EXAMPLES)).pixels;
    const inspection = { report, triggers, examples, ...(repairs && { repairs }) };
    await writeWhole(join(settings.output, PAGE), await inspectionPage(inspection));
    await writeWhole(join(settings.output, REPORT), json(report));
    return inspection;
  } finally {
    closeInput(input);
  }
}

/** As text; six digits are more than is known. */
function json(report: InspectionReport): string {
  const short = (_: string, value: unknown): unknown =>
    typeof value === "number" ? Number(value.toPrecision(6)) : value;
  return JSON.stringify(report, short, 2) + "\n";
}

const [REPORT, PAGE] = ["report.json", "report.html"];
const EXAMPLES = 4;

async function savePruned(
  { opened, layer }: InspectionInput,
  { chosen }: Repairs,
  output: string,
): Promise<RepairedNetwork[]> {
  const networks: RepairedNetwork[] = [];
  for (const { drop, channels, ...rates } of chosen) {
    const file = `repaired_${100 * drop}_points${opened.extension}`;
    const repaired = await pruneChannels(opened.network, channels, layer);
    await Deno.mkdir(output, { recursive: true });
    await opened.save(join(output, file), repaired);
    disposeNetwork(repaired);
    networks.push({
      file,
      way: "pruning",
      channelsPruned: channels.length,
      allowedDrop: drop,
      ...rates,
    });
  }
  return networks;
}

async function saveUnlearned(
  { opened }: InspectionInput,
  { network, ...rates }: Unlearned,
  output: string,
): Promise<RepairedNetwork[]> {
  const file = `repaired_unlearned${opened.extension}`;
  await Deno.mkdir(output, { recursive: true });
  await opened.save(join(output, file), network);
  disposeNetwork(network);
  return [{ file, way: "unlearning", channelsPruned: 0, allowedDrop: null, ...rates }];
}

/** Removes a former report and the networks that it names: they are not those of the one to come. */
async function removeFormer(output: string): Promise<void> {
  const text = await Deno.readTextFile(join(output, REPORT)).catch(() => "{}");
  for (
    const file of text.match(
      /(?<="file": ")repaired_([\d.]+_points|unlearned)(\.keras|\.h5)?(?=")/g,
    ) ?? []
  ) {
    await Deno.remove(join(output, file), { recursive: true }).catch(() => {});
  }
  for (const file of [REPORT, PAGE]) await Deno.remove(join(output, file)).catch(() => {});
}
