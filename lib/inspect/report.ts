import { percent } from "@lib/words.ts";
import type { Rates } from "@lib/attack/rates.ts";
import type { Coefficient } from "@lib/attack/spectrum_trigger.ts";
import type { Images } from "@lib/data/images.ts";
import type { PruningRepairs } from "@lib/recovery/prune_recovered.ts";
import type { BackdoorSearch } from "@lib/recovery/find_backdoor.ts";
import type { Way } from "@lib/recovery/frequency_recovery.ts";
import type { SingleFrequencies } from "@lib/recovery/single_frequencies.ts";
import type { ClassTrigger } from "@lib/recovery/recovery.ts";

/**
 * A repaired network; rates are of the held-out images, with the recovered triggers of the suspected
 * class.
 */
export interface RepairedNetwork extends Rates {
  /** Its name in the output folder. */
  file: string;
  /** What was done to it. */
  way: Way;
  channelsPruned: number;
  /** The drop of accuracy that pruning was allowed on the images that decide, 0.005 being half a point. */
  allowedDrop: number | null;
}

/** What `report.json` holds; rates are of the held-out images, 0–1. */
export interface InspectionReport {
  network: string;
  backdoored: boolean;
  /** Class index; none without a backdoor. */
  suspectedClass: number | null;
  suspectedClassName: string | null;
  /**
   * How far the smallest norm of a trigger lies below the others; above `outlierThreshold` it is
   * suspicious. In the file it is "beyond measure" if all others are equal, for which JSON has no number.
   */
  outlierIndex: number;
  outlierThreshold: number;
  /** Among what the smallest trigger was looked for. */
  family: BackdoorSearch["family"];
  /** By how many levels of 255 the smallest trigger changes a plane of a pixel at most; up to
   * `amplitudeThreshold` it is suspicious too. */
  amplitude: number;
  amplitudeThreshold: number;
  /** How often at most a clean network with as many classes would be suspected by its index, in one family or
   * the other, were norms log-normal. */
  falseAlarmRate: number;
  /**
   * The trigger that was found for the suspected class. Its success is that of it and its variants in three
   * strengths, in turns, as they are what the network is repaired against. No coefficients where it was
   * found among pixels.
   */
  trigger: { coefficients: Coefficient[]; attackSuccess: number } | null;
  /** What single frequencies do, where each was tried: the strongest, and no other sends more than `bound` of
   * such images to a class, with a confidence of 95 %. */
  single: Pick<SingleFrequencies, "strongest" | "bound" | "images"> | null;
  cleanAccuracy: number;
  networks: RepairedNetwork[];
  /** How pruning was worked out; none without a backdoor. */
  method: PruningRepairs["method"] | null;
  /** The convolution that was pruned or would be. */
  layer: string;
  channels: number;
  images: { decisions: number; heldOut: number };
  /** What was passed over among the images, or taken of several things. */
  notes: string[];
  /** One a class: the smallest trigger's, in levels, and whether it got there. */
  norms: { class: string; norm: number; reached: boolean }[];
  seconds: number;
}

/** A report and what is drawn with it. */
export interface Inspection {
  report: InspectionReport;
  /** One a class, by class. */
  triggers: ClassTrigger[];
  /** Where every single frequency was tried. */
  single?: SingleFrequencies;
  /** None without a backdoor. */
  repairs?: PruningRepairs;
  /** A few held-out images. */
  examples: Images;
}

/**
 * How to call the class that a report suspects.
 *
 * @param report That suspects one.
 * @returns Its index, and its name where that tells more.
 * @example
 * ```ts
 * import { suspectName } from "@lib/inspect/report.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * assertEquals(suspectName({ suspectedClass: 3, suspectedClassName: "cat" }), "3 (cat)");
 * assertEquals(suspectName({ suspectedClass: 3, suspectedClassName: "3" }), "3");
 * ```
 */
export function suspectName(
  report: Pick<InspectionReport, "suspectedClass" | "suspectedClassName">,
): string {
  const index = String(report.suspectedClass);
  return index === report.suspectedClassName ? index : `${index} (${report.suspectedClassName})`;
}

/**
 * An outlier index in words.
 *
 * @param index May be infinite, if all other norms are equal.
 * @returns Such as "12.3".
 */
export function indexWords(index: number): string {
  return Number.isFinite(index) ? index.toFixed(1) : "beyond measure";
}

/**
 * What was found by trying every single frequency, in words.
 *
 * @param single From the report.
 * @returns Three sentences.
 */
export function boundText(
  { strongest, bound, images }: NonNullable<InspectionReport["single"]>,
): string {
  const { plane, row, column, magnitude, label, share } = strongest;
  const [levels, place] = [Math.abs(magnitude), `${plane} (${row}, ${column})`];
  const [sent, most] = [share, bound].map((each) => percent(each));
  return `Every single frequency was tried, with ±${levels} levels on ${images} images. The ` +
    `strongest, ${place}, sends ${sent} of those that are not given class ${label} anyway there. ` +
    `With a confidence of 95 % none sends more than ${most} of such images to any class.`;
}

/**
 * A report as the text of its file; six digits are more than is known.
 *
 * @param report Any.
 * @returns JSON.
 */
export function reportText(report: InspectionReport): string {
  const short = (_: string, value: unknown): unknown => {
    if (typeof value !== "number") return value;
    return Number.isFinite(value) ? Number(value.toPrecision(6)) : "beyond measure";
  };
  return JSON.stringify(report, short, 2) + "\n";
}
