/** Operators that go over images with a window. */
import type { Tensor } from "@lib/formats/layer_graph.ts";
import type { Call, Computed } from "@lib/formats/onnx_values.ts";

/** What a layer's images are in the file: channels first. */
export function imagesValue(tensor: Tensor): Computed {
  const [, height, width, channels] = tensor.shape as number[];
  return { tensor, shape: [0, channels!, height!, width!] };
}

/** Axes of filters in the file, [outputs, inputs, height, width], in a layer's order. */
const FILTERS = [2, 3, 1, 0];

/** A convolution of all channels, or of each on its own. */
export function convolution(call: Call): Computed {
  const { shape: filters } = call.known(1);
  const [outputs, perGroup, ...kernelSize] = filters as [number, number, number, number];
  const input = call.images();
  const channels = input.shape[3]!;
  const groups = call.number("group", 1);
  const isDepthwise = groups > 1 && groups === channels && perGroup === 1;
  const dilationRate = call.list("dilations") ?? [1, 1];
  const isDilated = dilationRate.some((rate) => rate !== 1);
  if (kernelSize.length !== 2 || (groups > 1 && isDilated)) {
    call.refuse("a convolution of images, dilated only in one group", `${groups} groups`);
  }
  const { strides, pads, padding } = windowOf(call, input, kernelSize, dilationRate);
  const padded = padding === undefined ? zeroPadded(call, input, pads) : input;
  const useBias = call.inputs[2] !== undefined;
  const window = { kernelSize, strides, padding: padding ?? "valid" };
  const settings = { name: call.name, ...window, useBias };
  const zeros = { kernelInitializer: "zeros", depthwiseInitializer: "zeros" };
  const layer = isDepthwise
    ? call.graph.layer("DepthwiseConv2D", {
      ...{ ...settings, ...zeros, depthMultiplier: outputs / channels },
    })
    : groups > 1
    ? call.graph.layer("GroupedConv2D", { ...settings, filters: outputs, groups })
    : call.graph.layer("Conv2D", { ...settings, ...zeros, filters: outputs, dilationRate });
  const shape = isDepthwise ? [...kernelSize, channels, outputs / channels] : undefined;
  const places = [call.place(1, FILTERS, shape), ...useBias ? [call.place(2)] : []];
  return imagesValue(call.graph.apply(layer, [padded], places));
}

/** A pooling with a window; one that has all of the image is a global one. */
export const pooling = (kind: "Max" | "Average"): (call: Call) => Computed => (call) => {
  const input = call.images();
  const poolSize = call.list("kernel_shape")!;
  const pads = call.list("pads") ?? [0, 0, 0, 0];
  const isUnpadded = pads.every((pad) => pad === 0) && !call.word("auto_pad").startsWith("SAME");
  const [, height, width] = input.shape as [null, number, number];
  if (isUnpadded && poolSize[0] === height && poolSize[1] === width) {
    return globalPooling(kind)(call);
  }
  if ((call.list("dilations") ?? []).some((rate) => rate !== 1)) {
    call.refuse("no dilation", "one");
  }
  const pool = (from: Tensor, settings: Record<string, unknown>, name = call.name): Tensor =>
    call.graph.apply(call.graph.layer(`${kind}Pooling2D`, { name, ...settings }), [from]);
  const window = windowOf(call, input, poolSize, [1, 1]);
  const { strides, padding } = window;
  const countsPadding = kind === "Average" && call.number("count_include_pad", 0) === 1;
  if (countsPadding && pads.some((pad) => pad > 0)) {
    // what a last window is filled up with does not count
    if (String(window.pads) !== String(pads)) call.refuse("whole windows", `padding [${pads}]`);
    const padded = zeroPadded(call, input, window.pads);
    return imagesValue(pool(padded, { poolSize, strides, padding: "valid" }));
  }
  if (padding !== undefined) return imagesValue(pool(input, { poolSize, strides, padding }));
  // as if with the same padding on both sides, and of that each second value
  const centred = window.pads.every((pad, side) => pad === (poolSize[side % 2]! - 1) / 2);
  if (!centred) call.refuse("padding of half the window", `[${window.pads}]`);
  const all = pool(input, { poolSize, strides: [1, 1], padding: "same" });
  return imagesValue(
    pool(all, { poolSize: [1, 1], strides, padding: "valid" }, `${call.name}_strides`),
  );
};

/** The mean or maximum of each channel, as an image of one pixel, or as rows. */
export const globalPooling =
  (kind: "Max" | "Average", keepsAxes = true): (call: Call) => Computed => (call) => {
    const layer = call.graph.layer(`Global${kind}Pooling2D`, { name: call.name });
    // pixels in a row are images all the same
    const { tensor: pixels, shape } = call.computed();
    const tensor = call.graph.apply(layer, [shape.length === 3 ? pixels : call.images()]);
    const channels = tensor.shape[1]!;
    return { tensor, shape: keepsAxes ? [0, channels, 1, 1] : [0, channels] };
  };

/** Padding with zeros. */
export function zeroPadded(call: Call, input: Tensor, pads: readonly number[]): Tensor {
  if (pads.every((pad) => pad === 0)) return input;
  if (pads.some((pad) => pad < 0)) call.refuse("padding", `[${pads}]`);
  const [top, left, bottom, right] = pads;
  const name = call.graph.unusedName(`${call.name}_padding`);
  const padding = [[top, bottom], [left, right]];
  return call.graph.apply(call.graph.layer("ZeroPadding2D", { name, padding }), [input]);
}

interface Window {
  strides: number[];
  /** Of height and width before the image, then behind it. */
  pads: number[];
  /** The same by its name, if it has one. */
  padding?: "valid" | "same";
}

/** A window's strides and padding. */
function windowOf(call: Call, input: Tensor, size: number[], dilation: number[]): Window {
  const strides = call.list("strides") ?? [1, 1];
  const automatic = call.word("auto_pad");
  if (automatic === "SAME_UPPER") return { strides, pads: [], padding: "same" };
  if (automatic === "SAME_LOWER") call.refuse("padding in numbers", automatic);
  const pads = [...call.list("pads") ?? [0, 0, 0, 0]];
  const [, ...sizes] = (input.shape as number[]).slice(0, 3);
  const same = sizes.map((length, axis) => {
    const reach = (size[axis]! - 1) * dilation[axis]! + 1;
    const whole = Math.ceil(length / strides[axis]!);
    const total = Math.max((whole - 1) * strides[axis]! + reach - length, 0);
    const given = pads[axis]! + pads[axis + 2]!;
    const rest = (length + given - reach) % strides[axis]!;
    // a last window that is not whole counts too: padding behind the image makes it so
    if (call.number("ceil_mode", 0) === 1 && rest > 0) pads[axis + 2]! += strides[axis]! - rest;
    return [Math.floor(total / 2), Math.ceil(total / 2)] as const;
  });
  if (pads.every((pad) => pad === 0)) return { strides, pads, padding: "valid" };
  const isSame = same.every(([before, behind], axis) =>
    pads[axis] === before && pads[axis + 2] === behind
  );
  return { strides, pads, ...isSame && { padding: "same" as const } };
}
