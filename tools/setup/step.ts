import { allExist, locked, writeWhole } from "@lib/files.ts";
import { createHash } from "node:crypto";
import { join } from "node:path";

/** A part of the set-up. */
export interface Step {
  name: string;
  /** What the step depends on; if it changes, the step is done again. */
  from: string;
  /** Files, below the repository's folder, that are there when the step is done. */
  makes: readonly string[];
  make(): Promise<unknown>;
}

/** Milliseconds after which a step says that it is still at work. */
const ALIVE = 15_000;

/**
 * Does a step unless its stamp and its files say that it is done. The stamp goes first and comes back
 * last, so that a run that was cut never leaves a stamp beside half a result.
 *
 * @param step What to do.
 * @param root The repository's folder; stamps are kept in its `.setup`.
 * @throws {Error} If the step fails, with what failed and what to do.
 */
export async function doStep({ name, from, makes, make }: Step, root: string): Promise<void> {
  const stamp = join(root, ".setup", name.replace(/\W+/g, "_"));
  const digest = createHash("sha256").update(from).digest("hex");
  const isDone = async (): Promise<boolean> =>
    await Deno.readTextFile(stamp).catch(() => "") === digest &&
    await allExist(makes.map((file) => join(root, file)));
  if (await isDone()) return;
  using _lock = await locked(stamp); // of two tasks on a fresh clone one does it
  if (await isDone()) return;
  const start = performance.now();
  const seconds = (): string => ((performance.now() - start) / 1000).toFixed(0);
  console.log(`setup: ${name} …`);
  const timer = setInterval(() => console.log(`setup: ${name} … ${seconds()} s`), ALIVE);
  await Deno.remove(stamp).catch(() => {});
  try {
    await make();
  } catch (error) {
    throw new Error(
      `Setup stopped at "${name}".\n  ${(error as Error).message}\n` +
        "  Mend that and run the same command again: it goes on from here. Downloads need a " +
        "connection to the npm registry and to PyPI.",
    );
  } finally {
    clearInterval(timer);
  }
  await writeWhole(stamp, digest);
  console.log(`setup: ${name} done in ${seconds()} s`);
}
