import { outputPath, ROOT } from "@lib/environment.ts";
import { readSweep, type Sweep } from "@lib/study/sweep.ts";
import { join, resolve } from "node:path";
import { takeOptions } from "../notebooks/options.ts";

/** The sweep whose table is in this repository. */
export const SWEEP_FILE: string = join(ROOT, "sweep/sweep.json");

/** A sweep and where it is. */
export interface SweepPlace {
  file: string;
  sweep: Sweep;
  /** The folder of its results, called as the file is. */
  results: string;
}

/**
 * Takes `--sweep FILE` and more out of a command line.
 *
 * @param args The command line.
 * @param names Of the other options with a value.
 * @param flags Of those without.
 * @returns The sweep, by default the repository's, and the other options.
 * @throws {Error} If the file holds no sweep, or there is anything else in the command line.
 */
export async function sweepOptions<Name extends string>(
  args: readonly string[],
  names: readonly Name[],
  flags: readonly Name[] = [],
): Promise<SweepPlace & { given: Map<Name | "sweep", string> }> {
  const { given, rest } = takeOptions<Name | "sweep">(args, ["sweep", ...names], flags);
  if (rest.length > 0) {
    const known = ["sweep", ...names, ...flags].map((name) => `--${name}`).join(", ");
    throw new Error(`Expected nothing but ${known} but found ${rest.join(" ")}`);
  }
  const file = resolve(given.get("sweep") ?? SWEEP_FILE);
  const name = /([^/]+?)(\.json)?$/.exec(file)![1]!;
  return { file, sweep: await readSweep(file), results: outputPath(name), given };
}
