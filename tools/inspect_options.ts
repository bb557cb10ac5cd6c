import type { InspectionSettings } from "@lib/inspect/input.ts";
import type { TrainingSettings } from "@lib/inspect/training.ts";
import { PIXEL_RANGES, type PixelRange } from "@lib/formats/logits_network.ts";
import { takeOptions } from "./notebooks/options.ts";

const NAMES = ["network", "images", "output", "pixels", "layer", "count"] as const;

/**
 * Reads the command line of an inspection.
 *
 * @param args `--name value` or `--name=value`, of network, images, output, pixels, layer and count.
 * @returns The settings; the output is `inspection`, pixels `0-1` and the count 1000 if not given.
 * @throws {Error} If network or images is missing, a name is not known or twice there, or a value is no
 * such value.
 */
export function inspectOptions(args: readonly string[]): InspectionSettings {
  const { given, rest } = takeOptions(args, NAMES);
  if (rest.length > 0) {
    throw new Error(`Expected ${NAMES.map((name) => `--${name}`).join(", ")} but found ${rest[0]}`);
  }
  const required = (name: "network" | "images", what: string): string => {
    const value = given.get(name);
    if (value === undefined) throw new Error(`Expected --${name} ${what} but found none`);
    return value;
  };
  const pixels = given.get("pixels") ?? "0-1";
  if (!PIXEL_RANGES.includes(pixels as PixelRange)) {
    throw new Error(`Expected --pixels ${PIXEL_RANGES.join(" or ")} but found ${pixels}`);
  }
  const count = given.get("count") ?? "1000";
  if (!/^[1-9]\d*$/.test(count)) {
    throw new Error(`Expected --count to be a number from 1 on but found ${count}`);
  }
  const layer = given.get("layer");
  return {
    network: required("network", "FILE"),
    images: required("images", "FOLDER"),
    output: given.get("output") ?? "inspection",
    pixels: pixels as PixelRange,
    ...(layer !== undefined && { layer }),
    count: Number(count),
  };
}

/**
 * Reads the command line of a look at a training set.
 *
 * @param args `--name value` or `--name=value`, of training and output.
 * @returns The settings, the output `inspection` if not given; nothing if there is no `--training`.
 * @throws {Error} If anything else is there beside them, or one is there twice or without a value.
 */
export function trainingOptions(args: readonly string[]): TrainingSettings | undefined {
  const { given, rest } = takeOptions(args, ["training", "output"]);
  const training = given.get("training");
  if (training === undefined) return undefined;
  if (rest.length > 0) {
    throw new Error(`Expected nothing but --output beside --training but found ${rest[0]}`);
  }
  return { training, output: given.get("output") ?? "inspection" };
}
