import { zipSync } from "fflate";
import { openZip, unpack } from "@lib/data/zip.ts";
import { type File, groupAt, openHdf5 } from "@lib/formats/hdf5.ts";
import type { Written } from "@lib/formats/keras_layers.ts";

/** What is in a file that Keras wrote. */
export interface KerasFile {
  /** The network's class and settings, as Keras wrote them. */
  topology: unknown;
  /** The HDF5 file with the weights: the one in the archive, or the file itself. */
  weights: Uint8Array;
  /**
   * @param file The weights' file, open.
   * @param layers All, in the file's order.
   * @returns For each layer the paths of its weights, in Keras's order.
   */
  paths(file: File, layers: Written[]): string[][];
  /**
   * @param weights The HDF5 file in place of {@link KerasFile.weights}.
   * @returns The whole file anew.
   */
  pack(weights: Uint8Array): Uint8Array;
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
 * Reads what is in a file that Keras wrote: an archive `.keras`, or HDF5 with a whole network.
 *
 * @param file The file's path; its content tells the format.
 * @returns Topology and weights, still as Keras wrote them.
 * @throws {Error} If it is neither, cut short, or without topology or weights.
 */
export async function readKerasFile(file: string): Promise<KerasFile> {
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
  const [config, weights] = ["config.json", "model.weights.h5"].map((name) => {
    const content = entries.get(name);
    if (content !== undefined) return content;
    const found = [...entries.keys()].slice(0, 5).join(", ") || "nothing";
    throw new Error(`Expected ${name} in the archive but found ${found} in ${file}`);
  }) as [Uint8Array, Uint8Array];
  return {
    topology: parse(new TextDecoder().decode(config), `config.json of ${file}`),
    weights,
    paths: archivePaths,
    pack: (changed) =>
      zipSync(Object.fromEntries([...entries, ["model.weights.h5", changed]]), PLAIN),
  };
}

/** Not compressed, as by Keras, and at no time, so that the same network makes the same file. */
const PLAIN = { level: 0, mtime: new Date(1980, 0, 1) } as const;

/** Keras names groups by class and counts the layers of each, in the file's order. */
function archivePaths(file: File, layers: Written[]): string[][] {
  const root = file.keys().includes("layers") ? "layers" : "_layer_checkpoint_dependencies";
  const counts = new Map<string, number>();
  return layers.map(({ class_name }) => {
    const name = snakeCase(class_name);
    const count = counts.get(name) ?? 0;
    counts.set(name, count + 1);
    const group = `${root}/${name}${count === 0 ? "" : `_${count}`}/vars`;
    const numbers = groupAt(file, group)?.keys().map(Number) ?? [];
    return numbers.sort((one, other) => one - other).map((number) => `${group}/${number}`);
  });
}

/** As `to_snake_case` in `keras/src/utils/naming.py`. */
const snakeCase = (name: string): string =>
  name.replaceAll(/\W+/g, "").replaceAll(/(.)([A-Z][a-z]+)/g, "$1_$2")
    .replaceAll(/([a-z])([A-Z])/g, "$1_$2").toLowerCase();

async function readWhole(file: string, bytes: Uint8Array): Promise<KerasFile> {
  const { result: config } = await openHdf5(bytes, file, "r", (hdf5) => {
    const config = hdf5.attrs["model_config"]?.value;
    if (typeof config === "string") return config;
    const weights = ["layers", "_layer_checkpoint_dependencies"]
      .some((group) => hdf5.keys().includes(group)) || "layer_names" in hdf5.attrs;
    throw new Error(
      `Expected a whole network with the attribute model_config but found ` +
        `${weights ? "only weights" : "none"} in ${file}`,
    );
  });
  return {
    topology: parse(config, `model_config of ${file}`),
    weights: bytes,
    paths: (hdf5, layers) => layers.map(({ config }) => wholePaths(hdf5, String(config.name))),
    pack: (changed) => changed,
  };
}

function wholePaths(file: File, layer: string): string[] {
  const group = `model_weights/${layer}`;
  const names = groupAt(file, group)?.attrs["weight_names"]?.value;
  // of no names Keras makes a list of numbers
  return Array.isArray(names) ? names.map((name) => `${group}/${name}`) : [];
}

function parse(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`Expected JSON but found in ${where}: ${(error as Error).message}`);
  }
}
