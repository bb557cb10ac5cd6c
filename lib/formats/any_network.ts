import { writeWhole } from "@lib/files.ts";
import { refuseContents, refuseStart } from "@lib/formats/foreign.ts";
import { loadKeras, saveKeras } from "@lib/formats/keras_archive.ts";
import { kerasFormat } from "@lib/formats/keras_file.ts";
import { saveNetwork } from "@lib/formats/network_file.ts";
import { readOnnx } from "@lib/formats/onnx_file.ts";
import { onnxBytes } from "@lib/formats/onnx_proto.ts";
import { openTfjs } from "@lib/formats/tfjs_network.ts";
import { expectOther, rewrite } from "@lib/formats/weights.ts";
import type { tf } from "@lib/network/tensorflow.ts";
import { dirname, join } from "@lib/std/path.ts";

/** A network and the way to write it as it came. */
export interface AnyNetwork {
  /** The caller disposes it. */
  network: tf.LayersModel;
  /** A Keras archive, Keras's HDF5, a folder of tfjs, or ONNX. */
  format: "keras" | "hdf5" | "tfjs" | "onnx";
  /** What names of this format end in, with the dot; a folder's in nothing. */
  extension: ".keras" | ".h5" | ".onnx" | "";
  /**
   * Writes a network of the same topology in the same format, whole or not at all.
   *
   * @param target Where to; what is there is replaced.
   * @param network The opened one, changed, or a copy.
   * @throws {Error} If the target is what the network was opened from or a folder with that in it, or of a
   * file of Keras or ONNX the layers are others.
   */
  save(target: string, network: tf.LayersModel): Promise<void>;
}

/**
 * Opens a network of any format that is known here. The content tells which, not the name.
 *
 * @param path A file of Keras (or its unpacked folder) or ONNX, or of tfjs the folder or `model.json`.
 * @returns The network and how to save it.
 * @throws {Error} If there is no network, or not a whole one, or it cannot be had in tfjs.
 * @example
 * ```ts
 * import { openNetwork } from "@lib/formats/any_network.ts";
 * import { saveNetwork } from "@lib/formats/network_file.ts";
 * import { paperCnn } from "@lib/network/paper_cnn.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const folder = await Deno.makeTempDir();
 * await saveNetwork(`${folder}/network`, paperCnn(43, 1));
 * const { network, format, save } = await openNetwork(`${folder}/network`);
 * assertEquals(format, "tfjs");
 * await save(`${folder}/repaired`, network);
 * ```
 */
export async function openNetwork(path: string): Promise<AnyNetwork> {
  const { isDirectory } = await Deno.stat(path).catch(() => {
    throw new Error(`Expected a network but found no file ${path}`);
  });
  if (isDirectory) return await openFolder(path);
  const bytes = await Deno.readFile(path);
  const format = kerasFormat(bytes);
  if (format !== undefined) return await openKeras(path, format);
  refuseStart(bytes, path);
  // an ONNX file begins with the version of its form
  if (bytes[0] === 8 || path.endsWith(".onnx")) return await openOnnx(path);
  if (isJson(bytes)) return await openModelJson(path);
  throw new Error(
    `Expected a network, as an archive or HDF5 of Keras, model.json of tfjs or ONNX, but found none in ${path}`,
  );
}

async function openFolder(path: string): Promise<AnyNetwork> {
  const names = (await Array.fromAsync(Deno.readDir(path))).map(({ name }) => name);
  if (names.includes("model.json")) return await openModelJson(join(path, "model.json"));
  if (names.includes("config.json")) return await openKeras(path, "");
  refuseContents(names, path);
  const wanted = "model.json of tfjs or config.json of Keras";
  throw new Error(`Expected ${wanted} but found none in ${path}`);
}

async function openKeras(path: string, format: "keras" | "hdf5" | ""): Promise<AnyNetwork> {
  const extension = ({ keras: ".keras", hdf5: ".h5", "": "" } as const)[format];
  const network = await loadKeras(path);
  const save: AnyNetwork["save"] = (target, other) => saveKeras(path, target, other);
  return { network, format: format || "keras", extension, save };
}

async function openOnnx(path: string): Promise<AnyNetwork> {
  const { network, places, model } = await readOnnx(path);
  const save: AnyNetwork["save"] = async (target, other) => {
    await expectOther(path, target);
    rewrite(other, network, places, path);
    await writeWhole(target, onnxBytes(model));
  };
  return { network, format: "onnx", extension: ".onnx", save };
}

async function openModelJson(file: string): Promise<AnyNetwork> {
  const network = await openTfjs(file);
  const save: AnyNetwork["save"] = async (target, other) => {
    await expectOther(dirname(file), target);
    await saveNetwork(target, other);
  };
  return { network, format: "tfjs", extension: "", save };
}

function isJson(bytes: Uint8Array): boolean {
  try {
    return "modelTopology" in JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return false;
  }
}
