import { type Activation, activation as readActivation } from "@lib/formats/keras_activations.ts";
import type { Settings, Written } from "@lib/formats/keras_written.ts";

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
const CONVOLUTION = [...WINDOW, "kernel_size", "dilation_rate", "use_bias"];
const DEPTHWISE = [...CONVOLUTION, "depth_multiplier"];
const POOLING: Translation = { keep: [...WINDOW, "pool_size"] };
const NORMALIZATION = ["epsilon", "center", "scale"];

// weights are read from the file: cheap ones to start from will do
const zeros = (...weights: string[]): Translation["change"] => () =>
  Object.fromEntries(weights.map((weight) => [`${weight}_initializer`, "zeros"]));

const LAYERS: Record<string, Translation> = {
  Activation: {},
  Add: {},
  Average: {},
  AveragePooling2D: POOLING,
  BatchNormalization: {
    keep: [...NORMALIZATION, "momentum"],
    granted: { renorm: false },
    // Keras 2 has a list of one
    change: ({ axis }) => ({ axis: [axis].flat()[0] }),
  },
  Concatenate: { keep: ["axis"] },
  Conv2D: { keep: [...CONVOLUTION, "filters"], change: zeros("kernel") },
  Cropping2D: { keep: ["cropping"] },
  Dense: { keep: ["units", "use_bias"], change: zeros("kernel") },
  DepthwiseConv2D: {
    ...{ keep: DEPTHWISE, granted: { dilation_rate: [1, 1] }, change: zeros("depthwise") },
  },
  Dropout: { keep: ["rate", "noise_shape"] },
  ELU: { granted: { alpha: 1 } },
  GlobalAveragePooling2D: {},
  GlobalMaxPooling2D: {},
  LayerNormalization: { keep: [...NORMALIZATION, "axis"], granted: { rms_scaling: false } },
  LeakyReLU: {
    granted: { threshold: 0 },
    change: ({ negative_slope, alpha }) => ({ alpha: negative_slope ?? alpha ?? 0.3 }),
  },
  Maximum: {},
  MaxPooling2D: POOLING,
  Minimum: {},
  Multiply: {},
  PReLU: { keep: ["shared_axes"], change: zeros("alpha") },
  ReLU: { keep: ["max_value"], granted: { negative_slope: 0, threshold: 0 } },
  SeparableConv2D: { keep: [...DEPTHWISE, "filters"], change: zeros("depthwise", "pointwise") },
  Softmax: { keep: ["axis"] },
  // drops whole channels
  SpatialDropout2D: {
    ...{ as: "Dropout", keep: ["rate"], change: () => ({ noise_shape: [null, 1, 1, null] }) },
  },
  ZeroPadding2D: { keep: ["padding"] },
};

/** The classes that are translated one to one. */
export const LAYER_CLASSES = Object.keys(LAYERS);

/** A layer of tfjs, and the layer of Keras that does its activation if tfjs has no such function. */
export interface Translated extends Written {
  behind?: Written;
}

/**
 * Translates a layer of Keras to one of tfjs.
 *
 * @param layer As Keras 2 or 3 writes it, of one of {@link LAYER_CLASSES}.
 * @param named The layer and its file, for errors.
 * @returns Class and settings as tfjs's classes take them. Initializers, regularizers and constraints, which
 * only training needs, are left out.
 * @throws {Error} If a setting or activation has a value that tfjs does not have.
 * @example
 * ```ts
 * import { translateLayer } from "@lib/formats/keras_layers.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const layer = { class_name: "LeakyReLU", config: { name: "leaky", negative_slope: 0.1 } };
 * const { config } = translateLayer(layer, "the layer");
 * assertEquals(config, { name: "leaky", alpha: 0.1 });
 * ```
 */
export function translateLayer({ class_name, config }: Written, named: string): Translated {
  const isLeaky = class_name === "ReLU" && Boolean(config.negative_slope) &&
    config.max_value == null;
  const kind = isLeaky ? "LeakyReLU" : class_name;
  if (kind === "Conv2D" && Number(config.groups ?? 1) > 1) return inGroups(config, named);
  const { keep = [], granted, change, as } = LAYERS[kind]!;
  for (const [key, value] of Object.entries(granted ?? {})) {
    const found = config[key];
    if (found !== undefined && String(found) !== String(value)) {
      throw new Error(`Expected ${key} ${value} but found ${found} for layer ${named}`);
    }
  }
  const kept = ["name", "trainable", ...keep].filter((key) => key in config);
  const settings = {
    ...Object.fromEntries(kept.map((key) => [key, config[key]])),
    ...change?.(config),
  };
  const { name: activation, behind } = "activation" in config
    ? readActivation(config.activation, named)
    : {} as Partial<Activation>;
  const entries = Object.entries(settings).map(([key, value]) => [camelCase(key), value]);
  return {
    class_name: as ?? kind,
    config: { ...Object.fromEntries(entries), ...activation && { activation } },
    ...behind && { behind },
  };
}

/** A convolution in groups has its activation behind it. */
function inGroups({ activation, groups, ...config }: Settings, named: string): Translated {
  if (String(config.dilation_rate ?? 1).split(",").some((rate) => rate !== "1")) {
    throw new Error(`Expected groups or a dilation_rate but found both for layer ${named}`);
  }
  const { config: settings } = translateLayer({ class_name: "Conv2D", config }, named);
  const behind = { class_name: "Activation", config: { activation } };
  return {
    ...{ class_name: "GroupedConv2D", config: { ...settings, groups } },
    ...(activation ?? "linear") !== "linear" && { behind },
  };
}

/** As tfjs writes names. */
const camelCase = (name: string): string =>
  name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
