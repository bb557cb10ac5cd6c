import { type File, openHdf5, readNumbers, writeNumbers } from "@lib/formats/hdf5.ts";
import { type KerasFile, readKerasFile } from "@lib/formats/keras_file.ts";
import { callKeras } from "@lib/formats/keras_graph.ts";
import { nameOf, type Written } from "@lib/formats/keras_written.ts";
import { LayerGraph, type Place } from "@lib/formats/layer_graph.ts";
import { expectOther, readingError, rewrite } from "@lib/formats/weights.ts";
import { disposeNetwork } from "@lib/network/copy_network.ts";
import type { tf } from "@lib/network/tensorflow.ts";

/**
 * Loads a network from Keras: a `.keras` archive of Keras 3 or HDF5 of Keras 2 or 3. The file's content
 * tells which.
 *
 * @param file The file's path.
 * @returns The network with its weights, a `tf.Sequential` if it is one in Keras; the caller disposes it.
 * @throws {Error} If the file is no whole network, a layer or setting is not to be had in tfjs, or a
 * weight is missing, of another shape than its layer's, or not finite.
 * @example
 * ```ts
 * import { loadKeras, saveKeras } from "@lib/formats/keras_archive.ts";
 * import { openZip, unpack } from "@lib/data/zip.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const models = await openZip("tests/reference/keras/models.zip");
 * const entry = models.entries.find(({ fileName }) => fileName === "sequential.keras")!;
 * const folder = await Deno.makeTempDir();
 * await Deno.writeFile(`${folder}/network.keras`, unpack(models, [entry])[0]!);
 *
 * const network = await loadKeras(`${folder}/network.keras`);
 * assertEquals(network.outputShape, [null, 5]);
 * await saveKeras(`${folder}/network.keras`, `${folder}/repaired.keras`, network);
 * network.dispose();
 * ```
 */
export async function loadKeras(file: string): Promise<tf.LayersModel> {
  const content = await readKerasFile(file);
  const { result } = await openHdf5(content.weights, file, "r", (hdf5) => {
    return build(content, hdf5, file).network;
  });
  return result;
}

/**
 * Writes a copy of a network's file with other weights, as those of the repaired network. All else, as
 * topology and optimizer, stays what Keras wrote. Whole or not at all.
 *
 * @param source What {@link loadKeras} read; left as it is.
 * @param target Where to, in the source's format; what is there is replaced.
 * @param network Of the source's topology.
 * @throws {Error} If the target is the source, or the network has other layers or shapes than the source,
 * or a weight that is not finite.
 * @example See {@link loadKeras}.
 */
export async function saveKeras(
  source: string,
  target: string,
  network: tf.LayersModel,
): Promise<void> {
  await expectOther(source, target);
  const content = await readKerasFile(source);
  const { bytes } = await openHdf5(content.weights, source, "a", (hdf5) => {
    const { network: own, places } = build(content, hdf5, source);
    try {
      rewrite(network, own, places, source);
    } finally {
      disposeNetwork(own);
    }
  });
  await content.write(target, bytes);
}

/** The network with its weights, and where they are in the open file. */
function build(
  { topology, keras, paths }: KerasFile,
  hdf5: File,
  where: string,
): ReturnType<LayerGraph["network"]> {
  const graph = new LayerGraph(where);
  try {
    const all = paths(hdf5, topology, where);
    const placesOf = (layer: Written): Place[] =>
      (all.get(layer) ?? []).map((path) => ({
        read: () => readNumbers(hdf5, path, where),
        write: (values) => writeNumbers(hdf5, path, values, where),
      }));
    const outputs = callKeras(topology as Written, { graph, placesOf, keras });
    return graph.network(outputs, nameOf(topology as Written));
  } catch (error) {
    graph.dispose();
    throw readingError(error, "Keras", where);
  }
}
