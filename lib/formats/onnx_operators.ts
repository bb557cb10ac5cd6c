/** Operators of ONNX as layers. */
import { arithmetic, hardSigmoid, type Operation, rescaled } from "@lib/formats/arithmetic.ts";
import type { Tensor } from "@lib/formats/layer_graph.ts";
import { reshaped, SHAPE_OPERATORS } from "@lib/formats/onnx_shapes.ts";
import { type Call, type Computed, isKnown, type Value } from "@lib/formats/onnx_values.ts";
import {
  convolution,
  globalPooling,
  imagesValue,
  pooling,
  zeroPadded,
} from "@lib/formats/onnx_windows.ts";

/** What an operator gives. */
export type Operator = (call: Call) => Value;

/** A layer that treats each value alike. */
function alike(className: string, settings: (call: Call) => Record<string, unknown>): Operator {
  return (call) => {
    const { tensor, shape } = call.computed();
    const layer = call.graph.layer(className, { name: call.name, ...settings(call) });
    return { tensor: call.graph.apply(layer, [tensor]), shape };
  };
}

const activation = (name: string): Operator => alike("Activation", () => ({ activation: name }));

/** An activation over the classes, which are the last axis of rows. */
const overClasses = (name: string): Operator => (call) => {
  const { shape } = call.computed();
  const axis = call.number("axis", -1);
  if (shape.length !== 2 || ![1, -1].includes(axis)) call.refuse("rows of classes", `[${shape}]`);
  return activation(name)(call);
};

const elu = (call: Call): Value => {
  const alpha = call.number("alpha", 1);
  return alpha === 1 ? activation("elu")(call) : call.refuse("alpha 1", alpha);
};

const idle: Operator = (call) => call.inputs[0] ?? call.refuse("an input", "none");

/** Arithmetic of known numbers or of the images' values. */
const operation = (kind: Operation): Operator => (call) => {
  const { graph, inputs, name } = call;
  const values = inputs.filter((value) => value !== undefined);
  const ranks = values.filter((value) => !isKnown(value)).map(({ shape }) => shape.length);
  const operands = values.map((value, index) => {
    if (isKnown(value)) return value;
    return Math.max(...ranks) === 4 ? call.images(index) : value.tensor;
  });
  const tensor = swish(kind, operands as Tensor[], call) ?? arithmetic(graph, kind, operands, name);
  if (tensor.shape.length === 4) return imagesValue(tensor);
  return { tensor, shape: [0, ...(tensor.shape as number[]).slice(1)] };
};

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

/** A dense layer: weights as the file has them, [inputs, outputs] or turned. */
function dense(call: Call): Computed {
  const isTurned = call.number("transB", 0) === 1;
  const isPlain = call.number("alpha", 1) === 1 && call.number("beta", 1) === 1;
  const { tensor, shape } = call.computed();
  if (!isPlain || call.number("transA", 0) === 1 || shape.length !== 2) {
    call.refuse("rows times weights plus a bias", `[${shape}]`);
  }
  const units = call.known(1).shape[isTurned ? 0 : 1]!;
  const useBias = call.inputs[2] !== undefined;
  const settings = { name: call.name, units, useBias, kernelInitializer: "zeros" };
  const kernel = call.place(1, isTurned ? [1, 0] : [0, 1]);
  const bias = useBias ? [call.place(2)] : [];
  const output = call.graph.apply(call.graph.layer("Dense", settings), [tensor], [kernel, ...bias]);
  return { tensor: output, shape: [0, units] };
}

function normalization(call: Call): Value {
  if (call.number("training_mode", 0) === 1) call.refuse("a network in evaluation", "training");
  const { tensor, shape } = call.computed();
  const input = shape.length === 4 ? call.images() : tensor;
  const settings = {
    ...{ name: call.name, axis: -1, epsilon: call.number("epsilon", 1e-5) },
    momentum: call.number("momentum", 0.9),
  };
  const places = [1, 2, 3, 4].map((index) => call.place(index));
  const layer = call.graph.layer("BatchNormalization", settings);
  return { tensor: call.graph.apply(layer, [input], places), shape };
}

function prelu(call: Call): Value {
  const { values } = call.known(1);
  const input = call.images();
  if (values.length !== 1 && values.length !== input.shape[3]) {
    call.refuse("a slope a channel", "others");
  }
  const sharedAxes = values.length === 1 ? [1, 2, 3] : [1, 2];
  const settings = { name: call.name, sharedAxes, alphaInitializer: "zeros" };
  const layer = call.graph.layer("PReLU", settings);
  return imagesValue(call.graph.apply(layer, [input], [call.place(1)]));
}

