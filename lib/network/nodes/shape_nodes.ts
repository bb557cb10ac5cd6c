import { int, type Ref, type } from "@lib/network/graph.ts";
import { channelsLast, type LayerNodes, type Pass, straight } from "@lib/network/nodes/pass.ts";

/** Layers without weights that rearrange, scale or join values. */
export const SHAPE_NODES: Record<string, LayerNodes> = {
  Flatten: {
    knows: (config) => config.dataFormat == null || channelsLast(config),
    add(graph, layer, [input]): Pass {
      const flat = graph.reshape(input, [-1, (layer.outputShape as number[])[1]!]);
      return straight(flat, (gradient) => graph.reshape(gradient, graph.shape(input)));
    },
  },
  Reshape: {
    knows: ({ targetShape }) => (targetShape as number[]).every((size) => size > 0),
    add(graph, layer, [input]): Pass {
      const shaped = graph.reshape(input, [-1, ...layer.getConfig().targetShape as number[]]);
      return straight(shaped, (gradient) => graph.reshape(gradient, graph.shape(input)));
    },
  },
  Permute: {
    knows: () => true,
    add(graph, layer, [input]): Pass {
      // of an image: the batch's axis stays the first
      const axes = [0, ...layer.getConfig().dims as number[]];
      const turned = (value: Ref, order: number[]): Ref =>
        graph.node("Transpose", [value, graph.constant(order, "INT32")], { Tperm: type("INT32") });
      const back = axes.map((_, axis) => axes.indexOf(axis));
      return straight(turned(input, axes), (gradient) => turned(gradient, back));
    },
  },
  /** By one factor, or one a channel. */
  Rescaling: {
    knows: () => true,
    add(graph, layer, [input]): Pass {
      const { scale, offset } = layer.getConfig() as Record<string, number | number[]>;
      const factor = graph.constant(scale!);
      const scaled = graph.node("Mul", [input, factor]);
      const moved = graph.node("AddV2", [scaled, graph.constant(offset!)]);
      return straight(moved, (gradient) => graph.node("Mul", [gradient, factor]));
    },
  },
  /** Of two values; the axes of one may be 1 where those of the other are longer. */
  Multiply: {
    knows: (_, { input }) => {
      const shapes = (input as { shape: number[] }[]).map(({ shape }) => shape.length);
      return shapes.length === 2 && shapes[0] === shapes[1];
    },
    add(graph, layer, [one, other]): Pass {
      const backTo = (index: number, gradient: Ref): Ref => {
        const { shape } = (layer.input as { shape: number[] }[])[index]!;
        const whole = layer.outputShape as number[];
        const axes = [...shape.keys()].filter((axis) => shape[axis] !== whole[axis]);
        return axes.length === 0 ? gradient : graph.reduce("Sum", gradient, axes, true);
      };
      return {
        output: graph.node("Mul", [one, other!]),
        backward: (gradient) => ({
          inputs: [other!, one].map((factor, index) =>
            backTo(index, graph.node("Mul", [gradient, factor]))
          ),
          weights: [],
        }),
      };
    },
  },
  Add: {
    // of other shapes, which are stretched, it is left to tfjs
    knows: (_, { input }) =>
      new Set((input as { shape: number[] }[]).map(({ shape }) => String(shape))).size === 1,
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
  Cropping2D: {
    knows: channelsLast,
    add(graph, layer, [input]): Pass {
      const { cropping } = layer.getConfig() as { cropping: [[number, number], [number, number]] };
      const [[top, bottom], [left, right]] = cropping;
      const start = graph.constant([0, top, left, 0], "INT32");
      const sizes = graph.constant([-1, ...(layer.outputShape as number[]).slice(1)], "INT32");
      const around = graph.constant([0, 0, top, bottom, left, right, 0, 0], "INT32");
      const paddings = graph.reshape(around, [4, 2], "INT32");
      return straight(
        graph.slice(input, start, sizes),
        (gradient) => graph.node("Pad", [gradient, paddings], { Tpaddings: type("INT32") }),
      );
    },
  },
  Concatenate: {
    knows: ({ axis }, { outputShape }) => [-1, outputShape.length - 1].includes(Number(axis)),
    add(graph, layer, inputs): Pass {
      const last = layer.outputShape.length - 1;
      const sizes = (layer.input as { shape: number[] }[]).map(({ shape }) => shape[last]!);
      return {
        output: graph.join(inputs, last),
        backward: (gradient) => ({ inputs: graph.cut(gradient, sizes, last), weights: [] }),
      };
    },
  },
};
