import { type Graph, type Ref, type } from "@lib/network/graph.ts";
import { groupsOf } from "@lib/network/nodes/grouped_convolution.ts";
import type { tf } from "@lib/network/tensorflow.ts";

/** Filters as a plain convolution takes them, their shape, and the way back from their gradient. */
export interface SpreadFilters {
  filters: Ref;
  shape: number[];
  back(gradient: Ref): Ref;
}

/**
 * Filters of a convolution that is dilated or in groups, with zeros between, of which TensorFlow has the way
 * back on processors too.
 */
export function spreadFilters(graph: Graph, layer: tf.layers.Layer, own: Ref): SpreadFilters {
  const shape = layer.trainableWeights[0]!.shape as number[];
  const { groups = 1, dilationRate = 1 } = layer.getConfig() as Record<string, number | number[]>;
  const rates = [dilationRate, dilationRate].flat().slice(0, 2);
  const plain: SpreadFilters = { filters: own, shape, back: (gradient) => gradient };
  if (Number(groups) > 1) return acrossGroups(graph, plain, Number(groups));
  return rates.some((rate) => rate > 1) ? dilated(graph, plain, rates as [number, number]) : plain;
}

function dilated(
  graph: Graph,
  { filters, shape }: SpreadFilters,
  [down, across]: [number, number],
): SpreadFilters {
  const [height, width, inputs, outputs] = shape as [number, number, number, number];
  const [high, wide] = [height * down, width * across];
  const whole = [high - down + 1, wide - across + 1, inputs, outputs];
  const apart = [height, 1, width, 1, inputs, outputs];
  const pad = (value: Ref, behind: number[]): Ref => {
    const pairs = graph.constant(behind.flatMap((size) => [0, size]), "INT32");
    const paddings = graph.reshape(pairs, [behind.length, 2], "INT32");
    return graph.node("Pad", [value, paddings], { Tpaddings: type("INT32") });
  };
  const first = (value: Ref, sizes: number[]): Ref => {
    const start = graph.constant(sizes.map(() => 0), "INT32");
    return graph.slice(value, start, graph.constant(sizes, "INT32"));
  };
  const stretched = pad(graph.reshape(filters, apart), [0, down - 1, 0, across - 1, 0, 0]);
  return {
    filters: first(graph.reshape(stretched, [high, wide, inputs, outputs]), whole),
    shape: whole,
    back: (gradient) => {
      const filled = pad(gradient, [down - 1, across - 1, 0, 0]);
      const parts = graph.reshape(filled, [height, down, width, across, inputs, outputs]);
      return graph.reshape(first(parts, apart), shape);
    },
  };
}

function acrossGroups(
  graph: Graph,
  { filters, shape }: SpreadFilters,
  groups: number,
): SpreadFilters {
  const [height, width, each, outputs] = shape as [number, number, number, number];
  const whole = [height, width, each * groups, outputs];
  const groupOf = (count: number): Ref => graph.constant(groupsOf(count, groups));
  const own = graph.node("Equal", [
    graph.reshape(groupOf(each * groups), [-1, 1]),
    groupOf(outputs),
  ]);
  const mask = graph.cast(own, "BOOL", "FLOAT");
  const repeats = graph.constant([1, 1, groups, 1], "INT32");
  const tiled = graph.node("Tile", [filters, repeats], { Tmultiples: type("INT32") });
  return {
    filters: graph.node("Mul", [tiled, mask]),
    shape: whole,
    back: (gradient) => {
      const masked = graph.node("Mul", [gradient, mask]);
      const parts = graph.reshape(masked, [height, width, groups, each, outputs]);
      return graph.reduce("Sum", parts, [2]);
    },
  };
}
