import { float, type Graph, type Ref } from "@lib/network/graph.ts";
import { type Config, type LayerNodes, type Pass, straight } from "@lib/network/nodes/pass.ts";

/** What the kernel of a function's slope takes. */
type Operands = (gradient: Ref, output: Ref, input: Ref) => Ref[];
const BY_OUTPUT: Operands = (gradient, output) => [gradient, output];
const OUTPUT_FIRST: Operands = (gradient, output) => [output, gradient];
const BY_INPUT: Operands = (gradient, _, input) => [gradient, input];

/** Kernels of functions of single numbers, by tfjs's names; a linear one needs none, others are {@link GATES}. */
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
  mish: undefined,
  gelu: undefined,
};

/** Whether a function can be written. */
export const knowsActivation = (name: unknown): boolean => Object.hasOwn(FUNCTIONS, String(name));

/** Adds a function of the list, with the way back from its output's gradient. */
export function addActivation(
  graph: Graph,
  name: unknown,
  input: Ref,
): { output: Ref; back(gradient: Ref): Ref } {
  const gate = GATES[String(name)];
  if (gate !== undefined) return gated(graph, input, gate(graph, input));
  const known = FUNCTIONS[String(name)];
  if (known === undefined) return { output: input, back: (gradient) => gradient };
  const [kernel, operands] = known;
  const output = graph.node(kernel, [input]);
  const back = (gradient: Ref): Ref =>
    graph.node(`${kernel}Grad`, operands(gradient, output, input));
  return { output, back };
}

type Added = ReturnType<typeof addActivation>;

/** What functions multiply their input with. */
const GATES: Record<string, (graph: Graph, input: Ref) => Added> = {
  swish: (graph, input) => addActivation(graph, "sigmoid", input),
  mish(graph, input): Added {
    const inner = addActivation(graph, "softplus", input);
    const outer = addActivation(graph, "tanh", inner.output);
    return { output: outer.output, back: (gradient) => inner.back(outer.back(gradient)) };
  },
  /** The share of a normal distribution below the input. */
  gelu(graph, input): Added {
    const times = (value: Ref, factor: number): Ref =>
      graph.node("Mul", [value, graph.constant(factor)]);
    const shifted = graph.node("Erf", [times(input, Math.SQRT1_2)]);
    const output = times(graph.node("AddV2", [shifted, graph.constant(1)]), 0.5);
    const back = (gradient: Ref): Ref => {
      const bell = graph.node("Exp", [times(graph.node("Square", [input]), -0.5)]);
      return graph.node("Mul", [gradient, times(bell, 1 / Math.sqrt(2 * Math.PI))]);
    };
    return { output, back };
  },
};

/** The input times its gate. */
function gated(graph: Graph, input: Ref, gate: Added): Added {
  const output = graph.node("Mul", [input, gate.output]);
  const back = (gradient: Ref): Ref => {
    const byGate = gate.back(graph.node("Mul", [gradient, input]));
    return graph.node("AddV2", [graph.node("Mul", [gradient, gate.output]), byGate]);
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
      return straight(output, (by) => graph.node("LeakyReluGrad", [by, input], alpha));
    },
  },
  /** With one slope, or one a channel. */
  PReLU: {
    knows: (_, { weights }) =>
      (weights[0]!.shape as number[]).slice(0, -1).every((size) => size === 1),
    add(graph, layer, [input], [slope]): Pass {
      const shape = layer.weights[0]!.shape as number[];
      const summed = [0, 1, 2, 3].slice(0, shape.length + (shape.at(-1) === 1 ? 1 : 0));
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
