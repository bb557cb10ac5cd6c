import { type Graph, type Ref, type } from "@lib/network/graph.ts";
import type { NetworkNodes } from "@lib/network/network_nodes.ts";
import type { tf } from "@lib/network/tensorflow.ts";

/**
 * Adds the cross-entropy of a network's logits towards labels to a graph. TensorFlow has an operation for it,
 * which sums in any order on a graphics card; these always give the same.
 *
 * @param graph Where.
 * @param network Its last layer gives the logits.
 * @param nodes The network's in the graph.
 * @param labels One class an image.
 * @returns The logits, each image's loss in nats, and the slope of the losses' sum by the logits.
 */
export function addCrossEntropy(
  graph: Graph,
  network: tf.LayersModel,
  nodes: NetworkNodes,
  labels: Ref,
): Record<"logits" | "losses" | "slope", Ref> {
  const classes = graph.constant((network.outputShape as number[]).at(-1)!, "INT32");
  const [on, off] = [graph.constant(1), graph.constant(0)];
  const truth = graph.node("OneHot", [labels, classes, on, off], { TI: type("INT32") });
  const logits = nodes.outputs.get(network.layers.at(-1)!)!;
  const logShares = graph.node("LogSoftmax", [logits]);
  // without those of the other classes, which may be minus infinity
  const own = graph.node("MulNoNan", [logShares, truth]);
  const sums = graph.reduce("Sum", own, [1]);
  const slope = graph.node("Sub", [graph.node("Exp", [logShares]), truth]);
  return { logits, losses: graph.node("Neg", [sums]), slope };
}
