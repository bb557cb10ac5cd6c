import type { InspectionSettings } from "@lib/inspect/input.ts";
import type { TrainingSettings } from "@lib/inspect/training.ts";
import { type InputForm, RANGES } from "@lib/inspect/input_form.ts";
import { takeOptions } from "./notebooks/options.ts";

const FORM = ["pixels", "mean", "std", "channels"] as const;
const NAMES = [
  "network",
  "images",
  "output",
  ...FORM,
  "classes",
  "split",
  "layer",
  "count",
  "bound",
] as const;

/**
 * Reads the command line of an inspection.
 *
 * @param args `--name value` or `--name=value`, of network, images, output, pixels, mean, std, channels, classes, split, layer,
 * count and bound.
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
  const counted = (name: "count" | "bound"): number | undefined => {
    const value = given.get(name);
    if (value === undefined) return undefined;
    if (/^[1-9]\d*$/.test(value)) return Number(value);
    throw new Error(`Expected --${name} to be a number from 1 on but found ${value}`);
  };
  const bound = counted("bound");
  const optional = (["classes", "split", "layer"] as const).flatMap((name) =>
    given.has(name) ? [[name, given.get(name)]] : []
  );
  return {
    network: required("network", "FILE"),
    images: required("images", "FOLDER"),
    output: given.get("output") ?? "inspection",
    ...formOf(given),
    ...Object.fromEntries(optional),
    count: counted("count") ?? 1000,
    ...(bound && { bound }),
  };
}

function formOf(given: Map<typeof NAMES[number], string>): InputForm {
  const oneOf = (name: typeof NAMES[number], known: readonly string[]): string => {
    const value = given.get(name) ?? known[0]!;
    if (known.includes(value)) return value;
    throw new Error(`Expected --${name} ${known.join(" or ")} but found ${value}`);
  };
  const numbers = (name: "mean" | "std"): number[] | undefined => {
    const values = given.get(name)?.split(",").map((text) =>
      text.trim() === "" ? NaN : Number(text)
    );
    const isGood = (value: number): boolean =>
      Number.isFinite(value) && (name === "mean" || value > 0);
    if (values === undefined || ([1, 3].includes(values.length) && values.every(isGood))) {
      return values;
    }
    const what = name === "mean" ? "numbers" : "numbers above 0";
    throw new Error(
      `Expected --${name} R,G,B or one for all, ${what}, but found ${given.get(name)}`,
    );
  };
  const [mean, std] = [numbers("mean"), numbers("std")];
  const channels = oneOf("channels", ["RGB", "BGR"]);
  return {
    pixels: oneOf("pixels", Object.keys(RANGES)) as InputForm["pixels"],
    ...(mean && { mean }),
    ...(std && { std }),
    ...(channels === "BGR" && { channels }),
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
