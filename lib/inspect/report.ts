import type { Coefficient } from "@lib/attack/spectrum_trigger.ts";
import type { ClassTrigger } from "@lib/recovery/recovery.ts";
import type { HeldOutRates, Repairs } from "@lib/inspect/repair.ts";

/** A repaired network; rates are of the held-out images, 0–1. */
export interface RepairedNetwork extends HeldOutRates {
  /** Its name in the output folder. */
  file: string;
  /** What was done to it. */
  way: "pruning" | "unlearning";
  channelsPruned: number;
  /** The drop of accuracy that pruning was allowed on the images that decide, 0.005 being half a point. */
  allowedDrop: number | null;
}

/**
 * How to call the class that a report suspects.
 *
 * @param report Of a network with a backdoor.
 * @returns Its index, and its name if that is another.
 * @example
 * ```ts
 * import { suspectName } from "@lib/inspect/report.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * assertEquals(suspectName({ suspectedClass: 14, suspectedClassName: "stop" }), "14 (stop)");
 * ```
 */
export function suspectName(
  { suspectedClass, suspectedClassName }: Pick<
    InspectionReport,
    "suspectedClass" | "suspectedClassName"
  >,
): string {
  const index = String(suspectedClass);
  return index === suspectedClassName ? index : `${index} (${suspectedClassName})`;
}

/** What `report.json` holds; rates are of the held-out images, 0–1. */
export interface InspectionReport {
  network: string;
  backdoored: boolean;
  /** Class index; none without a backdoor. */
  suspectedClass: number | null;
  suspectedClassName: string | null;
  /** How far the smallest norm of a trigger lies below the others; above `outlierThreshold` it is suspicious. */
  outlierIndex: number;
  outlierThreshold: number;
  /** How often a clean network with as many classes would be suspected, were norms log-normal. */
  falseAlarmRate: number;
  /** The trigger that was found for the suspected class. Its success is that of it and its variants in
   * three strengths, in turns, as they are what the network is repaired against. */
  trigger: { coefficients: Coefficient[]; successRate: number } | null;
  cleanAccuracy: number;
  networks: RepairedNetwork[];
  /** How pruning was worked out; none without a backdoor. */
  method: Repairs["method"] | null;
  /** The convolution that was pruned or would be. */
  layer: string;
  channels: number;
  images: { decisions: number; heldOut: number };
  /** One a class: the smallest trigger's, in levels, and whether it got there. */
  norms: { class: string; norm: number; reached: boolean }[];
  seconds: number;
}

/** A report and what is drawn with it. */
export interface Inspection {
  report: InspectionReport;
  /** One a class, by class. */
  triggers: ClassTrigger[];
  /** None without a backdoor. */
  repairs?: Repairs;
  /** A few held-out images, shape [N, 32, 32, 3], RGB, 0–255. */
  examples: Uint8Array;
}
