import { float, type Graph, type Ref } from "@lib/network/graph.ts";
import { type Config, type LayerNodes, straight } from "@lib/network/nodes/pass.ts";

/** A function of single numbers, and the way back from its output's gradient. */
interface Activated {
  output: Ref;
  back(gradient: Ref): Ref;
}

/** By the kernel of the function and that of its slope, which is taken from the output. */
const kernel = (name: string) => (graph: Graph, input: Ref): Activated => {
  const output = graph.node(name, [input]);
  return { output, back: (gradient) => graph.node(`${name}Grad`, [gradient, output]) };
};

/** The same where TensorFlow wants the output first. */
const turned = (name: string) => (graph: Graph, input: Ref): Activated => {
  const output = graph.node(name, [input]);
  return { output, back: (gradient) => graph.node(`${name}Grad`, [output, gradient]) };
};

/** The same where the slope is taken from the input. */
const byInput = (name: string) => (graph: Graph, input: Ref): Activated => ({
  output: graph.node(name, [input]),
  back: (gradient) => graph.node(`${name}Grad`, [gradient, input]),
});

/** By tfjs's names. */
const FUNCTIONS: Record<string, (graph: Graph, input: Ref) => Activated> = {
  linear: (_, input) => ({ output: input, back: (gradient) => gradient }),
  elu: kernel("Elu"),
  relu: kernel("Relu"),
  relu6: kernel("Relu6"),
  selu: kernel("Selu"),
  sigmoid: turned("Sigmoid"),
  tanh: turned("Tanh"),
  softplus: byInput("Softplus"),
  softsign: byInput("Softsign"),
};

/** Whether a function can be written. */
export const knowsActivation = (name: unknown): boolean => Object.hasOwn(FUNCTIONS, String(name));

/** Adds a function of the list. */
export function addActivation(graph: Graph, name: unknown, input: Ref): Activated {
  return FUNCTIONS[String(name)]!(graph, input);
}

/** A layer that is a function of the list, by its settings; none if it is another. */
const layerOf = (nameOf: (config: Config) => unknown): LayerNodes => ({
  knows: (config) => knowsActivation(nameOf(config)),
  add(graph, layer, [input]): ReturnType<LayerNodes["add"]> {
    const { output, back } = addActivation(graph, nameOf(layer.getConfig()), input!);
    return { output, backward: straight(back) };
  },
});

/** Layers that are an activation. */
export const ACTIVATION_NODES: Record<string, LayerNodes> = {
  Activation: layerOf(({ activation }) => activation),
  ELU: layerOf(({ alpha }) => [undefined, 1].includes(alpha as number) ? "elu" : "other"),
  ReLU: layerOf(({ maxValue }) => maxValue == null ? "relu" : maxValue === 6 ? "relu6" : "other"),
  LeakyReLU: {
    knows: () => true,
    add(graph, layer, [input]): ReturnType<LayerNodes["add"]> {
      const alpha = { alpha: float(layer.getConfig().alpha as number) };
      const output = graph.node("LeakyRelu", [input!], alpha);
      return {
        output,
        // whose sign is the input's
        backward: straight((gradient) => graph.node("LeakyReluGrad", [gradient, output], alpha)),
      };
    },
  },
};
