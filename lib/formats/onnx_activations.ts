/** Operators that are activations. */
import { hardSigmoid, hardSwish, rescaled } from "@lib/formats/arithmetic.ts";
import type { Tensor } from "@lib/formats/layer_graph.ts";
import type { Call, Operator, Value } from "@lib/formats/onnx_values.ts";
import { imagesValue } from "@lib/formats/onnx_windows.ts";

/** What treats each value alike. */
const alike = (make: (call: Call, tensor: Tensor) => Tensor): Operator => (call) => {
  const value = call.turned();
  return { ...value, tensor: make(call, value.tensor) };
};

/** A layer that does so. */
const layer = (className: string, settings: (call: Call) => Record<string, unknown>): Operator =>
  alike((call, tensor) =>
    call.graph.apply(call.graph.layer(className, { name: call.name, ...settings(call) }), [tensor])
  );

const activation = (name: string): Operator => layer("Activation", () => ({ activation: name }));

/** An activation over the classes, which are the last axis of rows. */
const overClasses = (name: string): Operator => (call) => {
  const { shape } = call.computed();
  const axis = call.number("axis", -1);
  if (shape.length !== 2 || ![1, -1].includes(axis)) call.refuse("rows of classes", `[${shape}]`);
  return activation(name)(call);
};

const elu = (call: Call): ReturnType<Operator> => {
  const alpha = call.number("alpha", 1);
  return alpha === 1 ? activation("elu")(call) : call.refuse("alpha 1", alpha);
};

function prelu(call: Call): Value {
  const { values } = call.known(1);
  const { shape } = call.computed();
  const input = shape.length === 4 ? call.images() : call.computed().tensor;
  const axes = input.shape.length;
  if (values.length !== 1 && values.length !== input.shape.at(-1)) {
    call.refuse("a slope a channel", "others");
  }
  const sharedAxes = values.length === 1 ? [1, 2, 3].slice(0, axes - 1) : [1, 2].slice(0, axes - 2);
  const settings = { name: call.name, sharedAxes, alphaInitializer: "zeros" };
  const layer = call.graph.layer("PReLU", settings);
  const tensor = call.graph.apply(layer, [input], [call.place(1)]);
  return axes === 4 ? imagesValue(tensor) : { tensor, shape };
}

/** Values held between two limits: a rectifier from the lower one on. */
const clip = alike((call, tensor) => {
  const limit = (name: string, index: number, otherwise: number): number =>
    call.inputs[index] ? call.known(index).values[0]! : call.number(name, otherwise);
  const [least, most] = [limit("min", 1, -Infinity), limit("max", 2, Infinity)];
  const { graph, name } = call;
  if (!Number.isFinite(least)) call.refuse("a lower limit", "none");
  const moved = (from: Tensor, by: number): Tensor =>
    by === 0 ? from : rescaled(graph, from, [1], [by], graph.unusedName(`${name}_moved`));
  const maxValue = most - least;
  const relu = graph.layer("ReLU", { name, ...Number.isFinite(maxValue) ? { maxValue } : {} });
  return moved(graph.apply(relu, [moved(tensor, -least)]), least);
});

/** By their names. */
export const ACTIVATION_OPERATORS: Record<string, Operator> = {
  Clip: clip,
  Elu: elu,
  Erf: layer("ErrorFunction", () => ({})),
  Gelu: (call) => activation(call.word("approximate") === "tanh" ? "gelu_new" : "gelu")(call),
  HardSigmoid: alike((call, tensor) => {
    const line = [call.number("alpha", 0.2), call.number("beta", 0.5)] as const;
    return hardSigmoid(call.graph, tensor, call.name, line);
  }),
  HardSwish: alike(({ graph, name }, tensor) => hardSwish(graph, tensor, name)),
  LeakyRelu: layer("LeakyReLU", (call) => ({ alpha: call.number("alpha", 0.01) })),
  LogSoftmax: overClasses("logSoftmax"),
  Mish: activation("mish"),
  PRelu: prelu,
  Relu: activation("relu"),
  Selu: (call) => {
    const [alpha, gamma] = [call.number("alpha", 1.6733), call.number("gamma", 1.0507)];
    if (Math.abs(alpha - 1.6733) > 1e-3 || Math.abs(gamma - 1.0507) > 1e-3) {
      call.refuse("the usual constants", `alpha ${alpha} and gamma ${gamma}`);
    }
    return activation("selu")(call);
  },
  Sigmoid: activation("sigmoid"),
  Softmax: overClasses("softmax"),
  Softplus: activation("softplus"),
  Softsign: activation("softsign"),
  Tanh: activation("tanh"),
};
