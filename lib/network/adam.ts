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

/** What a step is reckoned with: tensors, or nodes of a graph. */
interface Arithmetic<Value> {
  number(value: number): Value;
  plus(one: Value, other: Value): Value;
  minus(one: Value, other: Value): Value;
  times(one: Value, other: Value): Value;
  over(one: Value, other: Value): Value;
  root(value: Value): Value;
}

/**
 * The factor of a step of Adam, with the correction of its means, which start at zero.
 *
 * @param step The step's number, from 1.
 * @param learningRate Of the step.
 * @returns What the step multiplies the ratio of the means by.
 * @example
 * ```ts
 * import { adamRate } from "@lib/network/adam.ts";
 * import { assertAlmostEquals } from "@lib/std/assert.ts";
 *
 * assertAlmostEquals(adamRate(1, 0.01), 0.01 * Math.sqrt(0.001) / 0.1, 1e-12);
 * ```
 */
export function adamRate(step: number, learningRate: number): number {
  return learningRate * Math.sqrt(1 - BETA2 ** step) / (1 - BETA1 ** step);
}

/** One step of Adam (Kingma and Ba, 2015) in Keras's form, on all weights as one long vector. */
function adamStep<Value>(
  { number, plus, minus, times, over, root }: Arithmetic<Value>,
  before: Moments<Value>,
  gradient: Value,
  rate: Value,
): Moments<Value> {
  const mixed = (old: Value, found: Value, keep: number): Value =>
    plus(times(old, number(keep)), times(found, number(1 - keep)));
  const mean = mixed(before.mean, gradient, BETA1);
  const square = mixed(before.square, times(gradient, gradient), BETA2);
  const change = over(times(mean, rate), plus(root(square), number(EPSILON)));
  return { weights: minus(before.weights, change), mean, square };
}

/**
 * A step of Adam on tensors.
 *
 * @param before Weights and means; left as they are.
 * @param gradient Of the loss, one number a weight.
 * @param rate From {@link adamRate}.
 * @returns Three tensors, which the caller disposes.
 * @example
 * ```ts
 * import { adamRate, tensorAdamStep } from "@lib/network/adam.ts";
 * import { tf } from "@lib/network/tensorflow.ts";
 * import { assertAlmostEquals } from "@lib/std/assert.ts";
 *
 * const zeros = { weights: tf.zeros([1]), mean: tf.zeros([1]), square: tf.zeros([1]) };
 * const { weights } = tensorAdamStep(zeros, tf.tensor1d([7]), adamRate(1, 0.01));
 * assertAlmostEquals(weights.dataSync()[0]!, -0.01, 1e-6); // the first step is as long as the rate
 * ```
 */
export function tensorAdamStep(
  before: Moments<tf.Tensor>,
  gradient: tf.Tensor,
  rate: number,
): Moments<tf.Tensor> {
  const tensors: Arithmetic<tf.Tensor> = {
    number: (value) => tf.scalar(value),
    plus: (one, other) => one.add(other),
    minus: (one, other) => one.sub(other),
    times: (one, other) => one.mul(other),
    over: (one, other) => one.div(other),
    root: (value) => value.sqrt(),
  };
  return tf.tidy(() => ({ ...adamStep(tensors, before, gradient, tf.scalar(rate)) }));
}

/**
 * The same step, as nodes of a graph.
 *
 * @param graph Gets the nodes.
 * @param before Weights and means.
 * @param gradient Of the loss.
 * @param rate From {@link adamRate}.
 * @returns The new weights and means.
 */
export function addAdamStep(
  graph: Graph,
  before: Moments<Ref>,
  gradient: Ref,
  rate: Ref,
): Moments<Ref> {
  const by = (operation: string) => (one: Ref, other: Ref): Ref =>
    graph.node(operation, [one, other]);
  const nodes: Arithmetic<Ref> = {
    number: (value) => graph.constant(value),
    ...{ plus: by("AddV2"), minus: by("Sub"), times: by("Mul"), over: by("RealDiv") },
    root: (value) => graph.node("Sqrt", [value]),
  };
  return adamStep(nodes, before, gradient, rate);
}
