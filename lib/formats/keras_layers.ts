/** A layer or network as Keras and tfjs write it down. */
export interface Written {
  class_name: string;
  config: Settings;
  /** Where Keras 3 has the class from. */
  module?: string | null;
  registered_name?: string | null;
}

/** Settings by name, as Keras writes them. */
export type Settings = Record<string, unknown>;

/** How a layer of Keras becomes one of tfjs. */
interface Translation {
  /** The settings that both have. */
  keep?: string[];
  /** What tfjs takes for granted: it has no such setting, or passes over it. */
  granted?: Settings;
  /** What the two write in different ways. */
  change?: (settings: Settings) => Settings;
  /** The layer's name in tfjs, if that is another. */
  as?: string;
}

const WINDOW = ["strides", "padding"];
const CONVOLUTION = [...WINDOW, "kernel_size", "dilation_rate", "activation", "use_bias"];
const DEPTHWISE = [...CONVOLUTION, "depth_multiplier"];
const POOLING: Translation = { keep: [...WINDOW, "pool_size"] };
const GLOBAL_POOLING: Translation = { granted: { keepdims: false } };

// weights are read from the file: cheap ones to start from will do
const zeros = (...weights: string[]): Translation["change"] => () =>
  Object.fromEntries(weights.map((weight) => [`${weight}_initializer`, "zeros"]));

const LAYERS: Record<string, Translation> = {
  Activation: { keep: ["activation"] },
  Add: {},
  AveragePooling2D: POOLING,
  BatchNormalization: {
    keep: ["momentum", "epsilon", "center", "scale"],
    granted: { renorm: false },
    // Keras 2 has a list of one
    change: ({ axis }) => ({ axis: [axis].flat()[0] }),
  },
  Concatenate: { keep: ["axis"] },
  Conv2D: { keep: [...CONVOLUTION, "filters"], granted: { groups: 1 }, change: zeros("kernel") },
  Dense: { keep: ["units", "activation", "use_bias"], change: zeros("kernel") },
  DepthwiseConv2D: {
    ...{ keep: DEPTHWISE, granted: { dilation_rate: [1, 1] }, change: zeros("depthwise") },
  },
  Dropout: { keep: ["rate"], granted: { noise_shape: null } },
  ELU: { granted: { alpha: 1 } },
  Flatten: {},
  GlobalAveragePooling2D: GLOBAL_POOLING,
  GlobalMaxPooling2D: GLOBAL_POOLING,
  InputLayer: {
    change: ({ batch_shape, batch_input_shape: shape }) => ({
      batch_input_shape: batch_shape ?? shape,
    }),
  },
  LeakyReLU: { change: ({ negative_slope, alpha }) => ({ alpha: negative_slope ?? alpha }) },
  MaxPooling2D: POOLING,
  ReLU: { keep: ["max_value"], granted: { negative_slope: 0, threshold: 0 } },
  Rescaling: { keep: ["scale", "offset"] },
  Reshape: { keep: ["target_shape"] },
  SeparableConv2D: { keep: [...DEPTHWISE, "filters"], change: zeros("depthwise", "pointwise") },
  Softmax: { keep: ["axis"] },
  // drops whole channels
  SpatialDropout2D: {
    ...{ as: "Dropout", keep: ["rate"], change: () => ({ noise_shape: [null, 1, 1, null] }) },
  },
  ZeroPadding2D: { keep: ["padding"] },
};

/** Functions that are the same in Keras and tfjs, the last by another name; tfjs's hard sigmoid is not. */
const ACTIVATIONS = [
  ...["elu", "gelu", "linear", "log_softmax", "mish", "relu", "relu6", "selu", "sigmoid"],
  ...["softmax", "softplus", "softsign", "swish", "tanh", "silu"],
];

/**
 * Translates a layer of Keras to one of tfjs.
 *
 * @param layer As Keras 2 or 3 writes it.
 * @param where The file's name, for errors.
 * @returns As `tf.models.modelFromJSON` takes it. Initializers, regularizers and constraints, which only
 * training needs, are left out.
 * @throws {Error} If the layer is a custom one or of a class that is not known here, or a setting or
 * activation has a value that tfjs does not have.
 * @example
 * ```ts
 * import { translateLayer } from "@lib/formats/keras_layers.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const layer = { class_name: "LeakyReLU", config: { name: "leaky", negative_slope: 0.1 } };
 * const { config } = translateLayer(layer, "network.keras");
 * assertEquals(config, { name: "leaky", alpha: 0.1 });
 * ```
 */
export function translateLayer(layer: Written, where: string): Written {
  const { class_name, config } = layer;
  const named = `"${config.name}" of class ${class_name} in ${where}`;
  const stranger = strangerKind(layer);
  if (stranger !== undefined) {
    throw new Error(`Expected layers that TensorFlow.js has but found ${stranger} ${named}`);
  }
  if (!Object.hasOwn(LAYERS, class_name)) {
    const known = Object.keys(LAYERS).join(", ");
    throw new Error(`Expected layers of the classes ${known} but found layer ${named}`);
  }
  const { keep = [], granted, change, as } = LAYERS[class_name]!;
  for (const [key, value] of Object.entries({ data_format: "channels_last", ...granted })) {
    const found = config[key];
    if (found !== undefined && String(found) !== String(value)) {
      throw new Error(`Expected ${key} ${value} but found ${found} for layer ${named}`);
    }
  }
  const kept = ["name", "trainable", ...keep].filter((key) => key in config);
  const settings = Object.fromEntries(kept.map((key) => [key, config[key]]));
  if ("activation" in settings) settings.activation = activation(settings.activation, named);
  if (class_name === "Rescaling" && typeof config.scale !== "number") {
    throw new Error(`Expected one number as scale but found ${config.scale} for layer ${named}`);
  }
  return { class_name: as ?? class_name, config: { ...settings, ...change?.(config) } };
}

/** What is not a layer of Keras's own. */
function strangerKind({ class_name, module, registered_name }: Written): string | undefined {
  if (["Sequential", "Functional", "Model"].includes(class_name)) return "nested network";
  // a registered class has a package, as in my_package>MyLayer, and no module
  if (module === null || `${class_name} ${registered_name}`.includes(">")) return "custom layer";
  if (module === undefined || /^(tf_)?keras\.(src\.)?layers\b/.test(module)) return undefined;
  if (!module.startsWith("keras.src.ops")) return "custom layer";
  return class_name === "Add" ? undefined : "operation"; // one + other
}

function activation(name: unknown, named: string): string {
  if (!ACTIVATIONS.includes(name as string)) {
    const known = ACTIVATIONS.join(", ");
    const found = typeof name === "string" ? name : JSON.stringify(name);
    throw new Error(`Expected an activation of ${known} but found ${found} for layer ${named}`);
  }
  return name === "silu" ? "swish" : name as string;
}
