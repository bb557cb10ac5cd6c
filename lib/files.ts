import { createHash } from "node:crypto";
import { dirname } from "node:path"; // the set-up writes files before there is a package

/**
 * Writes a file whole or not at all: to a temporary name first, which takes the file's place when it is on the
 * disk.
 *
 * @param file Where to; folders on the way are made.
 * @param content Text or bytes.
 * @example
 * ```ts
 * import { writeWhole } from "@lib/files.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const folder = await Deno.makeTempDir();
 * await writeWhole(`${folder}/tables/one.csv`, "a,b");
 * assertEquals(await Deno.readTextFile(`${folder}/tables/one.csv`), "a,b");
 * ```
 */
export async function writeWhole(file: string, content: string | Uint8Array): Promise<void> {
  await Deno.mkdir(dirname(file), { recursive: true });
  const temporary = `${file}.${crypto.randomUUID().slice(0, 8)}.tmp`;
  try {
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    await Deno.writeFile(temporary, bytes);
    await syncFile(temporary);
    await Deno.rename(temporary, file);
  } catch (error) {
    await Deno.remove(temporary).catch(() => {});
    throw error;
  }
}

/**
 * Waits until what was written into a file is on the disk.
 *
 * @param file Its path.
 */
export async function syncFile(file: string): Promise<void> {
  using written = await Deno.open(file);
  await written.sync();
}

/**
 * Waits until no other process holds the lock of a file or folder, and holds it. A process that ends, in
 * whatever way, holds nothing.
 *
 * @param path Of what is locked; the lock itself is a file beside it.
 * @returns Gives the lock back when it is disposed.
 * @example
 * ```ts
 * import { locked } from "@lib/files.ts";
 *
 * using _lock = await locked(`${await Deno.makeTempDir()}/summary.json`);
 * ```
 */
export async function locked(path: string): Promise<Disposable> {
  await Deno.mkdir(dirname(path), { recursive: true });
  const lock = await Deno.open(`${path}.lock`, { create: true, write: true });
  await lock.lock(true);
  return lock;
}

/**
 * Whether a file or folder is there.
 *
 * @param path Any path.
 * @example
 * ```ts
 * import { exists } from "@lib/files.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * assertEquals(await exists("no such file"), false);
 * ```
 */
export async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

/**
 * Whether there is something at each of some paths.
 *
 * @param paths Any.
 * @example
 * ```ts
 * import { allExist } from "@lib/files.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * assertEquals(await allExist([".", "no such file"]), false);
 * ```
 */
export async function allExist(paths: readonly string[]): Promise<boolean> {
  return (await Promise.all(paths.map(exists))).every(Boolean);
}

/**
 * The first of some paths at which there is something.
 *
 * @param paths In order.
 * @returns It; undefined where there is nothing at any.
 * @example
 * ```ts
 * import { firstExisting } from "@lib/files.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * assertEquals(await firstExisting(["no such file", "."]), ".");
 * ```
 */
export async function firstExisting(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) if (await exists(path)) return path;
  return undefined;
}

/**
 * The MD5 checksum by which archives are published.
 *
 * @param file A file's path.
 * @returns 32 hexadecimal digits.
 * @example
 * ```ts
 * import { md5Of } from "@lib/files.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const file = await Deno.makeTempFile();
 * assertEquals(await md5Of(file), "d41d8cd98f00b204e9800998ecf8427e"); // RFC 1321, of nothing
 * ```
 */
export async function md5Of(file: string): Promise<string> {
  const hash = createHash("md5");
  using handle = await Deno.open(file);
  for await (const chunk of handle.readable) hash.update(chunk);
  return hash.digest("hex");
}
