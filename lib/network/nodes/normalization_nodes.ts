import { bool, float, output, type Ref, text, type, WHOLE } from "@lib/network/graph.ts";
import { alongChannels, type LayerNodes, type Pass } from "@lib/network/nodes/pass.ts";

type Config = { momentum: number; epsilon: number; scale: boolean; center: boolean };

/** Batch normalisation of images' channels, with or without scale and offset. */
export const BATCH_NORMALIZATION: LayerNodes = {
  knows: alongChannels,
  add(graph, layer, [input], trainable, { weights, seed }): Pass {
    const { momentum, epsilon, scale: scales, center } = layer.getConfig() as Config;
    const filled = (value: number): Ref =>
      graph.constant(Array<number>((layer.outputShape as number[])[3]!).fill(value));
    const scale = scales ? trainable[0]! : filled(1);
    const offset = center ? trainable.at(-1)! : filled(0);
    const statistics = layer.nonTrainableWeights.map((weight) => weights.get(weight)!);
    const isTraining = seed !== undefined;
    const settings = {
      ...{ U: type("FLOAT"), epsilon: float(epsilon), is_training: bool(isTraining) },
      data_format: text("NHWC"),
    };
    const known = isTraining ? [graph.constant([]), graph.constant([])] : statistics;
    const node = graph.node("FusedBatchNormV3", [input, scale, offset, ...known], settings);
    const moving = (): Ref[] => {
      // Keras keeps the variance that divides by n; TensorFlow's kernel gives the one by n − 1
      const [mean, variance] = [output(node, 1), output(node, 2)];
      const channels = graph.size(variance);
      const each = graph.node("FloorDiv", [graph.size(input), channels], WHOLE);
      const count = graph.cast(each, "INT32", "FLOAT");
      const factor = graph.node("RealDiv", [graph.node("Sub", [count, graph.constant(1)]), count]);
      return [mean, graph.node("Mul", [variance, factor])].map((found, index) =>
        graph.mix(statistics[index]!, found, momentum)
      );
    };
    return {
      output: node,
      ...(isTraining && { moving: moving() }),
      backward: (gradient) => {
        // in inference mode TensorFlow leaves the reserved statistics as unwritten memory
        const reserve = isTraining ? [output(node, 3), output(node, 4)] : statistics;
        const operands = [gradient, input, scale, ...reserve, output(node, 5)];
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
