import { ints, text, type } from "@lib/network/graph.ts";
import { type Config, type LayerNodes, type Pass, straight } from "@lib/network/nodes/pass.ts";

const keepsChannelsLast = ({ dataFormat }: Config): boolean => dataFormat === "channelsLast";

/** Kernel, strides and padding of a pooling layer. */
function windowOf(config: Config): Record<string, string> {
  const { poolSize, strides, padding } = config as {
    poolSize: [number, number];
    strides: [number, number];
    padding: string;
  };
  return {
    ksize: ints([1, ...poolSize, 1]),
    strides: ints([1, ...strides, 1]),
    padding: text(padding.toUpperCase()),
    data_format: text("NHWC"),
  };
}

/** Layers that make images smaller. */
export const POOLING_NODES: Record<string, LayerNodes> = {
  MaxPooling2D: {
    knows: keepsChannelsLast,
    add(graph, layer, [input]): Pass {
      const window = windowOf(layer.getConfig());
      const output = graph.node("MaxPool", [input!], window);
      return {
        output,
        backward: straight((gradient) =>
          graph.node("MaxPoolGrad", [input!, output, gradient], window)
        ),
      };
    },
  },
  AveragePooling2D: {
    knows: keepsChannelsLast,
    add(graph, layer, [input]): Pass {
      const window = windowOf(layer.getConfig());
      return {
        output: graph.node("AvgPool", [input!], window),
        backward: straight((gradient) =>
          graph.node("AvgPoolGrad", [graph.shape(input!), gradient], window)
        ),
      };
    },
  },
  GlobalAveragePooling2D: {
    knows: keepsChannelsLast,
    add(graph, layer, [input]): Pass {
      const [, height, width, channels] = (layer.input as { shape: number[] }).shape;
      const axes = graph.constant([1, 2], "INT32");
      return {
        output: graph.node("Mean", [input!, axes], { Tidx: type("INT32") }),
        backward: straight((gradient) => {
          const share = graph.node("Mul", [gradient, graph.constant(1 / (height! * width!))]);
          const each = graph.reshape(share, [-1, 1, 1, channels!]);
          return graph.node("BroadcastTo", [each, graph.shape(input!)], {
            Tidx: type("INT32"),
          });
        }),
      };
    },
  },
};
