import { type Settings, translateLayer, type Written } from "@lib/formats/keras_layers.ts";
import { isReference, readCall, type Reference, tfjsNumbers } from "@lib/formats/keras_nodes.ts";

/** A layer of a functional network. */
type Connected = Written & { inbound_nodes: unknown[] };

/**
 * Translates a whole network's topology from Keras to tfjs.
 *
 * @param topology As Keras 2 or 3 writes it in `config.json` or the attribute `model_config`.
 * @param where The file's name, for errors.
 * @returns As `tf.models.modelFromJSON` takes it.
 * @throws {Error} If it is neither a sequential nor a functional network, or a layer cannot be translated.
 * @example
 * ```ts
 * import { translateTopology } from "@lib/formats/keras_topology.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const layers = [
 *   { class_name: "InputLayer", config: { name: "input", batch_shape: [null, 4] } },
 *   { class_name: "Flatten", config: { name: "flatten" } },
 * ];
 * const network = { class_name: "Sequential", config: { name: "network", layers } };
 * assertEquals(translateTopology(network, "network.keras").config.layers, [
 *   { class_name: "Flatten", config: { name: "flatten", batch_input_shape: [null, 4] } },
 * ]);
 * ```
 */
export function translateTopology(topology: unknown, where: string): Written {
  const layers = layersOf(topology, where);
  const { class_name, config } = topology as Written;
  try {
    if (class_name === "Sequential") return sequential(config, layers, where);
    return functional(config, layers as Connected[], where);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new Error(`Expected a topology of Keras but found in ${where}: ${error.message}`);
  }
}

/**
 * The layers of a network in the file's order.
 *
 * @param topology As for {@link translateTopology}.
 * @param where The file's name, for errors.
 * @returns As Keras writes them.
 * @throws {Error} If it is neither a sequential nor a functional network.
 * @example See {@link translateTopology}.
 */
export function layersOf(topology: unknown, where: string): Written[] {
  const { class_name, config } = (topology ?? {}) as Partial<Written>;
  if (!["Sequential", "Functional", "Model"].includes(class_name!)) {
    throw new Error(
      `Expected a Sequential or Functional network but found ${class_name} in ${where}`,
    );
  }
  const layers = config?.layers;
  const isLayer = (layer: Partial<Written> | null): boolean =>
    typeof layer?.class_name === "string" && typeof layer.config?.name === "string";
  if (!Array.isArray(layers) || !layers.every(isLayer)) {
    throw new Error(`Expected layers with class and name but found others in ${where}`);
  }
  return layers;
}

function sequential(config: Settings, written: Written[], where: string): Written {
  const layers = written.map((layer) => translateLayer(layer, where));
  // the input as a setting of the first layer: without a layer of its own the network is a mere chain
  const input = layers[0]?.class_name === "InputLayer" ? layers.shift()! : undefined;
  const first = written[0]?.config;
  const shape = input?.config.batch_input_shape ?? first?.batch_input_shape ??
    config.build_input_shape;
  if (layers.length === 0 || !Array.isArray(shape)) {
    throw new Error(`Expected layers and the shape of their input but found none in ${where}`);
  }
  layers[0]!.config.batch_input_shape = shape;
  return { class_name: "Sequential", config: { name: config.name, layers } };
}

function functional(config: Settings, written: Connected[], where: string): Written {
  const layers = written.map(({ inbound_nodes, ...layer }) => {
    const { name } = layer.config as { name: string };
    const calls = inbound_nodes.map((node) => readCall(node, `layer "${name}" in ${where}`));
    if ((calls.length === 0) !== (layer.class_name === "InputLayer")) {
      throw new Error(
        `Expected calls of all layers but inputs but found ${calls.length} of "${name}" in ${where}`,
      );
    }
    return { ...translateLayer(layer, where), name, calls };
  });
  const number = tfjsNumbers(layers, where);
  const ends = (key: string): Reference[] => references(config[key], key, where).map(number);
  return {
    class_name: "Functional",
    config: {
      name: config.name,
      layers: layers.map(({ calls, ...layer }) => ({
        ...layer,
        inbound_nodes: calls.map((tensors) => tensors.map((tensor) => [...number(tensor), {}])),
      })),
      input_layers: ends("input_layers"),
      output_layers: ends("output_layers"),
    },
  };
}

/** Of a single tensor Keras 3 writes no list. */
function references(written: unknown, key: string, where: string): Reference[] {
  const list = Array.isArray(written) && typeof written[0] === "string" ? [written] : written;
  if (!Array.isArray(list) || !list.every(isReference)) {
    throw new Error(`Expected tensors as ${key} but found ${JSON.stringify(written)} in ${where}`);
  }
  return list;
}
