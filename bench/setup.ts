/**
 * Makes `.bench`, the environment of the libraries that our speed is measured beside.
 *
 *     deno task bench:setup
 *
 * @module
 */
import { ROOT } from "@lib/environment.ts";
import { join } from "node:path";
import { run } from "../tools/setup/command.ts";
import { makeEnvironment } from "../tools/setup/python.ts";
import { doStep } from "../tools/setup/step.ts";

/** The environment's Python, below the repository's folder. */
export const PEERS_PYTHON = ".bench/bin/python";

/** Sets the peers up; does nothing when that is done. */
async function setupPeers(): Promise<void> {
  const requirements = join(ROOT, "bench/requirements.txt");
  const python = join(ROOT, PEERS_PYTHON);
  await doStep({
    name: "benchmark environment",
    from: ROOT,
    makes: [PEERS_PYTHON],
    make: () => makeEnvironment(ROOT, ".bench"),
  }, ROOT);
  await doStep({
    name: "benchmark peers",
    from: await Deno.readTextFile(requirements),
    makes: [".bench/bin/pip"],
    make: () => run([python, "-m", "pip", "install", "--quiet", "-r", requirements], ROOT),
  }, ROOT);
}

if (import.meta.main) {
  try {
    await setupPeers();
  } catch (error) {
    console.error((error as Error).message);
    Deno.exit(1);
  }
}
