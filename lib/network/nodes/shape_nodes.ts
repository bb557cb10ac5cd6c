import { int, type } from "@lib/network/graph.ts";
import {
  alongChannels,
  channelsLast,
  type LayerNodes,
  type Pass,
  straight,
} from "@lib/network/nodes/pass.ts";

/** Layers without weights that rearrange, scale or join values. */
export const SHAPE_NODES: Record<string, LayerNodes> = {
  Flatten: {
    knows: (config) => config.dataFormat == null || channelsLast(config),
    add(graph, layer, [input]): Pass {
      const flat = graph.reshape(input, [-1, (layer.outputShape as number[])[1]!]);
      return straight(flat, (gradient) => graph.reshape(gradient, graph.shape(input)));
    },
  },
  Rescaling: {
    knows: ({ scale, offset }) => [scale, offset].every((each) => typeof each === "number"),
    add(graph, layer, [input]): Pass {
      const { scale, offset } = layer.getConfig() as { scale: number; offset: number };
      const factor = graph.constant(scale);
      const scaled = graph.node("Mul", [input, factor]);
      const moved = graph.node("AddV2", [scaled, graph.constant(offset)]);
      return straight(moved, (gradient) => graph.node("Mul", [gradient, factor]));
    },
  },
  Add: {
    knows: () => true,
    add: (graph, _layer, inputs): Pass => ({
      output: graph.node("AddN", inputs, { N: int(inputs.length) }),
      backward: (gradient) => ({ inputs: inputs.map(() => gradient), weights: [] }),
    }),
  },
  ZeroPadding2D: {
    knows: channelsLast,
    add(graph, layer, [input]): Pass {
      const { padding } = layer.getConfig() as { padding: [[number, number], [number, number]] };
      const [[top, bottom], [left, right]] = padding;
      const around = graph.constant([0, 0, top, bottom, left, right, 0, 0], "INT32");
      const paddings = graph.reshape(around, [4, 2], "INT32");
      const start = graph.constant([0, top, left, 0], "INT32");
      const padded = graph.node("Pad", [input, paddings], { Tpaddings: type("INT32") });
      return straight(padded, (gradient) => graph.slice(gradient, start, graph.shape(input)));
    },
  },
  Concatenate: {
    knows: alongChannels,
    add(graph, layer, inputs): Pass {
      const sizes = (layer.input as { shape: number[] }[]).map(({ shape }) => shape[3]!);
      return {
        output: graph.join(inputs, 3),
        backward: (gradient) => ({ inputs: graph.cut(gradient, sizes, 3), weights: [] }),
      };
    },
  },
};
