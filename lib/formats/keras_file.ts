import { zipSync } from "fflate";
import { openZip, unpack } from "@lib/data/zip.ts";
import { writeWhole } from "@lib/files.ts";
import { refuseContents } from "@lib/formats/foreign.ts";
import { type File, openHdf5 } from "@lib/formats/hdf5.ts";
import { archivePaths, hdf5Paths, type WeightPaths } from "@lib/formats/keras_paths.ts";
import { writeFolder } from "@lib/formats/network_file.ts";
import { join } from "@lib/std/path.ts";

/** What is in a file that Keras wrote. */
export interface KerasFile {
  /** The network's class and settings, as Keras wrote them. */
  topology: unknown;
  /** The first part of the version of Keras. */
  keras: number;
  /** The HDF5 file with the weights: the one in the archive, or the file itself. */
  weights: Uint8Array;
  /** Finds the paths of all weights in their file. */
  paths: (file: File, topology: unknown, where: string) => WeightPaths;
  /**
   * Writes the whole anew.
   *
   * @param target Where to.
   * @param weights The HDF5 file in place of {@link KerasFile.weights}.
   */
  write(target: string, weights: Uint8Array): Promise<void>;
}

/** The first bytes of a file of each format. */
const MAGIC = {
  keras: [0x50, 0x4b, 0x03, 0x04],
  hdf5: [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a],
};

/**
 * The format of a file that Keras wrote, by its first bytes.
 *
 * @param bytes The file's, from its start.
 * @returns Keras's archive or HDF5; nothing if it is neither.
 * @example
 * ```ts
 * import { kerasFormat } from "@lib/formats/keras_file.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * assertEquals(kerasFormat(new TextEncoder().encode("PK\x03\x04")), "keras");
 * ```
 */
export function kerasFormat(bytes: Uint8Array): keyof typeof MAGIC | undefined {
  return (["keras", "hdf5"] as const).find((format) =>
    MAGIC[format].every((byte, index) => bytes[index] === byte)
  );
}

/**
 * Reads what is in a file that Keras wrote: an archive `.keras`, the folder that one is unpacked to, or HDF5
 * with a whole network.
 *
 * @param file The path; the content tells the format.
 * @returns Topology and weights, still as Keras wrote them.
 * @throws {Error} If it is none, cut short, or without topology or weights.
 */
export async function readKerasFile(file: string): Promise<KerasFile> {
  if ((await Deno.stat(file)).isDirectory) return await readFolder(file);
  const bytes = await Deno.readFile(file);
  const format = kerasFormat(bytes);
  if (format === undefined) {
    throw new Error(
      `Expected a network of Keras, an archive or HDF5, but found neither in ${file}`,
    );
  }
  return await (format === "keras" ? readArchive(file) : readWhole(file, bytes));
}

async function readArchive(file: string): Promise<KerasFile> {
  const archive = await openZip(file);
  const contents = unpack(archive, archive.entries);
  const entries = new Map(archive.entries.map(({ fileName }, i) => [fileName, contents[i]!]));
  refuseContents(entries.keys(), file);
  const write: KerasFile["write"] = (target, weights) =>
    writeWhole(target, zipSync(Object.fromEntries([...entries, [WEIGHTS, weights]]), PLAIN));
  return { ...parts(entries, file, "the archive"), write };
}

/** Not compressed, as by Keras, and at no time, so that the same network makes the same file. */
const PLAIN = { level: 0, mtime: new Date(1980, 0, 1) } as const;

/** The parts of an archive. */
const [CONFIG, METADATA, WEIGHTS] = ["config.json", "metadata.json", "model.weights.h5"];

async function readFolder(folder: string): Promise<KerasFile> {
  const entries = new Map<string, Uint8Array>();
  for await (const { name, isFile } of Deno.readDir(folder)) {
    if (isFile) entries.set(name, await Deno.readFile(join(folder, name)));
  }
  const write: KerasFile["write"] = async (target, weights) => {
    const files = [...entries, [WEIGHTS, weights] as const];
    await writeFolder(target, async (temporary) => {
      for (const [name, bytes] of files) await Deno.writeFile(join(temporary, name), bytes);
    });
  };
  return { ...parts(entries, folder, "the folder"), write };
}

function parts(
  entries: Map<string, Uint8Array>,
  file: string,
  within: string,
): Omit<KerasFile, "write"> {
  const part = (name: string): Uint8Array => {
    const content = entries.get(name);
    if (content !== undefined) return content;
    const found = [...entries.keys()].slice(0, 5).join(", ") || "nothing";
    throw new Error(`Expected ${name} in ${within} but found ${found} in ${file}`);
  };
  const read = (name: string): unknown =>
    parseJson(new TextDecoder().decode(part(name)), `${name} of ${file}`);
  const metadata = entries.has(METADATA) ? read(METADATA) as Record<string, unknown> : {};
  return {
    topology: read(CONFIG),
    keras: parseInt(String(metadata.keras_version ?? 3)),
    weights: part(WEIGHTS),
    paths: archivePaths,
  };
}

async function readWhole(file: string, bytes: Uint8Array): Promise<KerasFile> {
  const { result: [config, version] } = await openHdf5(bytes, file, "r", (hdf5) => {
    const [config, version] = ["model_config", "keras_version"].map((key) =>
      hdf5.attrs[key]?.value
    );
    if (typeof config === "string") return [config, version];
    const weights = ["layers", "_layer_checkpoint_dependencies"]
      .some((group) => hdf5.keys().includes(group)) || "layer_names" in hdf5.attrs;
    throw new Error(
      `Expected a whole network with the attribute model_config but found ` +
        (weights
          ? `only weights: build the network in Python, load_weights(…) and save("network.keras"), in ${file}`
          : `none in ${file}`),
    );
  });
  return {
    topology: parseJson(config as string, `model_config of ${file}`),
    keras: parseInt(String(version ?? 2)),
    weights: bytes,
    paths: hdf5Paths,
    write: writeWhole,
  };
}

/** JSON; an error names where it was found. */
export function parseJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`Expected JSON but found in ${where}: ${(error as Error).message}`);
  }
}
