/** Operators that change no value but its shape, and those that shapes are reckoned with. */
import {
  type Call,
  type Computed,
  isKnown,
  type Known,
  known,
  type Operator,
  usualOrder,
  type Value,
} from "@lib/formats/onnx_values.ts";
import { transposed } from "@lib/formats/weights.ts";

const product = (sizes: readonly number[]): number => sizes.reduce((so, size) => so * size, 1);

/** A list of numbers, whole ones if not said otherwise. */
const list = (values: number[], isFloat = false): Known => (
  { shape: [values.length], values, isFloat }
);

/**
 * The same values in another shape: as it is, where only axes of size 1 come or go; or images as rows.
 *
 * @param target Sizes in the file; the first one is the batch's, −1 stands for what is left.
 */
export function reshaped(call: Call, target: readonly number[]): Value {
  const value = call.inputs[0] ?? call.refuse("an input", "none");
  if (isKnown(value)) {
    const rest = value.values.length / -product(target);
    return { ...value, shape: target.map((size) => size === -1 ? rest : size) };
  }
  if (String(value.order) === "0,1,2,3" && target.length === 2) {
    const tensor = call.graph.flatten(value.tensor, call.name, true);
    return { tensor, shape: [0, tensor.shape[1]!] };
  }
  const { tensor, shape } = call.computed();
  const own = shape.slice(1);
  const rest = product(own) / -product(target.slice(1));
  const sizes = target.slice(1).map((size, axis) =>
    size === -1 ? rest : size === 0 ? own[axis]! : size
  );
  const withoutOnes = (all: number[]): string => String(all.filter((size) => size !== 1));
  if (
    withoutOnes(sizes) === withoutOnes(own) && (sizes.length !== 1 || tensor.shape.length === 2)
  ) {
    return { tensor, shape: [0, ...sizes] };
  }
  if (product(sizes) !== product(own)) call.refuse("as many values", `[${target}] of [${shape}]`);
  const pixels = String(own.slice(-2));
  // each channel's pixels in a row, which stay images here
  if (own.length === 3 && tensor.shape.length === 4 && sizes.length === 2 && sizes[0] === own[0]) {
    return { tensor, shape: [0, ...sizes] };
  }
  // channels in groups, and back
  const isGrouped = String([sizes.length, own.length].toSorted()) === "3,4";
  if (isGrouped && String(sizes.slice(-2)) === pixels) {
    const images = own.length === 3 ? call.images() : tensor;
    const shape = [...sizes.slice(-2), ...sizes.slice(0, -2)];
    return { tensor: call.graph.reshape(images, shape, call.name, true), shape: [0, ...sizes] };
  }
  if (sizes.length !== 1 || tensor.shape.length > 4) {
    call.refuse("images as rows or channels in groups", `[${target}] of [${shape}]`);
  }
  return { tensor: call.graph.flatten(tensor, call.name), shape: [0, sizes[0]!] };
}

/** A shape with axes of size 1 put in. */
function unsqueezed(call: Call): Value {
  const { shape } = call.inputs[0] ?? call.refuse("an input", "none");
  const axes = call.list("axes", 1) ?? [];
  const result = [...shape];
  const places = axes.map((axis) => axis < 0 ? axis + shape.length + axes.length : axis);
  for (const axis of places.toSorted()) result.splice(axis, 0, 1);
  return reshaped(call, result);
}

/** A shape with axes of size 1 left out. */
function squeezed(call: Call): Value {
  const { shape } = call.inputs[0] ?? call.refuse("an input", "none");
  const axes = call.list("axes", 1)?.map((axis) => axis < 0 ? axis + shape.length : axis);
  const kept = shape.filter((size, axis) => axes ? !axes.includes(axis) : size !== 1);
  return reshaped(call, kept);
}

