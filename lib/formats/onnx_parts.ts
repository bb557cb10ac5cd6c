/** Operators that take parts of images: of the channels, or of the pixels. */
import type { Tensor } from "@lib/formats/layer_graph.ts";
import { SHAPE_OPERATORS } from "@lib/formats/onnx_shapes.ts";
import { type Call, isKnown, type Operator, usualOrder } from "@lib/formats/onnx_values.ts";
import { imagesValue } from "@lib/formats/onnx_windows.ts";

/** A part of images along an axis in the file, from a place on and before another; all of it costs nothing. */
function part(call: Call, images: Tensor, axis: number, from: number, to: number): Tensor {
  const size = images.shape[usualOrder(4)[axis]!]!;
  if (from === 0 && to === size) return images;
  const name = call.graph.unusedName(`${call.name}_part`);
  const cut = [from, size - to];
  const cropping = axis === 2 ? [cut, [0, 0]] : [[0, 0], cut];
  const crop = (input: Tensor): Tensor =>
    call.graph.apply(call.graph.layer("Cropping2D", { name, cropping }), [input]);
  if (axis > 1) return crop(images);
  // channels and width change places meanwhile
  return call.permuted(crop(call.permuted(images, [1, 3, 2])), [1, 3, 2]);
}

/** Some channels of images in a given order: neighbours are cut out together. */
function chosen(call: Call, images: Tensor, channels: number[]): Tensor {
  const starts = [...channels.keys()].filter((at) => channels[at] !== channels[at - 1]! + 1);
  const parts = starts.map((at, index) => {
    const end = starts[index + 1] ?? channels.length;
    return part(call, images, 1, channels[at]!, channels[at]! + end - at);
  });
  if (parts.length === 1) return parts[0]!;
  const name = call.graph.unusedName(`${call.name}_chosen`);
  return call.graph.apply(call.graph.layer("Concatenate", { name, axis: -1 }), parts);
}

/** Channels by their numbers; of a single number the axis goes. */
const gather: Operator = (call) => {
  const [from] = call.inputs;
  if (from === undefined || isKnown(from)) return SHAPE_OPERATORS.Gather!(call);
  const { tensor, shape, order } = call.turned();
  const axis = call.number("axis", 0);
  const at = call.known(1);
  const isOne = at.shape.length === 0;
  if (
    tensor.shape.length !== 4 || shape.length !== 4 || at.shape.length > 1 ||
    (order ?? usualOrder(4))[axis] !== 3 || (isOne && order)
  ) {
    call.refuse("channels of images", `axis ${axis} of [${shape}]`);
  }
  const count = shape[axis]!;
  const channels = Array.from(at.values, (index) => index < 0 ? index + count : index);
  const sizes = isOne ? [] : [channels.length];
  return {
    tensor: chosen(call, tensor, channels),
    shape: shape.toSpliced(axis, 1, ...sizes),
    ...order && { order },
  };
};

/** Channels in groups, each an output. */
const split: Operator = (call) => {
  const { shape } = call.computed();
  const images = call.images();
  const axis = call.number("axis", 0);
  if (axis !== 1 && axis !== -3) call.refuse("channels to be split", `axis ${axis} of [${shape}]`);
  const count = call.node.output.length;
  const each = Math.ceil(shape[1]! / count);
  const sizes = call.list("split", 1) ??
    Array.from({ length: count }, (_, at) => Math.min(each, shape[1]! - at * each));
  let from = 0;
  return sizes.map((size) => imagesValue(part(call, images, 1, from, from += size)));
};

/** Part of images, or every second row and column, or part of a list of known numbers. */
const slice: Operator = (call) => {
  const [value] = call.inputs;
  if (value === undefined || isKnown(value)) return SHAPE_OPERATORS.Slice!(call);
  const { shape } = call.computed();
  const starts = call.list("starts", 1) ?? [];
  const ends = call.list("ends", 2) ?? [];
  const axes = (call.list("axes", 3) ?? [...starts.keys()])
    .map((axis) => axis < 0 ? axis + shape.length : axis);
  const steps = call.list("steps", 4) ?? starts.map(() => 1);
  const strides = [1, 1];
  let images = call.images();
  axes.forEach((axis, index) => {
    const [size, step] = [shape[axis]!, steps[index]!];
    const place = (at: number): number =>
      Math.min(Math.max(at < 0 ? at + size : at, step < 0 ? -1 : 0), size);
    const [from, to] = [starts[index]!, ends[index]!].map(place) as [number, number];
    if (axis === 0 && starts[0] === 0 && step === 1) return; // all images
    if (axis > 1 && step > 0) {
      images = part(call, images, axis, from, to);
      strides[axis - 2] = step;
    } else if (axis === 1 && step === 1) images = part(call, images, 1, from, to);
    else if (axis === 1 && step === -1 && from >= size - 1) {
      images = chosen(call, images, [...Array(size).keys()].reverse());
    } else call.refuse("channels or pixels of all images", `axis ${axis}, step ${step}`);
  });
  if (strides.every((step) => step === 1)) return imagesValue(images);
  const settings = { name: call.name, poolSize: [1, 1], strides, padding: "valid" };
  return imagesValue(call.graph.apply(call.graph.layer("MaxPooling2D", settings), [images]));
};

/** By their names. */
export const PART_OPERATORS: Record<string, Operator> = {
  Gather: gather,
  Slice: slice,
  Split: split,
};
