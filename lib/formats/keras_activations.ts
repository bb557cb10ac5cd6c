import type { Written } from "@lib/formats/keras_written.ts";

/** Functions that are the same in Keras and tfjs, the last by another name. */
const ACTIVATIONS = [
  ...["elu", "gelu", "linear", "log_softmax", "mish", "relu", "relu6", "selu", "sigmoid"],
  ...["softmax", "softplus", "softsign", "swish", "tanh", "silu"],
];

/** Functions that are layers of their own in tfjs; the hard ones are Keras 3's, with sixths. */
const LAYERS: Record<string, Written> = {
  leaky_relu: { class_name: "LeakyReLU", config: { negative_slope: 0.2 } },
  hard_sigmoid: { class_name: "HardSigmoid", config: {} },
  hard_swish: { class_name: "HardSwish", config: {} },
  hard_silu: { class_name: "HardSwish", config: {} },
};

/** Classes of activations that Keras takes as an object. */
const CLASSES = ["ELU", "LeakyReLU", "PReLU", "ReLU", "Softmax"];

/** An activation by tfjs's name, or "linear" and the layer of Keras that does it. */
export interface Activation {
  name: string;
  behind?: Written;
}

/** Whether a function has a name here. */
export const isActivation = (name: string): boolean => ACTIVATIONS.includes(name);

/**
 * Reads an activation.
 *
 * @param written A name or an object, as Keras writes it.
 * @param named The layer and its file, for errors.
 * @throws {Error} If it is another.
 */
export function activation(written: unknown, named: string): Activation {
  const { class_name, config } = (written ?? {}) as Partial<Written>;
  const name = class_name === "function" ? config : written ?? "linear";
  if (ACTIVATIONS.includes(name as string)) {
    const plain = name === "silu" ? "swish" : name === "log_softmax" ? "logSoftmax" : name;
    return { name: plain as string };
  }
  const layer = CLASSES.includes(class_name!) ? written as Written : LAYERS[String(name)];
  if (layer === undefined) {
    const known = [...ACTIVATIONS, ...Object.keys(LAYERS), ...CLASSES].join(", ");
    const found = typeof written === "string" ? written : JSON.stringify(written);
    throw new Error(`Expected an activation of ${known} but found ${found} for layer ${named}`);
  }
  return { name: "linear", behind: layer };
}
