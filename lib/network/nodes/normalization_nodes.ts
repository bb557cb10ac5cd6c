import { bool, float, type Graph, output, type Ref, text, type } from "@lib/network/graph.ts";
import type { LayerNodes, Pass } from "@lib/network/nodes/pass.ts";

/** Batch normalisation of images' channels, with or without scale and offset. */
export const BATCH_NORMALIZATION: LayerNodes = {
  knows: ({ axis }, layer) =>
    (layer.outputShape as number[]).length === 4 && [-1, 3].includes(Number([axis].flat()[0])),
  add(graph, layer, [input], trainable, { weights, seed }): Pass {
    const { momentum, epsilon, scale: scales, center } = layer.getConfig() as {
      momentum: number;
      epsilon: number;
      scale: boolean;
      center: boolean;
    };
    const channels = (layer.outputShape as number[])[3]!;
    const filled = (value: number): Ref => graph.constant(Array<number>(channels).fill(value));
    const scale = scales ? trainable[0]! : filled(1);
    const offset = center ? trainable.at(-1)! : filled(0);
    const statistics = layer.nonTrainableWeights.map((weight) => weights.get(weight)!);
    const isTraining = seed !== undefined;
    const settings = {
      U: type("FLOAT"),
      epsilon: float(epsilon),
      is_training: bool(isTraining),
      data_format: text("NHWC"),
    };
    const known = isTraining ? [graph.constant([]), graph.constant([])] : statistics;
    const node = graph.node("FusedBatchNormV3", [input!, scale, offset, ...known], settings);
    const [mean, variance] = [output(node, 1), output(node, 2)];
    return {
      output: node,
      ...(isTraining && {
        moving: [mean, biased(graph, variance, input!)].map((found, index) =>
          movingAverage(graph, statistics[index]!, found, momentum)
        ),
      }),
      backward(gradient): ReturnType<Pass["backward"]> {
        // in inference mode TensorFlow leaves the reserved statistics as unwritten memory
        const reserve = isTraining ? [output(node, 3), output(node, 4)] : statistics;
        const operands = [gradient, input!, scale, ...reserve, output(node, 5)];
        const back = graph.node("FusedBatchNormGradV3", operands, settings);
        const byWeights = [...scales ? [output(back, 1)] : [], ...center ? [output(back, 2)] : []];
        if (isTraining) return { inputs: [back], weights: byWeights };
        // a channel's values are only multiplied: much faster than the kernel, which then need not run
        const shifted = graph.node("AddV2", [statistics[1]!, graph.constant(epsilon)]);
        const factor = graph.node("Mul", [scale, graph.node("Rsqrt", [shifted])]);
        return { inputs: [graph.node("Mul", [gradient, factor])], weights: byWeights };
      },
    };
  },
};

/** Keras keeps the variance that divides by n; TensorFlow's kernel gives the one that divides by n − 1. */
function biased(graph: Graph, variance: Ref, input: Ref): Ref {
  const channels = graph.size(variance);
  const whole = { T: type("INT32") };
  const count = graph.cast(
    graph.node("FloorDiv", [graph.size(input), channels], whole),
    "INT32",
    "FLOAT",
  );
  const factor = graph.node("RealDiv", [graph.node("Sub", [count, graph.constant(1)]), count]);
  return graph.node("Mul", [variance, factor]);
}

function movingAverage(graph: Graph, before: Ref, found: Ref, momentum: number): Ref {
  return graph.node("AddV2", [
    graph.node("Mul", [before, graph.constant(momentum)]),
    graph.node("Mul", [found, graph.constant(1 - momentum)]),
  ]);
}
