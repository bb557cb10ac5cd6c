import { bool, type Graph, ints, type Ref, text } from "@lib/network/graph.ts";
import { addActivation, knowsActivation } from "@lib/network/nodes/activation_nodes.ts";
import type { LayerNodes, Pass } from "@lib/network/nodes/pass.ts";

const NHWC = { data_format: text("NHWC") };

/** A sum with its bias, if it has one, and its activation; the way back to the sum. */
function finished(
  graph: Graph,
  sum: Ref,
  bias: Ref | undefined,
  activation: unknown,
): { output: Ref; back(gradient: Ref): { bySum: Ref; byBias: Ref[] } } {
  const biased = bias === undefined ? sum : graph.node("BiasAdd", [sum, bias], NHWC);
  const { output, back } = addActivation(graph, activation, biased);
  return {
    output,
    back(gradient): { bySum: Ref; byBias: Ref[] } {
      const bySum = back(gradient);
      return { bySum, byBias: bias ? [graph.node("BiasAddGrad", [bySum], NHWC)] : [] };
    },
  };
}

/** Convolution in two dimensions. */
export const CONVOLUTION: LayerNodes = {
  knows: ({ dilationRate, dataFormat, activation }) =>
    [dilationRate].flat().every((rate) => rate === 1) && dataFormat === "channelsLast" &&
    knowsActivation(activation),
  add(graph, layer, [input], [kernel, bias], { needsInputGradient }): Pass {
    const { strides, padding, activation } = layer.getConfig() as {
      strides: [number, number];
      padding: string;
      activation: string;
    };
    const window = {
      ...{ strides: ints([1, ...strides, 1]), padding: text(padding.toUpperCase()), ...NHWC },
    };
    const sum = graph.node("Conv2D", [input!, kernel!], window);
    const { output, back } = finished(graph, sum, bias, activation);
    return {
      output,
      backward(gradient): ReturnType<Pass["backward"]> {
        const { bySum, byBias } = back(gradient);
        const shape = graph.constant(layer.trainableWeights[0]!.shape as number[], "INT32");
        const filter = [input!, shape, bySum];
        if (!needsInputGradient) {
          const byKernel = graph.node("Conv2DBackpropFilter", filter, window);
          return { inputs: [], weights: [byKernel, ...byBias] };
        }
        const operands = [graph.shape(input!), kernel!, bySum];
        const byInput = graph.node("Conv2DBackpropInput", operands, window);
        // one after the other: side by side, each on all cores, they are slower
        const byKernel = graph.node("Conv2DBackpropFilter", [...filter, `^${byInput}`], window);
        return { inputs: [byInput], weights: [byKernel, ...byBias] };
      },
    };
  },
};

/** A dense layer on flat values. */
export const DENSE: LayerNodes = {
  knows: ({ activation }, layer) =>
    knowsActivation(activation) && (layer.outputShape as number[]).length === 2,
  add(graph, layer, [input], [kernel, bias]): Pass {
    const sum = graph.node("MatMul", [input!, kernel!]);
    const { output, back } = finished(graph, sum, bias, layer.getConfig().activation);
    return {
      output,
      backward(gradient): ReturnType<Pass["backward"]> {
        const { bySum, byBias } = back(gradient);
        return {
          inputs: [graph.node("MatMul", [bySum, kernel!], { transpose_b: bool(true) })],
          weights: [graph.node("MatMul", [input!, bySum], { transpose_a: bool(true) }), ...byBias],
        };
      },
    };
  },
};
