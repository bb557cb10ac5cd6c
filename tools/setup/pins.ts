import { join } from "node:path";
import { writeWhole } from "@lib/files.ts";

/** A package as pip is to install it. */
export interface Pin {
  name: string;
  version: string;
  /** Its lines in a requirements file: the version, and the hashes that pip checks. */
  lines: string;
}

/**
 * The packages of a requirements file with hashes.
 *
 * @param requirements The file's text, as `uv pip compile` writes it.
 * @returns One a package and condition.
 */
export function pinsOf(requirements: string): Pin[] {
  const block = /^([\w.-]+)==([\w.]+)[^\n]* \\\n(?: +--hash=sha256:\w{64}(?: \\)?\n)+/gm;
  return [...requirements.matchAll(block)].map(([lines, name, version]) => (
    { name: name!, version: version!, lines }
  ));
}

/**
 * A package of a list.
 *
 * @param pins The list.
 * @param wanted Its name.
 * @returns The package.
 */
export const pinned = (pins: readonly Pin[], wanted: string): Pin =>
  pins.find(({ name }) => name === wanted)!;

/**
 * Writes a package alone into a file for pip, which knows hashes from files only.
 *
 * @param root The repository's folder.
 * @param pin Which.
 * @returns The file.
 */
export async function requirementFile(root: string, { name, lines }: Pin): Promise<string> {
  const file = join(root, ".setup", `${name}.txt`);
  await writeWhole(file, lines);
  return file;
}
