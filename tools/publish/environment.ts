import { ROOT } from "@lib/environment.ts";
import { join } from "node:path";
import { setupEnvironment } from "../setup/python.ts";

/** The Python that has pandoc and Typst. */
export const PUBLISH_PYTHON: string = join(ROOT, ".publish/bin/python");

/**
 * Makes `.publish`, the environment that sites and PDFs are made in.
 *
 * @throws {Error} If there is no way to do it.
 */
export async function setupPublishing(): Promise<void> {
  await setupEnvironment(ROOT, ".publish", "tools/publish/requirements.txt");
}
