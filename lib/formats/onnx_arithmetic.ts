/** Arithmetic in ONNX: of known numbers, or of the images' values as layers. */
import {
  arithmetic,
  type Constant,
  type Operand,
  type Operation,
} from "@lib/formats/arithmetic.ts";
import type { Tensor } from "@lib/formats/layer_graph.ts";
import {
  type Call,
  type Computed,
  isKnown,
  type Known,
  type Operator,
  usualOrder,
} from "@lib/formats/onnx_values.ts";
import { imagesValue } from "@lib/formats/onnx_windows.ts";
import { tf } from "@lib/network/tensorflow.ts";

/** Arithmetic of known numbers or of the images' values. */
const operation = (kind: Operation): Operator => (call) => {
  const { graph, inputs, name } = call;
  const values = inputs.filter((value) => value !== undefined);
  if (values.every(isKnown)) return folded(kind, values);
  const all = values.filter((value): value is Computed => !isKnown(value));
  const rank = Math.max(...all.map(({ shape }) => shape.length));
  const order = all[0]!.order;
  const isTurned = order !== undefined && all.every((each) => String(each.order) === String(order));
  const operands = values.map((value, index): Operand => {
    if (isKnown(value)) return isTurned ? constantIn(order, value) : value;
    if (isTurned) return value.tensor;
    return rank === 4 ? call.images(index) : call.computed(index).tensor;
  });
  const tensor = swish(kind, operands as Tensor[], call) ?? arithmetic(graph, kind, operands, name);
  const sizes = tensor.shape.map((size) => size ?? 0);
  if (isTurned) return { tensor, shape: order.map((axis) => sizes[axis]!), order };
  if (rank === 3) return { tensor, shape: all[0]!.shape };
  return sizes.length === 4 ? imagesValue(tensor) : { tensor, shape: sizes };
};

/** Known numbers of known ones, whole ones where whole ones are divided, as sizes are. */
function folded(kind: Operation, values: Known[]): Known {
  const isFloat = values.some(({ isFloat }) => isFloat);
  const compute = { add: tf.add, subtract: tf.sub, multiply: tf.mul, divide: tf.div }[kind];
  return tf.tidy(() => {
    const [one, other] = values.map((each) =>
      tf.tensor(Float32Array.from(each.values), [...each.shape])
    );
    const found = compute(one!, other!);
    const numbers = Array.from(found.dataSync());
    return { shape: found.shape, values: isFloat ? numbers : numbers.map(Math.trunc), isFloat };
  });
}

/** A constant whose axes are those of a turned value, with them in the usual order. */
function constantIn(order: readonly number[], { shape, values }: Constant): Constant {
  const whole = [...Array<number>(Math.max(0, order.length - shape.length)).fill(1), ...shape];
  return { shape: usualOrder(order.length).map((axis) => whole[order.indexOf(axis)]!), values };
}

/** A value times its sigmoid is one activation, as it was before it was exported. */
function swish(kind: Operation, [one, other]: Tensor[], call: Call): Tensor | undefined {
  const isGate = (gate?: Tensor, of?: Tensor): boolean =>
    gate?.sourceLayer?.getConfig().activation === "sigmoid" &&
    gate.sourceLayer.getClassName() === "Activation" && gate.sourceLayer.input === of;
  const input = isGate(other, one) ? one : isGate(one, other) ? other : undefined;
  if (kind !== "multiply" || input === undefined) return undefined;
  const layer = call.graph.layer("Activation", { name: call.name, activation: "swish" });
  return call.graph.apply(layer, [input]);
}

/** By their names. */
export const ARITHMETIC_OPERATORS: Record<string, Operator> = {
  Add: operation("add"),
  Div: operation("divide"),
  Mul: operation("multiply"),
  Sub: operation("subtract"),
};
