import { refuseGraphModel } from "@lib/formats/foreign.ts";
import { callKeras } from "@lib/formats/keras_graph.ts";
import { parseJson } from "@lib/formats/keras_file.ts";
import { nameOf, type Written } from "@lib/formats/keras_written.ts";
import { LayerGraph, type Place } from "@lib/formats/layer_graph.ts";
import { loadNetwork } from "@lib/formats/network_file.ts";
import { checkFinite, readingError } from "@lib/formats/weights.ts";
import { disposeNetwork } from "@lib/network/copy_network.ts";
import { tf } from "@lib/network/tensorflow.ts";
import { basename, dirname } from "@lib/std/path.ts";

/**
 * Opens a layers model of tfjs: one that tfjs wrote, or that its converter made from a file of Keras.
 *
 * @param file The `model.json`.
 * @returns The network; the caller disposes it.
 * @throws {Error} If it is no whole layers model, or has a weight that is not finite.
 */
export async function openTfjs(file: string): Promise<tf.LayersModel> {
  const { format, modelTopology, weightsManifest } = Object(
    parseJson(await Deno.readTextFile(file), file),
  );
  if (format === "graph-model" || modelTopology?.node !== undefined) refuseGraphModel(file);
  if (!Array.isArray(weightsManifest)) {
    throw new Error(
      `Expected a layers model with its weights but found no weightsManifest in ${file}`,
    );
  }
  const { model_config, keras_version } = modelTopology ?? {};
  if (model_config !== undefined) return await openConverted(file, model_config, keras_version);
  const network = await loadNetwork(dirname(file), basename(file));
  try {
    for (const weight of network.weights) {
      checkFinite(weight.read().dataSync<"float32">(), `${weight.originalName} in ${file}`);
    }
    return network;
  } catch (error) {
    disposeNetwork(network);
    throw error;
  }
}

async function openConverted(
  file: string,
  topology: Written,
  version: unknown,
): Promise<tf.LayersModel> {
  const graph = new LayerGraph(file);
  let weights: tf.NamedTensorMap = {};
  try {
    const { weightData, weightSpecs } = await tf.io.fileSystem(file).load!();
    weights = tf.io.decodeWeights(weightData!, weightSpecs!);
    const placesOf = (layer: Written): Place[] =>
      Object.entries(weights)
        .filter(([name]) => name.split("/").at(-2) === nameOf(layer))
        .map(([, tensor]) => ({
          read: () => ({ shape: tensor.shape, values: tensor.dataSync<"float32">() }),
          write: () => {}, // tfjs writes it as one of its own
        }));
    const keras = parseInt(String(version ?? 2));
    const outputs = callKeras(topology, { graph, placesOf, keras });
    return graph.network(outputs, nameOf(topology)).network;
  } catch (error) {
    graph.dispose();
    throw readingError(error, "tfjs", file);
  } finally {
    tf.dispose(weights);
  }
}
