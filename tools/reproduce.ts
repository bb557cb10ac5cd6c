/**
 * The main job: sets up what is missing, runs all notebooks and prints the paper's numbers beside the
 * measured ones.
 *
 *     deno task reproduce [--dataset NAME]
 *
 * @module
 */
import { onlyDataset } from "./notebooks/options.ts";
import { timeWords } from "./notebooks/progress.ts";
import { printedResults, summaryLines } from "./notebooks/summary.ts";
import { allNotebooks, runNotebooks } from "./run_notebooks.ts";
import { setup } from "./setup.ts";

try {
  const dataset = onlyDataset(Deno.args);
  const start = performance.now();
  await setup();
  await runNotebooks(allNotebooks(), dataset, false);
  console.log(["", ...summaryLines(await printedResults(dataset), dataset)].join("\n"));
  console.log(`\nTime: ${timeWords((performance.now() - start) / 1000)}`);
} catch (error) {
  console.error((error as Error).message);
  Deno.exit(1);
}
