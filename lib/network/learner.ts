import { adamRate, tensorAdamStep } from "@lib/network/adam.ts";
import { disposeNetwork } from "@lib/network/copy_network.ts";
import type { NamedArrays } from "@lib/network/safetensors.ts";
import { tf } from "@lib/network/tensorflow.ts";
import { startingState, type TrainingState, writeState } from "@lib/network/training_state.ts";

/** A small network in training by losses of its own, such as a generator of triggers. */
export interface Learner {
  /** Without moving statistics. */
  readonly model: tf.LayersModel;
  /** Follows the model's weights. */
  state: TrainingState;
}

/**
 * Puts a network in training.
 *
 * @param model Its weights will be changed.
 * @returns The learner, which {@link disposeLearner} frees with its model.
 */
export function newLearner(model: tf.LayersModel): Learner {
  return { model, state: startingState(model) };
}

/**
 * One step of Adam, by tfjs's own gradients.
 *
 * @param learner Its state and its model's weights are changed.
 * @param lossOf The loss, with the model's weights as they are.
 * @param learningRate Of the step.
 * @returns The loss before the step.
 * @throws {Error} If the loss is no number.
 * @example
 * ```ts
 * import { disposeLearner, learn, newLearner } from "@lib/network/learner.ts";
 * import { tf } from "@lib/network/tensorflow.ts";
 * import { assert } from "@lib/std/assert.ts";
 *
 * const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2] })] });
 * const learner = newLearner(model);
 * const lossOf = () => (model.apply(tf.ones([1, 2])) as tf.Tensor).sub(5).square().asScalar();
 * const [first, second] = [learn(learner, lossOf, 0.1), learn(learner, lossOf, 0.1)];
 * assert(second < first);
 * disposeLearner(learner);
 * ```
 */
export function learn(learner: Learner, lossOf: () => tf.Scalar, learningRate: number): number {
  const { model, state } = learner;
  const step = state.step + 1;
  const { loss, ...moments } = tf.tidy(() => {
    const variables = model.trainableWeights.map((weight) => weight.read() as tf.Variable);
    const { value, grads } = tf.variableGrads(lossOf, variables);
    const gradient = tf.concat(variables.map((variable) => grads[variable.name]!.flatten()));
    return { loss: value, ...tensorAdamStep(state, gradient, adamRate(step, learningRate)) };
  });
  const [found] = loss.dataSync();
  tf.dispose([loss, state.weights, state.mean, state.square]);
  learner.state = { ...state, ...moments, step };
  writeState(model, learner.state);
  if (Number.isFinite(found)) return found!;
  throw new Error(`Expected a finite loss but found ${found} in step ${step}`);
}

/**
 * A learner as arrays, for a checkpoint.
 *
 * @param learner Left as it is.
 * @param name Of the learner, before the names of the arrays.
 * @returns Its weights, Adam's means, and the number of steps.
 */
export function learnerArrays({ state }: Learner, name: string): NamedArrays["arrays"] {
  const values = { ...state, step: [state.step] };
  return Object.fromEntries(
    (["weights", "mean", "square", "step"] as const).map((part) => {
      const value = values[part];
      const numbers = Array.isArray(value) ? value : value.dataSync<"float32">();
      const own = Float32Array.from(numbers);
      return [`${name}/${part}`, { shape: [own.length], values: own }];
    }),
  );
}

/**
 * Sets learners to where {@link learnerArrays} found them: all, or none if an array is not right.
 *
 * @param learners By their names; their states and their models' weights are changed.
 * @param arrays A checkpoint's.
 * @throws {Error} If an array is missing or of another length.
 */
export function restoreLearners(
  learners: Record<string, Learner>,
  arrays: NamedArrays["arrays"],
): void {
  const sets = Object.entries(learners).map(([name, learner]) => restoring(learner, name, arrays));
  for (const set of sets) set();
}

/** What sets a learner, once its arrays have been found right. */
function restoring(learner: Learner, name: string, arrays: NamedArrays["arrays"]): () => void {
  const { state } = learner;
  const [length] = state.weights.shape;
  const pick = (part: string, expected: number): Float32Array => {
    const found = arrays[`${name}/${part}`];
    if (found?.values.length === expected) return found.values;
    const size = found?.values.length ?? "none";
    throw new Error(`Expected ${expected} numbers as ${name}/${part} but found ${size}`);
  };
  const [weights, mean, square] = ["weights", "mean", "square"]
    .map((part) => pick(part, length!));
  const [step] = pick("step", 1);
  return () => {
    tf.dispose([state.weights, state.mean, state.square]);
    learner.state = {
      ...state,
      ...{ weights: tf.tensor(weights!), mean: tf.tensor(mean!), square: tf.tensor(square!) },
      step: step!,
    };
    writeState(learner.model, learner.state);
  };
}

/**
 * A learner's weights end to end, to keep.
 *
 * @param learner Left as it is.
 * @returns One array, which {@link filledModel} takes.
 */
export function learnerWeights({ state }: Learner): NamedArrays["arrays"][string] {
  const values = state.weights.dataSync<"float32">();
  return { shape: [values.length], values };
}

/**
 * A model with weights that a learner had.
 *
 * @param model A new one of the same kind; without moving statistics.
 * @param weights As {@link learnerWeights} gave them.
 * @returns The same model.
 * @throws {Error} If there are not as many weights as the model has, which is then disposed.
 */
export function filledModel<Model extends tf.LayersModel>(
  model: Model,
  weights: Float32Array,
): Model {
  const expected = model.countParams();
  if (weights.length !== expected) {
    model.dispose();
    throw new Error(`Expected ${expected} weights of a generator but found ${weights.length}`);
  }
  const all = tf.tensor(weights);
  writeState(model, { step: 0, weights: all, mean: all, square: all, moving: all });
  all.dispose();
  return model;
}

/** Frees a learner and its model. */
export function disposeLearner({ model, state }: Learner): void {
  tf.dispose({ ...state });
  disposeNetwork(model);
}
