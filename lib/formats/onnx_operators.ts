/** Operators of ONNX as layers. */
import { rescaled } from "@lib/formats/arithmetic.ts";
import type { Tensor } from "@lib/formats/layer_graph.ts";
import { ACTIVATION_OPERATORS } from "@lib/formats/onnx_activations.ts";
import { ARITHMETIC_OPERATORS } from "@lib/formats/onnx_arithmetic.ts";
import { WEIGHT_OPERATORS } from "@lib/formats/onnx_layers.ts";
import { PART_OPERATORS } from "@lib/formats/onnx_parts.ts";
import { reshaped, SHAPE_OPERATORS } from "@lib/formats/onnx_shapes.ts";
import { type Call, isKnown, type Operator, type Value } from "@lib/formats/onnx_values.ts";
import {
  convolution,
  globalPooling,
  imagesValue,
  pooling,
  zeroPadded,
} from "@lib/formats/onnx_windows.ts";

const idle: Operator = (call) => call.inputs[0] ?? call.refuse("an input", "none");

function concatenate(call: Call): ReturnType<Operator> {
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

/** The mean, maximum or sum of each channel's pixels. */
const reduction = (kind: "Max" | "Average", isSum = false): Operator => (call) => {
  const { shape, tensor } = call.computed();
  const axes = (call.list("axes", 1) ?? []).map((axis) => axis < 0 ? axis + shape.length : axis);
  const pixels = shape.length === 4 ? "2,3" : tensor.shape.length === 4 ? "2" : "none";
  if (String(axes.toSorted()) !== pixels) {
    call.refuse("a mean or maximum over height and width", `axes [${axes}] of [${shape}]`);
  }
  const found = globalPooling(kind, call.number("keepdims", 1) === 1)(call);
  if (!isSum) return found;
  const count = tensor.shape.slice(1, 3).reduce<number>((so, size) => so * size!, 1);
  const name = call.graph.unusedName(`${call.name}_sum`);
  return { ...found, tensor: rescaled(call.graph, found.tensor, [count], [0], name) };
};

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
  const turned = (input: Tensor): Tensor => call.permuted(input, [1, 3, 2]);
  return imagesValue(turned(zeroPadded(call, turned(padded), [0, before!, 0, behind!])));
}

/** Images of another size. */
function resize(call: Call): Value {
  const images = call.images();
  const { shape } = call.computed();
  const [scales, sizes] = [2, 3].map((at) => call.list("none", at) ?? []);
  const size = [-2, -1].map((axis) =>
    sizes!.at(axis) ?? Math.floor(shape.at(axis)! * scales!.at(axis)!)
  );
  const modes = ["mode", "coordinate_transformation_mode"].map((name) => call.word(name));
  const [mode = "", place] = [modes[0] || "nearest", modes[1] || "half_pixel"];
  const factors = size.map((length, at) => length / shape[at + 2]!);
  const isWhole = factors.every((factor) => Number.isInteger(factor));
  const isKnown = mode === "linear"
    ? place.endsWith("half_pixel")
    : mode === "nearest" && isWhole && repeats(call, place, factors);
  if (!isKnown || call.number("antialias", 0) === 1) {
    call.refuse("linear or whole steps of pixels that are squares", `${mode} ${place}`);
  }
  const settings = { name: call.name, size, interpolation: mode.replace("linear", "bilinear") };
  return imagesValue(call.graph.apply(call.graph.layer("Resized", settings), [images]));
}

/** Whether the nearest pixels are each one as many times as images grow, and none is shifted. */
function repeats(call: Call, place: string, factors: number[]): boolean {
  const rounding = call.word("nearest_mode") || "round_prefer_floor";
  if (place.endsWith("half_pixel")) return rounding.startsWith("round");
  if (place !== "asymmetric") return false;
  return rounding === "floor" ||
    (rounding === "round_prefer_floor" && factors.every((factor) => factor <= 2));
}

/** One value a channel at every pixel of images of a size; arithmetic stretches known numbers by itself. */
function expand(call: Call): Value {
  const [value] = call.inputs;
  if (value !== undefined && isKnown(value)) return value;
  const { tensor, shape } = call.computed();
  const target = Array.from(call.known(1).values);
  const [own, size] = [shape, target].map((sizes) => sizes.slice(-2));
  if (shape.length === 4 && target.length === 4 && own!.every((length) => length === 1)) {
    const settings = { name: call.name, size, interpolation: "nearest" };
    return imagesValue(call.graph.apply(call.graph.layer("Resized", settings), [call.images()]));
  }
  const isSame = target.length === shape.length &&
    target.every((length, axis) => axis === 0 || length === 1 || length === shape[axis]);
  if (!isSame) call.refuse("one value a channel", `[${shape}] to be [${target}]`);
  return { tensor, shape };
}

/** Operators by their names. */
export const OPERATORS: Record<string, Operator> = {
  ...SHAPE_OPERATORS,
  ...ACTIVATION_OPERATORS,
  ...ARITHMETIC_OPERATORS,
  ...PART_OPERATORS,
  ...WEIGHT_OPERATORS,
  AveragePool: pooling("Average"),
  Concat: concatenate,
  Conv: convolution,
  Dropout: idle,
  Expand: expand,
  Flatten: (call) => {
    const axis = call.number("axis", 1);
    return axis === 1 ? reshaped(call, [0, -1]) : call.refuse("rows", `axis ${axis}`);
  },
  GlobalAveragePool: globalPooling("Average"),
  GlobalMaxPool: globalPooling("Max"),
  Identity: idle,
  MaxPool: pooling("Max"),
  Neg: (call) => {
    const value = call.turned();
    return { ...value, tensor: rescaled(call.graph, value.tensor, [-1], [0], call.name) };
  },
  Pad: pad,
  Resize: resize,
  ReduceMax: reduction("Max"),
  ReduceMean: reduction("Average"),
  ReduceSum: reduction("Average", true),
};
