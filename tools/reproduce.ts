/**
 * The main job: runs all notebooks and prints the paper's numbers beside the measured ones.
 *
 *     deno task reproduce [--dataset NAME]
 *
 * @module
 */
import { onlyDataset } from "./notebooks/options.ts";
import { timeWords } from "./notebooks/progress.ts";
import { summaryLines } from "./notebooks/results_table.ts";
import { printedResults } from "./notebooks/summary.ts";
import { allNotebooks, runNotebooks } from "./run_notebooks.ts";
import { ROOT } from "../lib/environment.ts";
import { run } from "./setup/command.ts";

try {
  const dataset = onlyDataset(Deno.args);
  const start = performance.now();
  await runNotebooks(allNotebooks(), dataset, false);
  console.log(["", ...summaryLines(await printedResults(dataset), dataset)].join("\n"));
  const seconds = (performance.now() - start) / 1000;
  const speed = Number(await run([Deno.execPath(), "run", "-A", "tools/training_speed.ts"], ROOT));
  const passes = (Math.round(speed * seconds / 1000) * 1000).toLocaleString("en");
  console.log(
    `\nTime: ${
      timeWords(seconds)
    }, in which this machine, at ${speed} images/s, trains on ${passes}.`,
  );
} catch (error) {
  console.error((error as Error).message);
  Deno.exit(1);
}
