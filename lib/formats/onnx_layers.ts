/** Operators with weights that go over no window. */
import type { Tensor } from "@lib/formats/layer_graph.ts";
import {
  type Call,
  type Computed,
  type Operator,
  usualOrder,
  type Value,
} from "@lib/formats/onnx_values.ts";

/** A dense layer: weights as the file has them, [inputs, outputs] or turned. */
function dense(call: Call): Computed {
  const isTurned = call.number("transB", 0) === 1;
  const isPlain = call.number("alpha", 1) === 1 && call.number("beta", 1) === 1;
  const { tensor, shape, order } = call.turned();
  if (String(order) === "0,1,2,3" && call.node.opType === "MatMul") return pixelwise(call, tensor);
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

/** A dense layer of each pixel's channels, which are last in the file too. */
function pixelwise(call: Call, input: Tensor): Computed {
  const [channels, filters] = call.known(1).shape as [number, number];
  const useBias = call.inputs[2] !== undefined;
  const settings = { name: call.name, filters, kernelSize: 1, useBias, kernelInitializer: "zeros" };
  const kernel = call.place(1, [0, 1], [1, 1, channels, filters]);
  const places = [kernel, ...useBias ? [call.place(2)] : []];
  const tensor = call.graph.apply(call.graph.layer("Conv2D", settings), [input], places);
  return { tensor, shape: tensor.shape.map((size) => size ?? 0), order: [0, 1, 2, 3] };
}

/** Normalisation by the mean and variance of each row, or of each pixel's channels. */
function layerNormalization(call: Call): Value {
  const value = call.turned();
  const rank = value.shape.length;
  const axis = call.number("axis", -1);
  const order = value.order ?? usualOrder(rank);
  if (
    value.tensor.shape.length !== rank || order.at(axis) !== rank - 1 ||
    ![-1, rank - 1].includes(axis)
  ) {
    call.refuse("the channels last", `axis ${axis} of [${value.shape}]`);
  }
  const center = call.inputs[2] !== undefined;
  const epsilon = call.number("epsilon", 1e-5);
  const layer = call.graph.layer("LayerNormalization", { name: call.name, epsilon, center });
  const places = [call.place(1), ...center ? [call.place(2)] : []];
  return { ...value, tensor: call.graph.apply(layer, [value.tensor], places) };
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

/** By their names. */
export const WEIGHT_OPERATORS: Record<string, Operator> = {
  BatchNormalization: normalization,
  Gemm: dense,
  LayerNormalization: layerNormalization,
  MatMul: dense,
};
