/**
 * Makes of all results of a sweep that fit today one tidy CSV file and a LaTeX table, and runs the notebook
 * that draws those of the repository's sweep.
 *
 *     deno task table [--sweep FILE]
 *
 * What is missing is an empty cell.
 *
 * @module
 */
import { ROOT } from "@lib/environment.ts";
import { writeWhole } from "@lib/files.ts";
import { tableAsCsv } from "@lib/figures/table_csv.ts";
import {
  spreadsTable,
  sweepLines,
  type SweepRate,
  sweepSpreads,
  sweepTable,
} from "@lib/study/sweep_table.ts";
import { join, relative } from "node:path";
import { tableAsLatex } from "./publish/latex_table.ts";
import { runNotebooks } from "./run_notebooks.ts";
import { SWEEP_FILE, sweepOptions } from "./sweep/options.ts";

/** One LaTeX table each. */
const TITLES: Partial<Record<SweepRate, string>> = {
  attackSuccess: "Attack success",
  cleanAccuracy: "Clean accuracy",
  robustAccuracy: "Robust accuracy",
};

try {
  const { file, sweep, results } = await sweepOptions(Deno.args, []);
  const { lines, misfits } = await sweepLines(sweep, results);
  for (const { file, why } of misfits) console.log(`${relative(ROOT, file)} is not taken: ${why}`);
  await writeWhole(join(results, "table.csv"), tableAsCsv(sweepTable(lines)));
  const tables = Object.entries(TITLES).map(([rate, title]) => {
    const caption = `${title} on test (%): mean over seeds and range; without a range, of one seed`;
    return tableAsLatex(spreadsTable(sweepSpreads(lines, rate as SweepRate), caption), caption);
  });
  await writeWhole(join(results, "table.tex"), tables.join("\n"));
  const filled = lines.filter(({ rates }) => rates).length;
  console.log(
    `${filled} of ${lines.length} cells are filled: ${
      relative(ROOT, results)
    }/table.csv, table.tex`,
  );
  if (file === SWEEP_FILE) {
    await runNotebooks([join(ROOT, "notebooks/15_sweep.ipynb")], sweep.data[0]!, false);
  }
} catch (error) {
  console.error((error as Error).message);
  Deno.exit(1);
}
