import { parseArgs } from "node:util";
import { DATASETS } from "@lib/data/datasets.ts";
import { chosen } from "@lib/environment.ts";

/**
 * Takes options out of a command line.
 *
 * @param args The command line.
 * @param names Of the options with a value: `--name value` or `--name=value`.
 * @param flags Of those without.
 * @returns The options that are there, a flag with an empty value, and all other words.
 * @throws {Error} If an option has no value, a flag has one, or either is there twice.
 */
export function takeOptions<Name extends string>(
  args: readonly string[],
  names: readonly Name[],
  flags: readonly Name[] = [],
): { given: Map<Name, string>; rest: string[] } {
  const options = Object.fromEntries([
    ...names.map((name) => [name, { type: "string" }] as const),
    ...flags.map((flag) => [flag, { type: "boolean" }] as const),
  ]);
  const { tokens } = parseArgs({ args: [...args], options, strict: false, tokens: true });
  const given = new Map<Name, string>();
  const taken = new Set<number>();
  for (const token of tokens) {
    if (token.kind !== "option") continue;
    const name = [...names, ...flags].find((name) => name === token.name);
    if (name === undefined) continue;
    const value = token.value ?? "";
    if (flags.includes(name) && value !== "") {
      throw new Error(`Expected no value of --${name} but found ${value}`);
    }
    if (names.includes(name) && (value === "" || value.startsWith("--"))) {
      throw new Error(`Expected a value after --${name} but found ${value || "nothing"}`);
    }
    if (given.has(name)) throw new Error(`Expected --${name} once but found it twice`);
    given.set(name, value);
    taken.add(token.index);
    if (token.inlineValue === false) taken.add(token.index + 1);
  }
  return { given, rest: args.filter((_, index) => !taken.has(index)) };
}

/**
 * Takes `--dataset NAME` out of a command line.
 *
 * @param args The command line.
 * @param byDefault The data set if none is named.
 * @returns The data set and everything else.
 * @throws {Error} If there is no such data set; tells those there are.
 */
export function datasetOption(
  args: readonly string[],
  byDefault = "synthetic",
): { dataset: string; rest: string[] } {
  const { given, rest } = takeOptions(args, ["dataset"]);
  const dataset = given.get("dataset") ?? byDefault;
  chosen(DATASETS, dataset, "--dataset to be one");
  return { dataset, rest };
}

/**
 * Reads a command line that is nothing but `--dataset NAME`.
 *
 * @param args The command line.
 * @param byDefault The data set if none is named.
 * @returns The data set.
 * @throws {Error} If there is no such data set, or more in the command line.
 */
export function onlyDataset(args: readonly string[], byDefault?: string): string {
  const { dataset, rest } = datasetOption(args, byDefault);
  if (rest.length === 0) return dataset;
  throw new Error(`Expected nothing but --dataset NAME but found ${rest.join(" ")}`);
}