/** Values held between two limits: a rectifier from the lower one on. */
function clip(call: Call): Value {
  const limit = (name: string, index: number, otherwise: number): number =>
    call.inputs[index] ? call.known(index).values[0]! : call.number(name, otherwise);
  const [least, most] = [limit("min", 1, -Infinity), limit("max", 2, Infinity)];
  const { tensor, shape } = call.computed();
  const { graph, name } = call;
  if (!Number.isFinite(least)) call.refuse("a lower limit", "none");
  const moved = (from: Tensor, by: number): Tensor =>
    by === 0 ? from : rescaled(graph, from, [1], [by], graph.unusedName(`${name}_moved`));
  const maxValue = most - least;
  const settings = Number.isFinite(maxValue) ? { maxValue } : {};
  const relu = graph.layer("ReLU", { name, ...settings });
  return { tensor: moved(graph.apply(relu, [moved(tensor, -least)]), least), shape };
}

function concatenate(call: Call): Value {
  const [first] = call.inputs;
  if (first !== undefined && isKnown(first)) return SHAPE_OPERATORS.Concat!(call);
  const rank = call.computed().shape.length;
  const axis = call.number("axis", 1);
  if (axis !== 1 && axis !== 1 - rank) call.refuse("channels to be joined", `axis ${axis}`);
  const tensors = call.inputs.map((_, index) =>
    rank === 4 ? call.images(index) : call.computed(index).tensor
  );
  const layer = call.graph.layer("Concatenate", { name: call.name, axis: -1 });
  const tensor = call.graph.apply(layer, tensors);
  return rank === 4 ? imagesValue(tensor) : { tensor, shape: [0, tensor.shape[1]!] };
}

function mean(call: Call): Value {
  const { shape } = call.computed();
  const axes = (call.list("axes", 1) ?? []).map((axis) => axis < 0 ? axis + shape.length : axis);
  if (shape.length !== 4 || String(axes.toSorted()) !== "2,3") {
    call.refuse("a mean over height and width", `axes [${axes}] of [${shape}]`);
  }
  return globalPooling("Average", call.number("keepdims", 1) === 1)(call);
}

function pad(call: Call): Value {
  const pads = call.list("pads", 1) ?? call.list("paddings") ?? [];
  const constant = call.inputs[2] ? call.known(2).values[0]! : call.number("value", 0);
  const mode = call.word("mode");
  if (pads.every((size) => size === 0)) return call.computed();
  const [n, c, top, left, n2, c2, bottom, right] = pads as [number, ...number[]];
  if (
    constant !== 0 || !["", "constant"].includes(mode) || [n, c, n2, c2].some((size) => size !== 0)
  ) {
    call.refuse("zeros around images", `${mode} [${pads}]`);
  }
  return imagesValue(zeroPadded(call, call.images(), [top!, left!, bottom!, right!]));
}

const hardSigmoidOf = (call: Call): Value => {
  const { tensor, shape } = call.computed();
  const line = [call.number("alpha", 0.2), call.number("beta", 0.5)] as const;
  return { tensor: hardSigmoid(call.graph, tensor, call.name, line), shape };
};

const hardSwish = (call: Call): Value => {
  const { tensor, shape } = call.computed();
  const gate = hardSigmoid(call.graph, tensor, `${call.name}_gate`);
  const layer = call.graph.layer("Multiply", { name: call.name });
  return { tensor: call.graph.apply(layer, [tensor, gate]), shape };
};

/** Operators by their names. */
export const OPERATORS: Record<string, Operator> = {
  ...SHAPE_OPERATORS,
  Add: operation("add"),
  AveragePool: pooling("Average"),
  BatchNormalization: normalization,
  Clip: clip,
  Concat: concatenate,
  Conv: convolution,
  Div: operation("divide"),
  Dropout: idle,
  Elu: elu,
  Flatten: (call) => {
    const axis = call.number("axis", 1);
    return axis === 1 ? reshaped(call, [0, -1]) : call.refuse("rows", `axis ${axis}`);
  },
  Gelu: activation("gelu"),
  Gemm: dense,
  GlobalAveragePool: globalPooling("Average"),
  GlobalMaxPool: globalPooling("Max"),
  HardSigmoid: hardSigmoidOf,
  HardSwish: hardSwish,
  Identity: idle,
  LeakyRelu: alike("LeakyReLU", (call) => ({ alpha: call.number("alpha", 0.01) })),
  LogSoftmax: overClasses("logSoftmax"),
  MatMul: dense,
  MaxPool: pooling("Max"),
  Mish: activation("mish"),
  Mul: operation("multiply"),
  Neg: (call) => {
    const { tensor, shape } = call.computed();
    return { tensor: rescaled(call.graph, tensor, [-1], [0], call.name), shape };
  },
  PRelu: prelu,
  Pad: pad,
  ReduceMean: mean,
  Relu: activation("relu"),
  Selu: activation("selu"),
  Sigmoid: activation("sigmoid"),
  Softmax: overClasses("softmax"),
  Softplus: activation("softplus"),
  Softsign: activation("softsign"),
  Sub: operation("subtract"),
  Tanh: activation("tanh"),
};
