import { type Graph, type Ref, type, WHOLE } from "@lib/network/graph.ts";
import { type LayerNodes, type Pass, straight } from "@lib/network/nodes/pass.ts";

/** Dropout of single values. */
export const DROPOUT: LayerNodes = {
  knows: ({ noiseShape }) => noiseShape == null,
  add(graph, layer, [input], _weights, { seed }): Pass {
    if (seed === undefined) return straight(input, (gradient) => gradient);
    const mask = dropoutMask(graph, input, layer.getConfig().rate as number, seed);
    const masked = graph.node("Mul", [input, mask]);
    return straight(masked, (gradient) => graph.node("Mul", [gradient, mask]));
  },
};

/**
 * Adds a mask of dropout: 0 at the given rate, else 1 / (1 − rate).
 *
 * @param graph Gets the nodes.
 * @param input Of the shape that the mask is to have.
 * @param rate Share that is dropped, 0–1; kept to 1/65,536, as sixteen random bits decide.
 * @param seed Two int32 from which the mask follows.
 * @returns The mask.
 * @example
 * ```ts
 * import { Graph } from "@lib/network/graph.ts";
 * import { dropoutMask } from "@lib/network/nodes/dropout_nodes.ts";
 * import { tf } from "@lib/network/tensorflow.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const graph = new Graph();
 * const input = graph.placeholder("input", "FLOAT");
 * const mask = dropoutMask(graph, input, 0.5, graph.constant([1, 2], "INT32"));
 * const [values] = graph.compile()({ input: tf.zeros([2, 5]) }, [mask]);
 * assertEquals(values!.shape, [2, 5]);
 * ```
 */
export function dropoutMask(graph: Graph, input: Ref, rate: number, seed: Ref): Ref {
  const size = graph.reshape(graph.size(input), [1], "INT32");
  const words = graph.node("FloorDiv", [size, graph.constant(4, "INT32")], WHOLE);
  const enough = graph.node("AddV2", [words, graph.constant(1, "INT32")], WHOLE);
  const types = { dtype: type("UINT64"), ...WHOLE, Tseed: type("INT32") };
  const random = graph.node("StatelessRandomUniformFullInt", [enough, seed], types);
  const quarters = graph.node("Bitcast", [random], { T: type("UINT64"), type: type("UINT16") });
  const bits = graph.reshape(quarters, [-1], "UINT16");
  const needed = graph.slice(bits, graph.constant([0], "INT32"), size, "UINT16");
  const threshold = graph.constant(Math.round(rate * 65_536), "UINT16");
  const kept = graph.node("GreaterEqual", [needed, threshold], { T: type("UINT16") });
  const scale = graph.constant(1 / (1 - rate));
  const mask = graph.node("Mul", [graph.cast(kept, "BOOL", "FLOAT"), scale]);
  return graph.reshape(mask, graph.shape(input));
}
