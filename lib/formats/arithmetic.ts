import type { LayerGraph, Tensor } from "@lib/formats/layer_graph.ts";

/** A constant operand. */
export interface Constant {
  shape: readonly number[];
  values: ArrayLike<number>;
}

/** What is computed with: tensors, of which only the shape is known, and constants. */
export type Operand = Tensor | Constant;

/** Whether an operand is a constant. */
export const isConstant = (operand: Operand): operand is Constant => "values" in operand;

/** A name of the four operations. */
export type Operation = "add" | "subtract" | "multiply" | "divide";

/** By operation and side of the constant, what a value times a scale and plus an offset are. */
const RESCALINGS: Record<Operation, [right: Rescale, left: Rescale | undefined]> = {
  add: [(value) => [1, value], (value) => [1, value]],
  subtract: [(value) => [1, -value], (value) => [-1, value]],
  multiply: [(value) => [value, 0], (value) => [value, 0]],
  divide: [(value) => [1 / value, 0], undefined],
};
type Rescale = (value: number) => [scale: number, offset: number];

/**
 * A sum, difference, product or quotient as layers: a rescaling where one side is a constant, of all values
 * or of each channel.
 */
export function arithmetic(
  graph: LayerGraph,
  operation: Operation,
  [one, other]: Operand[],
  name: string,
): Tensor {
  const refuse = (found: string): never => {
    throw new Error(
      `Expected ${operation} of tensors, or of one and a constant for all values or each channel, but ` +
        `found ${found} for "${name}" in ${graph.where}`,
    );
  };
  if (one === undefined || other === undefined) return refuse("one operand");
  if (!isConstant(one) && !isConstant(other)) {
    if (operation === "divide") return refuse("a tensor as divisor");
    const second = operation === "subtract"
      ? rescaled(graph, other, [-1], [0], `${name}_negative`)
      : one === other // which tfjs frees too early if a layer takes it twice
      ? rescaled(graph, other, [1], [0], `${name}_again`)
      : other;
    const kind = operation === "multiply" ? "Multiply" : "Add";
    return graph.apply(graph.layer(kind, { name }), [one, second]);
  }
  const [tensor, constant] = isConstant(other) ? [one, other] : [other, one];
  const rescale = RESCALINGS[operation][isConstant(other) ? 0 : 1];
  if (isConstant(tensor) || !isConstant(constant) || rescale === undefined) {
    return refuse("only constants, or one divided");
  }
  const values = channelValues(graph, constant, tensor.shape.length);
  if (values === undefined) return refuse(`a constant of shape ${constant.shape}`);
  const pairs = values.map(rescale);
  return rescaled(graph, tensor, pairs.map(([scale]) => scale), pairs.map((each) => each[1]), name);
}

/** A tensor times scales and plus offsets: one of each, or one a channel. */
export function rescaled(
  graph: LayerGraph,
  tensor: Tensor,
  scales: number[],
  offsets: number[],
  name: string,
): Tensor {
  const whole = (values: number[]): number | number[] =>
    values.every((value) => value === values[0]) ? values[0]! : values;
  const settings = { scale: whole(scales), offset: whole(offsets) };
  return graph.apply(graph.layer("Rescaling", { name, ...settings }), [tensor]);
}

/** A constant's values, if it is one number, or one a channel of a tensor with so many axes. */
function channelValues(
  { channelsFirst }: LayerGraph,
  { shape, values }: Constant,
  rank: number,
): number[] | undefined {
  const aligned = [...Array<number>(Math.max(0, rank - shape.length)).fill(1), ...shape];
  const channels = channelsFirst && rank === 4 ? 1 : rank - 1;
  const others = aligned.filter((_, axis) => axis !== channels);
  return aligned.length === rank && others.every((size) => size === 1)
    ? Array.from(values)
    : undefined;
}

/** The hard sigmoid, a slope times the value plus an offset from 0 to 1, as layers. */
export function hardSigmoid(
  graph: LayerGraph,
  input: Tensor,
  name: string,
  [slope, offset]: readonly [slope: number, offset: number] = [1 / 6, 1 / 2],
): Tensor {
  // six times it is limited by the one rectifier that has an upper limit in every engine
  const line = rescaled(graph, input, [6 * slope], [6 * offset], `${name}_line`);
  const limited = graph.apply(graph.layer("ReLU", { name: `${name}_limited`, maxValue: 6 }), [
    line,
  ]);
  return rescaled(graph, limited, [1 / 6], [0], name);
}

/** A value times its hard sigmoid, as layers. */
export function hardSwish(graph: LayerGraph, input: Tensor, name: string): Tensor {
  const gate = hardSigmoid(graph, input, `${name}_gate`);
  return graph.apply(graph.layer("Multiply", { name }), [input, gate]);
}
