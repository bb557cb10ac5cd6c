/** A layer or network as Keras and tfjs write it down. */
export interface Written {
  class_name: string;
  config: Settings;
  /** Where Keras 3 has the class from. */
  module?: string | null;
  registered_name?: string | null;
  /** The calls that connect it, if it is a layer of a functional network. */
  inbound_nodes?: unknown[];
}

/** Settings by name, as Keras writes them. */
export type Settings = Record<string, unknown>;

/** Whether a layer is a network of its own. */
export const isNetwork = ({ class_name }: Partial<Written>): boolean =>
  ["Sequential", "Functional", "Model"].includes(class_name!);

/**
 * The layers of a network in the file's order.
 *
 * @param topology As Keras writes it in `config.json` or the attribute `model_config`.
 * @param where The file's name, for errors.
 * @returns As Keras writes them.
 * @throws {Error} If it is neither a sequential nor a functional network.
 */
export function layersOf(topology: unknown, where: string): Written[] {
  const { class_name, config } = (topology ?? {}) as Partial<Written>;
  if (!isNetwork({ class_name })) {
    throw new Error(
      `Expected a Sequential or Functional network but found ${class_name} in ${where}`,
    );
  }
  // Keras up to 2.2.2 writes of a sequential network nothing but the layers
  const layers = Array.isArray(config) ? config : config?.layers;
  const isLayer = (layer: Partial<Written> | null): boolean =>
    typeof layer?.class_name === "string" && typeof layer.config === "object";
  if (!Array.isArray(layers) || !layers.every(isLayer)) {
    throw new Error(`Expected layers with class and settings but found others in ${where}`);
  }
  return layers;
}

/** A layer's name: of a network within a network of Keras 2 it stands beside its settings. */
export const nameOf = ({ config, ...layer }: Written): string =>
  String(config.name ?? (layer as { name?: unknown }).name ?? layer.class_name.toLowerCase());
