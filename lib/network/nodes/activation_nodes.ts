import { float, type Graph, type Ref } from "@lib/network/graph.ts";
import { type Config, type LayerNodes, type Pass, straight } from "@lib/network/nodes/pass.ts";

/** What the kernel of a function's slope takes. */
type Operands = (gradient: Ref, output: Ref, input: Ref) => Ref[];
const BY_OUTPUT: Operands = (gradient, output) => [gradient, output];
const OUTPUT_FIRST: Operands = (gradient, output) => [output, gradient];
const BY_INPUT: Operands = (gradient, _, input) => [gradient, input];

/** Kernels of functions of single numbers, by tfjs's names; a linear one needs none, swish two. */
const FUNCTIONS: Record<string, [kernel: string, operands: Operands] | undefined> = {
  linear: undefined,
  elu: ["Elu", BY_OUTPUT],
  relu: ["Relu", BY_OUTPUT],
  relu6: ["Relu6", BY_OUTPUT],
  selu: ["Selu", BY_OUTPUT],
  sigmoid: ["Sigmoid", OUTPUT_FIRST],
  tanh: ["Tanh", OUTPUT_FIRST],
  softplus: ["Softplus", BY_INPUT],
  softsign: ["Softsign", BY_INPUT],
  swish: undefined,
};

/** Whether a function can be written. */
export const knowsActivation = (name: unknown): boolean => Object.hasOwn(FUNCTIONS, String(name));

/** Adds a function of the list, with the way back from its output's gradient. */
export function addActivation(
  graph: Graph,
  name: unknown,
  input: Ref,
): { output: Ref; back(gradient: Ref): Ref } {
  if (name === "swish") return addSwish(graph, input);
  const known = FUNCTIONS[String(name)];
  if (known === undefined) return { output: input, back: (gradient) => gradient };
  const [kernel, operands] = known;
  const output = graph.node(kernel, [input]);
  const back = (gradient: Ref): Ref =>
    graph.node(`${kernel}Grad`, operands(gradient, output, input));
  return { output, back };
}

/** The input times its sigmoid. */
function addSwish(graph: Graph, input: Ref): ReturnType<typeof addActivation> {
  const gate = graph.node("Sigmoid", [input]);
  const output = graph.node("Mul", [input, gate]);
  const back = (gradient: Ref): Ref => {
    const byGate = graph.node("SigmoidGrad", [gate, graph.node("Mul", [gradient, input])]);
    return graph.node("AddV2", [graph.node("Mul", [gradient, gate]), byGate]);
  };
  return { output, back };
}

/** A layer that is a function of the list, by its settings; none if it is another. */
const layerOf = (nameOf: (config: Config) => unknown): LayerNodes => ({
  knows: (config) => knowsActivation(nameOf(config)),
  add(graph, layer, [input]): Pass {
    const { output, back } = addActivation(graph, nameOf(layer.getConfig()), input);
    return straight(output, back);
  },
});

/** Layers that are an activation. */
export const ACTIVATION_NODES: Record<string, LayerNodes> = {
  Activation: layerOf(({ activation }) => activation),
  ELU: layerOf(({ alpha }) => [undefined, 1].includes(alpha as number) ? "elu" : "other"),
  ReLU: layerOf(({ maxValue }) => maxValue == null ? "relu" : maxValue === 6 ? "relu6" : "other"),
  LeakyReLU: {
    knows: () => true,
    add(graph, layer, [input]): Pass {
      const alpha = { alpha: float(layer.getConfig().alpha as number) };
      const output = graph.node("LeakyRelu", [input], alpha);
      // whose sign is the input's
      return straight(output, (by) => graph.node("LeakyReluGrad", [by, output], alpha));
    },
  },
  /** With one slope, or one a channel. */
  PReLU: {
    knows: (_, { outputShape, weights }) =>
      (weights[0]!.shape as number[]).slice(0, -1).every((size) => size === 1) &&
      outputShape.length === 4,
    add(graph, layer, [input], [slope]): Pass {
      const shape = layer.weights[0]!.shape as number[];
      const summed = shape.at(-1) === 1 ? [0, 1, 2, 3] : [0, 1, 2];
      // two rectifiers, one of them turned round
      const below = graph.node("Minimum", [input, graph.constant(0)]);
      const scaled = graph.node("Mul", [below, slope!]);
      const output = graph.node("AddV2", [graph.node("Relu", [input]), scaled]);
      const backward: Pass["backward"] = (gradient) => {
        const above = graph.node("ReluGrad", [gradient, input]);
        const rest = graph.node("Sub", [gradient, above]);
        const byInput = graph.node("AddV2", [above, graph.node("Mul", [rest, slope!])]);
        const sums = graph.reduce("Sum", graph.node("Mul", [gradient, below]), summed);
        const bySlope = graph.reshape(sums, shape);
        return { inputs: [byInput], weights: [bySlope] };
      };
      return { output, backward };
    },
  },
};
