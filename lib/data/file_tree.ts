/**
 * Files of a folder or of a zip archive, read alike.
 *
 * @module
 */
import { openZip, unpack } from "@lib/data/zip.ts";
import { basename, join } from "@lib/std/path.ts";

/** Files with a way to read them. */
export interface FileTree {
  /** What to call it in an error. */
  name: string;
  /** Relative, parts joined by "/"; folders end in "/". */
  paths: string[];
  read(path: string): Uint8Array | Promise<Uint8Array>;
}

/**
 * All files below a folder; links are followed.
 *
 * @param folder Where.
 * @returns Their paths, in any order.
 * @throws {Error} If there is no such folder.
 * @example
 * ```ts
 * import { folderTree } from "@lib/data/file_tree.ts";
 * import { assert } from "@lib/std/assert.ts";
 *
 * assert((await folderTree("notebooks")).paths.includes("00_start.ipynb"));
 * ```
 */
export async function folderTree(folder: string): Promise<FileTree> {
  const paths: string[] = [];
  const walk = async (within: string, above: readonly string[]): Promise<void> => {
    const here = await Deno.realPath(join(folder, within));
    if (above.includes(here)) return; // a link that leads back to where it is
    for await (const { name } of Deno.readDir(join(folder, within))) {
      const path = within + name;
      // a link that leads nowhere is no image
      const found = await Deno.stat(join(folder, path)).catch(() => undefined);
      if (found?.isFile) paths.push(path);
      if (!found?.isDirectory) continue;
      paths.push(`${path}/`);
      await walk(`${path}/`, [...above, here]);
    }
  };
  await walk("", []);
  return { name: folder, paths, read: (path) => Deno.readFile(join(folder, path)) };
}

/**
 * The files of a zip archive.
 *
 * @param file The archive's path.
 * @returns Their paths.
 * @throws {Error} As `openZip`.
 * @example
 * ```ts
 * import { zipTree } from "@lib/data/file_tree.ts";
 * import { assert } from "@lib/std/assert.ts";
 *
 * const { paths } = await zipTree("tests/reference/keras/models.zip");
 * assert(paths.includes("functional.h5"));
 * ```
 */
export async function zipTree(file: string): Promise<FileTree> {
  const archive = await openZip(file);
  const entries = new Map(
    archive.entries.map((entry) => [entry.fileName.replace(/^(\.\/)+/, ""), entry]),
  );
  return {
    name: basename(file),
    paths: [...entries.keys()],
    read: (path) => unpack(archive, [entries.get(path)!])[0]!,
  };
}
