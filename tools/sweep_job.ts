/**
 * One job of a sweep: trains a network, or what is missing of it; or runs a defense on one. Each writes one
 * small JSON file, which says all that decided it. Snakemake calls it, and so may you:
 *
 *     deno task network --row ID [--sweep FILE]
 *     deno task defense --row ID --defense NAME [--sweep FILE]
 *
 * @module
 */
import { loadDataset } from "@lib/data/dataset.ts";
import { versions } from "@lib/notebook.ts";
import { type SweepRow, sweepRows } from "@lib/study/sweep.ts";
import { keepDefense, keepNetwork, type MadeBy } from "@lib/study/sweep_results.ts";
import { epochLine } from "./epoch_line.ts";
import { sweepOptions } from "./sweep/options.ts";

/**
 * Does one job of a sweep.
 *
 * @param options The command line: "network" or "defense", then its options.
 * @throws {Error} If the options are not right, what is there is damaged, or a file cannot be written.
 */
export async function sweepJob([kind, ...options]: readonly string[]): Promise<void> {
  const isDefense = kind === "defense";
  const names = isDefense ? ["row", "defense"] as const : ["row"] as const;
  const { sweep, results, given } = await sweepOptions<"row" | "defense">(options, names);
  const row = chosenRow(sweepRows(sweep), given.get("row"));
  const { data, seed, recipe } = row.experiment;
  const dataset = await loadDataset({ data, seed });
  if (isDefense) {
    return await keepDefense(results, row, given.get("defense") ?? "", dataset, madeBy());
  }
  await keepNetwork(results, row, dataset, madeBy(), {
    onEpoch: (history) => console.log(`${row.id}: ${epochLine(history.at(-1)!, recipe.epochs)}`),
  });
}

function chosenRow(rows: readonly SweepRow[], id = ""): SweepRow {
  const row = rows.find((row) => row.id === id);
  if (row) return row;
  throw new Error(`Expected --row to be one such as ${rows[0]?.id} but found "${id}"`);
}

function madeBy(): MadeBy {
  const threads = Number(Deno.env.get("TF_NUM_INTRAOP_THREADS") ?? navigator.hardwareConcurrency);
  return { ...versions(), threads };
}

if (import.meta.main) {
  await sweepJob(Deno.args).catch((error: Error) => {
    console.error(`${Deno.args.join(" ")}: ${error.message}`);
    Deno.exit(1);
  });
}
