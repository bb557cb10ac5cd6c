/** Sweeps and their jobs on data so small that all is done in seconds. */
import { once, type SourceImages } from "@lib/data/data_source.ts";
import { DATASETS } from "@lib/data/datasets.ts";
import { PAPER_SIZE } from "@lib/data/images.ts";
import { syntheticSigns } from "@lib/data/synthetic_signs.ts";
import { sweep } from "../../tools/sweep.ts";
import { sweepJob } from "../../tools/sweep_job.ts";

DATASETS["tiny"] = {
  title: "synthetic signs, few",
  isSynthetic: true,
  size: PAPER_SIZE,
  training: { epochs: 3, batchSize: 16 },
  load: (): Promise<SourceImages> =>
    Promise.resolve({
      train: once(() => Promise.resolve(syntheticSigns(160, 1, 16))),
      test: syntheticSigns(128, 2, 16),
      checksums: {},
    }),
};

/** How one of the two is called: "sweep", or "network" or "defense". */
export const TINY: readonly string[] = [
  ...[Deno.execPath(), "run", "-A", "--quiet"],
  import.meta.filename!,
];

if (import.meta.main) {
  const [kind, ...options] = Deno.args;
  const isSweep = kind === "sweep";
  // as in a folder with a space in its path
  const job = ["env", "WORDS=two words", ...TINY];
  const work = isSweep ? sweep(options, job) : sweepJob(Deno.args).then(() => 0);
  const code = await work.catch((error: Error) => {
    console.error(error.message);
    return 1;
  });
  Deno.exit(code);
}
