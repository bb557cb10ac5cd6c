import type { Graph, Ref } from "@lib/network/graph.ts";
import { tf } from "@lib/network/tensorflow.ts";

const [BETA1, BETA2, EPSILON] = [0.9, 0.999, 1e-7]; // as in Keras

/** Weights and Adam's two running means; each [number of trainable weights]. */
export interface Moments<Value> {
  weights: Value;
  /** Of the gradient. */
  mean: Value;
  /** Of its square. */
  square: Value;
}

/**
 * The factor of a step of Adam, with the correction of its means, which start at zero.
 *
 * @param step From 1.
 * @param learningRate Adam's.
 * @example
 * ```ts
 * import { adamRate } from "@lib/network/adam.ts";
 * import { assertAlmostEquals } from "@lib/std/assert.ts";
 *
 * assertAlmostEquals(adamRate(1, 0.1), 0.1 * Math.sqrt(0.001) / 0.1, 1e-12);
 * ```
 */
export function adamRate(step: number, learningRate: number): number {
  return learningRate * Math.sqrt(1 - BETA2 ** step) / (1 - BETA1 ** step);
}

/**
 * One step of Adam (Kingma and Ba, 2015) in Keras's form, on all weights as one long vector.
 *
 * @param before Not disposed.
 * @param gradient Of the loss, in the order of the weights; not disposed.
 * @param rate From {@link adamRate}.
 * @returns Weights and means after the step; the caller disposes them.
 * @example
 * ```ts
 * import { adamRate, adamStep } from "@lib/network/adam.ts";
 * import { tf } from "@lib/network/tensorflow.ts";
 * import { assertAlmostEquals } from "@lib/std/assert.ts";
 *
 * const before = { weights: tf.tensor1d([1]), mean: tf.tensor1d([0]), square: tf.tensor1d([0]) };
 * const { weights } = adamStep(before, tf.tensor1d([5]), adamRate(1, 0.1));
 * assertAlmostEquals(weights.dataSync()[0]!, 0.9, 1e-6); // the first step is the learning rate
 * ```
 */
export function adamStep(
  before: Moments<tf.Tensor>,
  gradient: tf.Tensor,
  rate: number,
): Moments<tf.Tensor> {
  return tf.tidy(() => {
    const mean = before.mean.mul(BETA1).add(gradient.mul(1 - BETA1));
    const square = before.square.mul(BETA2).add(gradient.square().mul(1 - BETA2));
    const change = mean.mul(rate).div(square.sqrt().add(EPSILON));
    return { weights: before.weights.sub<tf.Tensor>(change), mean, square };
  });
}

/**
 * The same step, as nodes of a graph.
 *
 * @param graph Gets the nodes.
 * @param before Values before the step.
 * @param gradient Of the loss.
 * @param rate From {@link adamRate}.
 * @returns Values after the step.
 * @example
 * ```ts
 * import { addAdamStep, adamRate } from "@lib/network/adam.ts";
 * import { Graph } from "@lib/network/graph.ts";
 * import { assertAlmostEquals } from "@lib/std/assert.ts";
 *
 * const graph = new Graph();
 * const before = { weights: graph.constant([1]), mean: graph.constant([0]), square: graph.constant([0]) };
 * const rate = graph.constant(adamRate(1, 0.1));
 * const { weights } = addAdamStep(graph, before, graph.constant([5]), rate);
 * assertAlmostEquals(graph.compile()({}, [weights])[0]!.dataSync()[0]!, 0.9, 1e-6);
 * ```
 */
export function addAdamStep(
  graph: Graph,
  before: Moments<Ref>,
  gradient: Ref,
  rate: Ref,
): Moments<Ref> {
  const times = (one: Ref, other: Ref | number): Ref =>
    graph.node("Mul", [one, typeof other === "number" ? graph.constant(other) : other]);
  const plus = (one: Ref, other: Ref): Ref => graph.node("AddV2", [one, other]);
  const mean = plus(times(before.mean, BETA1), times(gradient, 1 - BETA1));
  const squared = graph.node("Square", [gradient]);
  const square = plus(times(before.square, BETA2), times(squared, 1 - BETA2));
  const root = plus(graph.node("Sqrt", [square]), graph.constant(EPSILON));
  const change = graph.node("RealDiv", [times(mean, rate), root]);
  return { weights: graph.node("Sub", [before.weights, change]), mean, square };
}
