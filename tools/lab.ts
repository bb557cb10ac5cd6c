/**
 * Opens JupyterLab on the first notebook, with the Deno kernel ready.
 *
 *     deno task lab [--dataset NAME] [options of jupyter lab]
 *
 * @module
 */
import { DATASET_VARIABLE, ROOT } from "../lib/environment.ts";
import { join } from "node:path";
import { datasetOption } from "./notebooks/options.ts";
import { allNotebooks, kernelEnvironment } from "./run_notebooks.ts";

try {
  const { dataset, rest } = datasetOption(Deno.args);
  if (Deno.uid() === 0 && !rest.includes("--allow-root")) {
    const advice = "add --allow-root to start it all the same";
    throw new Error(`Expected a user but found root, as whom Jupyter does not start: ${advice}`);
  }
  const child = new Deno.Command(join(ROOT, ".venv/bin/jupyter-lab"), {
    args: [allNotebooks()[0]!, `--ServerApp.root_dir=${ROOT}`, ...rest],
    env: { ...kernelEnvironment(), [DATASET_VARIABLE]: dataset },
    cwd: ROOT,
  }).spawn();
  Deno.addSignalListener("SIGINT", () => {}); // Jupyter asks whether to stop; that is its business
  Deno.exit((await child.status).code);
} catch (error) {
  console.error((error as Error).message);
  Deno.exit(1);
}
