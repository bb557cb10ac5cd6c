import { ROOT } from "@lib/environment.ts";
import { join } from "node:path";
import { setupEnvironment } from "../setup/python.ts";

/** The Snakemake that runs sweeps. */
export const SNAKEMAKE: string = join(ROOT, ".sweep/bin/snakemake");

/**
 * Makes `.sweep`, the environment that Snakemake is in.
 *
 * @throws {Error} If there is no way to do it.
 */
export async function setupSweeping(): Promise<void> {
  await setupEnvironment(ROOT, ".sweep", "sweep/requirements.txt");
}
