/**
 * The main job: sets up what is missing, runs all notebooks and prints the paper's numbers beside the
 * measured ones.
 *
 *     deno task reproduce [--dataset synthetic|quick|gtsrb]
 *
 * @module
 */
import { ROOT } from "../lib/environment.ts";
import { join } from "node:path";
import { datasetOption } from "./notebooks/options.ts";
import { readSummary, summaryLines } from "./notebooks/summary.ts";
import { allNotebooks, runNotebooks } from "./run_notebooks.ts";
import { setup } from "./setup.ts";

try {
  const { dataset, rest } = datasetOption(Deno.args);
  if (rest.length > 0) {
    throw new Error(`Expected nothing but --dataset NAME but found ${rest.join(" ")}`);
  }
  const start = performance.now();
  await setup();
  await runNotebooks(allNotebooks(), dataset, false);
  const file = join(ROOT, "outputs", dataset, "summary.json");
  console.log(["", ...summaryLines(await readSummary(file), dataset)].join("\n"));
  console.log(`\nTime: ${((performance.now() - start) / 60_000).toFixed(1)} min`);
} catch (error) {
  console.error((error as Error).message);
  Deno.exit(1);
}