/** Axes in another order: none is moved before an operator needs it. */
function turned(call: Call, { shape, order = usualOrder(shape.length) }: Computed): Value {
  const axes = call.list("perm") ?? [...shape.keys()].reverse();
  const { tensor: own } = call.turned();
  // a pixel's channels may be rows
  const tensor = shape.length === 4 && own.shape.length === 2 ? call.images() : own;
  if (tensor.shape.length !== shape.length) {
    call.refuse("images, as no transformer has inside", `[${shape}]`);
  }
  const found = axes.map((axis) => order[axis]!);
  const isUsual = String(found) === String(usualOrder(shape.length));
  return { tensor, shape: axes.map((axis) => shape[axis]!), ...!isUsual && { order: found } };
}

/** Rows of known numbers, from one to another, forwards or backwards. */
function sliced(call: Call): Value {
  const from = call.known(0);
  const { shape: [count = 0, ...rest], values } = from;
  const [start = 0, end = 0, axis = 0, step = 1] = ["starts", "ends", "axes", "steps"]
    .map((name, at) => call.list(name, at + 1)?.[0]);
  if (axis !== 0 || Math.abs(step) !== 1) {
    call.refuse("all of some rows", `axis ${axis}, step ${step}`);
  }
  const [first, last] = [start, end].map((at) => at < 0 ? at + count : at) as [number, number];
  const rows = [...Array(count).keys()]
    .filter((row) => step > 0 ? row >= first && row < last : row <= first && row > last);
  if (step < 0) rows.reverse();
  const [all, length] = [Array.from(values), product(rest)];
  return {
    shape: [rows.length, ...rest],
    values: rows.flatMap((row) => all.slice(row * length, (row + 1) * length)),
    isFloat: from.isFloat,
  };
}

/** By their names. */
export const SHAPE_OPERATORS: Record<string, Operator> = {
  Cast: (call) => call.inputs[0] ?? call.refuse("an input", "none"),
  Concat: (call) => {
    const parts = call.inputs.map((_, index) => call.known(index));
    return list(
      parts.flatMap(({ values }) => Array.from(values)),
      parts.some(({ isFloat }) => isFloat),
    );
  },
  Constant: (call) => {
    const { name, t, floats, f, ints, i } = call.node.attribute[0]!;
    if (t !== undefined) return known(t, call.graph.where);
    const isFloat = name.startsWith("value_float");
    if (name.endsWith("s")) return list(isFloat ? [...floats] : ints.map(Number), isFloat);
    return { shape: [], values: [isFloat ? f : Number(i)], isFloat };
  },
  ConstantOfShape: (call) => {
    const shape = Array.from(call.known(0).values);
    const { t } = call.node.attribute[0] ?? {};
    const given = t === undefined ? list([0], true) : known(t, call.graph.where);
    const values = Array<number>(product(shape)).fill(given.values[0]!);
    return { shape, values, isFloat: given.isFloat };
  },
  Gather: (call) => {
    const [from, at] = [call.known(0), call.known(1)];
    const values = Array.from(at.values, (index) => Array.from(from.values).at(index)!);
    return { shape: [...at.shape], values, isFloat: from.isFloat };
  },
  Reshape: (call) => {
    const target = Array.from(call.known(1).values);
    // the batch's size may be any that the network was exported with
    return reshaped(call, isKnown(call.inputs[0]!) ? target : [0, ...target.slice(1)]);
  },
  Shape: (call) => {
    const { shape } = call.turned();
    return list(shape.slice(call.number("start", 0), call.number("end", shape.length)));
  },
  Slice: sliced,
  Squeeze: squeezed,
  Transpose: (call) => {
    const [value] = call.inputs;
    if (value !== undefined && !isKnown(value)) return turned(call, value);
    const from = call.known(0);
    const { shape, values } = from;
    const order = call.list("perm") ?? [...shape.keys()].reverse();
    const found = transposed({ shape: [...shape], values: Float32Array.from(values) }, order);
    return { ...found, isFloat: from.isFloat };
  },
  Unsqueeze: unsqueezed,
};
