import { exists, syncFile } from "@lib/files.ts";
import { tf } from "@lib/network/tensorflow.ts";
import { dirname } from "@lib/std/path.ts";

/**
 * Saves a network as an ordinary tfjs layers model, `model.json` and `weights.bin`, which any tfjs
 * program loads. Whole or not at all: the folder is written under a temporary name first, and what was there
 * goes last.
 *
 * @param folder Where to; what is there is replaced.
 * @param network Any layers model.
 * @param addTo Writes what else belongs to the network, into a folder that takes this one's place.
 * @example
 * ```ts
 * import { loadNetwork, saveNetwork } from "@lib/formats/network_file.ts";
 * import { paperCnn } from "@lib/network/paper_cnn.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const folder = `${await Deno.makeTempDir()}/network`;
 * await saveNetwork(folder, paperCnn(43, 1));
 * assertEquals((await loadNetwork(folder)).countParams(), 376_907);
 * ```
 */
export async function saveNetwork(
  folder: string,
  network: tf.LayersModel,
  addTo: (folder: string) => Promise<void> = async () => {},
): Promise<void> {
  await writeFolder(folder, async (temporary) => {
    await network.save(`file://${temporary}`);
    await addTo(temporary);
  });
}

/**
 * Writes a folder whole or not at all.
 *
 * @param folder Where to; what is there is replaced.
 * @param write Fills a temporary folder that takes its place.
 */
export async function writeFolder(
  folder: string,
  write: (folder: string) => Promise<void>,
): Promise<void> {
  await Deno.mkdir(dirname(folder), { recursive: true });
  const temporary = await Deno.makeTempDir({ dir: dirname(folder), suffix: ".tmp" });
  try {
    await write(temporary);
    // on the disk before it takes the former one's place
    for await (const { name } of Deno.readDir(temporary)) await syncFile(`${temporary}/${name}`);
    await Deno.chmod(temporary, 0o755); // temporary folders are private
    // a folder cannot take the place of another: between the two, loadNetwork finds the former one aside
    await restoreFormer(folder); // which is all that there is after a kill: not to be removed yet
    await Deno.remove(aside(folder), { recursive: true }).catch(ignoreMissing);
    await Deno.rename(folder, aside(folder)).catch(ignoreMissing);
    await Deno.rename(temporary, folder);
    await Deno.remove(aside(folder), { recursive: true }).catch(ignoreMissing);
  } finally {
    await Deno.remove(temporary, { recursive: true }).catch(ignoreMissing);
  }
}

/**
 * Loads a tfjs layers model, a `tf.Sequential` if it is one.
 *
 * @param folder With the topology and its weights.
 * @param topology The topology's file there.
 * @returns The network; the caller disposes it.
 * @throws {Error} If the folder holds no whole layers model.
 * @example See {@link saveNetwork}.
 */
export async function loadNetwork(
  folder: string,
  topology = "model.json",
): Promise<tf.LayersModel> {
  await restoreFormer(folder);
  try {
    return await tf.loadLayersModel(`file://${folder}/${topology}`);
  } catch (error) {
    throw new Error(
      `Expected a tfjs layers model in ${folder} but found: ${(error as Error).message}`,
    );
  }
}

/** Where a network waits while another one takes its place. */
const aside = (folder: string): string => `${folder.replace(/\/+$/, "")}.former`;

async function restoreFormer(folder: string): Promise<void> {
  if (await exists(folder)) return;
  await Deno.rename(aside(folder), folder).catch(ignoreMissing);
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}
