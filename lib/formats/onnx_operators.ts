/** Operators of ONNX as layers. */
import { arithmetic, type Operation, rescaled } from "@lib/formats/arithmetic.ts";
import type { Tensor } from "@lib/formats/layer_graph.ts";
import { ACTIVATION_OPERATORS } from "@lib/formats/onnx_activations.ts";
import { reshaped, SHAPE_OPERATORS } from "@lib/formats/onnx_shapes.ts";
import {
  type Call,
  type Computed,
  isKnown,
  type Operator,
  type Value,
} from "@lib/formats/onnx_values.ts";
import {
  convolution,
  globalPooling,
  imagesValue,
  pooling,
  zeroPadded,
} from "@lib/formats/onnx_windows.ts";

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

function concatenate(call: Call): Value {
  const [first] = call.inputs;
  if (first !== undefined && isKnown(first)) return SHAPE_OPERATORS.Concat!(call);
  const rank = call.computed().shape.length;
  const axis = call.number("axis", 1);
  if (axis !== 1 && axis !== 1 - rank) call.refuse("channels to be joined", `axis ${axis}`);
  const tensors = call.inputs.map((_, index) =>
    rank === 4 ? call.images(index) : call.computed(index).tensor
  );
  if (call.inputs.length === 1) return call.computed();
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
  const pads = call.list("pads", 1) ?? [];
  const constant = call.inputs[2] ? call.known(2).values[0]! : call.number("value", 0);
  const mode = call.word("mode") || "constant";
  if (pads.every((size) => size === 0)) return call.computed();
  const [images, before, top, left, more, behind, bottom, right] = pads as [number, ...number[]];
  if (constant !== 0 || mode !== "constant" || images !== 0 || more !== 0) {
    call.refuse("zeros around images", `${mode} [${pads}]`);
  }
  const padded = zeroPadded(call, call.images(), [top!, left!, bottom!, right!]);
  if (before === 0 && behind === 0) return imagesValue(padded);
  // zeros as further channels: channels and width change places meanwhile
  const turned = (input: Tensor): Tensor => {
    const name = call.graph.unusedName(`${call.name}_turned`);
    return call.graph.apply(call.graph.layer("Permute", { name, dims: [1, 3, 2] }), [input]);
  };
  return imagesValue(turned(zeroPadded(call, turned(padded), [0, before!, 0, behind!])));
}

/** Every second row and column of images, or part of a list of known numbers. */
function slice(call: Call): Value {
  const [value] = call.inputs;
  if (value === undefined || isKnown(value)) return SHAPE_OPERATORS.Slice!(call);
  const starts = call.list("starts", 1) ?? [];
  const ends = call.list("ends", 2) ?? [];
  const axes = call.list("axes", 3) ?? [...starts.keys()];
  const steps = call.list("steps", 4) ?? starts.map(() => 1);
  const strides = [2, 3].map((axis) => steps[axes.indexOf(axis)] ?? 1);
  const isWhole = axes.every((axis, index) =>
    starts[index] === 0 && (axis === 0 || ends[index]! >= value.shape[axis]!) &&
    (axis > 1 ? steps[index]! >= 1 : steps[index] === 1)
  );
  if (!isWhole || value.shape.length !== 4) call.refuse("whole images", "a part");
  if (strides.every((step) => step === 1)) return value;
  const settings = { name: call.name, poolSize: [1, 1], strides, padding: "valid" };
  return imagesValue(call.graph.apply(call.graph.layer("MaxPooling2D", settings), [call.images()]));
}

/** Operators by their names. */
export const OPERATORS: Record<string, Operator> = {
  ...SHAPE_OPERATORS,
  ...ACTIVATION_OPERATORS,
  Add: operation("add"),
  AveragePool: pooling("Average"),
  BatchNormalization: normalization,
  Concat: concatenate,
  Conv: convolution,
  Div: operation("divide"),
  Dropout: idle,
  Flatten: (call) => {
    const axis = call.number("axis", 1);
    return axis === 1 ? reshaped(call, [0, -1]) : call.refuse("rows", `axis ${axis}`);
  },
  Gemm: dense,
  GlobalAveragePool: globalPooling("Average"),
  GlobalMaxPool: globalPooling("Max"),
  Identity: idle,
  MatMul: dense,
  MaxPool: pooling("Max"),
  Mul: operation("multiply"),
  Neg: (call) => {
    const { tensor, shape } = call.computed();
    return { tensor: rescaled(call.graph, tensor, [-1], [0], call.name), shape };
  },
  Pad: pad,
  ReduceMean: mean,
  Slice: slice,
  Sub: operation("subtract"),
};
