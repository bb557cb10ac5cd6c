/**
 * Inspects with no more permissions than that takes: networks and images come from strangers.
 *
 *     deno task inspect …
 *
 * @module
 */
import { ROOT } from "../lib/environment.ts";
import { join, resolve } from "node:path";
import { takeOptions } from "./notebooks/options.ts";

/**
 * What an inspection is allowed: no network, no other programs, and to write nowhere but into these folders.
 *
 * @param folders Which.
 * @returns Options of `deno run`. TensorFlow and the decoder of images are native code, hence `--allow-ffi`.
 * @throws {Error} If a path has a comma.
 */
export function permissions(folders: readonly string[]): string[] {
  const paths = folders.map((folder) => resolve(folder));
  const split = paths.find((path) => path.includes(","));
  // to Deno a comma ends a path, and the rest of it would be another one
  if (split !== undefined) throw new Error(`Expected a path without a comma but found ${split}`);
  const others = ["read", "env", "sys", "ffi"].map((what) => `--allow-${what}`);
  return ["--no-prompt", ...others, `--allow-write=${paths.join()}`];
}

async function inspectSafely(args: string[]): Promise<number> {
  const output = takeOptions(args, ["output"]).given.get("output") ?? "inspection";
  const temporary = await Deno.makeTempDir();
  try {
    const tool = join(ROOT, "tools/inspect.ts");
    const options = ["run", "--quiet", ...permissions([output, temporary]), tool, ...args];
    const env = { TMPDIR: temporary };
    return (await new Deno.Command(Deno.execPath(), { args: options, env }).spawn().status).code;
  } finally {
    await Deno.remove(temporary, { recursive: true });
  }
}

if (import.meta.main) {
  const code = await inspectSafely(Deno.args).catch((error: Error) => {
    console.error(error.message);
    return 1;
  });
  Deno.exit(code);
}
