import "@lib/network/network_nodes.ts"; // tfjs is to know the layers that are made there
import { tf } from "@lib/network/tensorflow.ts";

/** A network's topology as tfjs writes it. */
export interface NetworkJson {
  config: {
    layers: {
      class_name: string;
      name?: string;
      config: { name: string } & Record<string, unknown>;
      inbound_nodes?: unknown;
    }[];
    /** Names and two indices, but of a sequential network none. */
    input_layers?: [string, number, number][];
    output_layers?: [string, number, number][];
  };
}

/**
 * A copy of a network with weights of its own.
 *
 * @param network Left as it is.
 * @param change Changes the copy's topology before it is built; layers with weights keep their names.
 * @returns The copy; {@link disposeNetwork} frees it.
 * @example
 * ```ts
 * import { copyNetwork, disposeNetwork } from "@lib/network/copy_network.ts";
 * import { paperCnn } from "@lib/network/paper_cnn.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const copy = await copyNetwork(paperCnn(43, 1), ({ config }) => config.layers.pop());
 * assertEquals(copy.outputShape, [null, 2048]);
 * disposeNetwork(copy);
 * ```
 */
export async function copyNetwork(
  network: tf.LayersModel,
  change: (json: NetworkJson) => void = () => {},
): Promise<tf.LayersModel> {
  const copy = await remade(network, change);
  // by name, as the layers' order may change with the topology
  for (const layer of copy.layers) {
    if (layer.weights.length > 0) {
      layer.setWeights(network.getLayer(layer.name).getWeights());
    }
  }
  return copy;
}

/**
 * Goes on with a new network, and frees it if that fails.
 *
 * @param network Such as a copy, which the caller of the caller is to get.
 * @param use What is done with it.
 * @returns What that gives.
 * @throws What that throws.
 * @example
 * ```ts
 * import { freedIfFailed } from "@lib/network/copy_network.ts";
 * import { paperCnn } from "@lib/network/paper_cnn.ts";
 * import { tf } from "@lib/network/tensorflow.ts";
 * import { assertEquals, assertRejects } from "@lib/std/assert.ts";
 *
 * const before = tf.memory().numTensors;
 * await assertRejects(() => freedIfFailed(paperCnn(43, 1), (network) => network.getLayer("none")));
 * assertEquals(tf.memory().numTensors, before);
 * ```
 */
export async function freedIfFailed<Result>(
  network: tf.LayersModel,
  use: (network: tf.LayersModel) => Result | Promise<Result>,
): Promise<Result> {
  try {
    return await use(network);
  } catch (error) {
    disposeNetwork(network);
    throw error;
  }
}

/** A network's topology, changed, with weights to start from. */
export async function remade(
  network: tf.LayersModel,
  change: (json: NetworkJson) => void,
): Promise<tf.LayersModel> {
  const json = structuredClone(network.toJSON(undefined, false)) as unknown as NetworkJson;
  change(json);
  return await tf.models.modelFromJSON(json as never);
}

/**
 * Frees a network's weights.
 *
 * @param network Not to be used any more.
 * @example See {@link copyNetwork}.
 */
export function disposeNetwork(network: tf.LayersModel): void {
  // tfjs's own dispose keeps the weights of a layer that is called twice
  for (const weight of network.weights) weight.dispose();
}
