/**
 * Makes `.bench`, the environment of the libraries that our speed is measured beside.
 *
 *     deno task bench:setup
 *
 * @module
 */
import { ROOT } from "@lib/environment.ts";
import { setupEnvironment } from "../tools/setup/python.ts";

/** The environment's Python, below the repository's folder. */
export const PEERS_PYTHON = ".bench/bin/python";

if (import.meta.main) {
  try {
    await setupEnvironment(ROOT, ".bench", "bench/requirements.txt");
  } catch (error) {
    console.error((error as Error).message);
    Deno.exit(1);
  }
}
