import { type Graph, output, type Ref, type } from "@lib/network/graph.ts";

/**
 * Adds the cross-entropy of logits.
 *
 * @param graph Gets the nodes.
 * @param logits Shape [N, classes].
 * @param labels Int32, shape [N].
 * @returns Each image's loss in nats, shape [N], and the slope of their sum by the logits.
 */
export function addCrossEntropy(
  graph: Graph,
  logits: Ref,
  labels: Ref,
): { losses: Ref; slope: Ref } {
  const losses = graph.node("SparseSoftmaxCrossEntropyWithLogits", [logits, labels], {
    Tlabels: type("INT32"),
  });
  return { losses, slope: output(losses, 1) };
}
