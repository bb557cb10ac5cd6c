import { join } from "node:path";
import { run } from "./command.ts";

/**
 * Where Deno is to keep what it downloads: where it always does, or, if nothing can be written there since the
 * home folder is missing or read-only, inside the repository.
 *
 * @param root The repository's folder.
 * @param usual The folder that Deno keeps it in.
 * @returns Environment variables for Deno.
 */
export async function denoCache(root: string, usual?: string): Promise<Record<string, string>> {
  const dir = usual ?? JSON.parse(await run([Deno.execPath(), "info", "--json"], root)).denoDir;
  return await canWrite(dir) ? {} : { DENO_DIR: join(root, ".setup", "deno") };
}

/**
 * Whether a folder can be written, or made.
 *
 * @param dir Its path.
 */
export async function canWrite(dir: string): Promise<boolean> {
  try {
    await Deno.mkdir(dir, { recursive: true });
    await Deno.remove(await Deno.makeTempDir({ dir }));
    return true;
  } catch {
    return false;
  }
}
