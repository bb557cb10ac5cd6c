/** Operations on tensors, as Keras writes them among its layers. */
import { arithmetic, type Operand, type Operation, rescaled } from "@lib/formats/arithmetic.ts";
import { activation as readActivation, isActivation } from "@lib/formats/keras_activations.ts";
import type { Settings, Written } from "@lib/formats/keras_written.ts";
import type { LayerGraph, Place, Tensor } from "@lib/formats/layer_graph.ts";

/** Settings of operations that are activations, and what they may be here. */
const USUAL: Record<string, (number | boolean)[]> = {
  ...{ alpha: [1], axis: [-1], approximate: [true, false] },
};

/** Calls a layer on tensors, or an operation on constants too. */
export type LayerCall = (operands: Operand[]) => Tensor;

/** A layer to be called, and where it is. */
export interface CallContext {
  graph: LayerGraph;
  /** What to call it here: no other layer has the name. */
  name: string;
  places: Place[];
  /** Its name, class and file, for errors. */
  named: string;
  /** The first part of Keras's version. */
  keras: number;
}

/** Arithmetic by its names in Keras. */
const OPERATIONS: Record<string, Operation> = {
  ...{ add: "add", subtract: "subtract", sub: "subtract", multiply: "multiply", mul: "multiply" },
  ...{ truediv: "divide", true_divide: "divide", divide: "divide" },
};

/** A layer that is an operation on tensors: its name, as Keras's functions are called. */
export function operationOf({ class_name, module, config }: Written): string | undefined {
  if (class_name === "TFOpLambda") return String(config.function).split(".").at(-1);
  const name = class_name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, "_").toLowerCase();
  // HDF5 says no module, but that a layer can be trained
  const isKnown = ["cast", "mean", "negative"].includes(name) || Object.hasOwn(OPERATIONS, name) ||
    isActivation(name) || "newshape" in config;
  const isOne = module === undefined
    ? isKnown && !("trainable" in config)
    : module?.startsWith("keras.src.ops");
  return isOne ? name : undefined;
}

/**
 * An operation of Keras, ready to be called.
 *
 * @param operation Its name, from {@link operationOf}.
 * @param settings As Keras writes them.
 * @param context Graph and name.
 * @throws {Error} If it is not known here.
 */
export function operationCall(
  operation: string,
  settings: Settings,
  { graph, name, named, keras }: CallContext,
): LayerCall {
  if (Object.hasOwn(OPERATIONS, operation)) {
    return (operands) => arithmetic(graph, OPERATIONS[operation]!, operands, name);
  }
  if (operation === "negative") {
    return ([input]) => rescaled(graph, input as Tensor, [-1], [0], name);
  }
  if (operation === "cast") return ([input]) => input as Tensor;
  if (operation === "mean" && String(settings.axis) === "1,2" && settings.keepdims !== true) {
    return ([input]) =>
      graph.apply(graph.layer("GlobalAveragePooling2D", { name }), [input as Tensor]);
  }
  if (operation === "reshape" && Array.isArray(settings.newshape)) {
    const [, ...shape] = settings.newshape;
    return ([input]) => graph.reshape(input as Tensor, shape, name);
  }
  if (!isActivation(operation)) {
    throw new Error(`Expected layers that TensorFlow.js has but found operation ${named}`);
  }
  const unusual = Object.entries(settings)
    .find(([key, value]) => key in USUAL && !USUAL[key]!.includes(value as number | boolean));
  if (unusual) {
    throw new Error(
      `Expected ${unusual[0]} to be ${USUAL[unusual[0]]!.join(" or ")} but found ${
        JSON.stringify(unusual[1])
      } of operation ${named}`,
    );
  }
  // Keras 3's operation is the rough one if not told otherwise, TensorFlow's function is not
  const isRough = operation === "gelu" && (settings.approximate ?? keras > 2) === true;
  const activation = isRough ? "gelu_new" : readActivation(operation, named).name;
  return ([input]) =>
    graph.apply(graph.layer("Activation", { name, activation }), [input as Tensor]);
}
