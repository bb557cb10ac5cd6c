import type { Ref } from "@lib/network/graph.ts";
import type { LayerNodes, Pass } from "@lib/network/nodes/pass.ts";
import type { Normalization } from "@lib/network/nodes/training_nodes.ts";

/** Normalisation of each pixel's channels, or of each row, by its own mean and variance (Ba et al., 2016). */
export const LAYER_NORMALIZATION_NODES: Record<string, LayerNodes> = {
  LayerNormalization: {
    knows: ({ axis }, { outputShape }) => {
      const axes = [axis].flat() as number[];
      return axes.length === 1 && [-1, outputShape.length - 1].includes(axes[0]!);
    },
    add(graph, layer, [input], weights): Pass {
      const { epsilon, scale: scales, center } = layer.getConfig() as Normalization;
      const rank = layer.outputShape.length;
      const mean = (value: Ref): Ref => graph.reduce("Mean", value, [rank - 1], true);
      const product = (one: Ref, other: Ref): Ref => graph.node("Mul", [one, other]);
      const scaled = (value: Ref): Ref => scales ? product(value, weights[0]!) : value;

      const centred = graph.node("Sub", [input, mean(input)]);
      const variance = mean(graph.node("Square", [centred]));
      const shifted = graph.node("AddV2", [variance, graph.constant(epsilon)]);
      const factor = graph.node("Rsqrt", [shifted]);
      const normal = product(centred, factor);
      const output = scaled(normal);
      return {
        output: center ? graph.node("AddV2", [output, weights.at(-1)!]) : output,
        backward: (gradient) => {
          const others = Array.from({ length: rank - 1 }, (_, axis) => axis);
          const sum = (value: Ref): Ref => graph.reduce("Sum", value, others);
          const slope = scaled(gradient);
          // what moves mean or variance is taken back by them
          const along = product(normal, mean(product(slope, normal)));
          const taken = graph.node("AddV2", [mean(slope), along]);
          return {
            inputs: [product(factor, graph.node("Sub", [slope, taken]))],
            weights: [
              ...scales ? [sum(product(gradient, normal))] : [],
              ...center ? [sum(gradient)] : [],
            ],
          };
        },
      };
    },
  },
};
