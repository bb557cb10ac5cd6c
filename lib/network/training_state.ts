import { tf } from "@lib/network/tensorflow.ts";

/** What is known after an epoch. */
export interface EpochRecord {
  /** From 1. */
  epoch: number;
  /** Mean cross-entropy over the epoch's steps, in nats. */
  loss: number;
  /** Of the epoch, in seconds. */
  seconds: number;
  /** What `evaluate` gave, such as accuracy on validation images. */
  rates: Record<string, number>;
}

/** All that a step of training changes. Weights are laid end to end, in the network's order. */
export interface TrainingState {
  /** Steps taken. */
  step: number;
  /** Trainable weights; shape [376011] for the paper's network, as are Adam's two. */
  weights: tf.Tensor;
  /** Adam's running mean of the gradient. */
  mean: tf.Tensor;
  /** Adam's running mean of the squared gradient. */
  square: tf.Tensor;
  /** Moving statistics of batch normalisation; shape [896] for the paper's network. */
  moving: tf.Tensor;
}

/**
 * The state of a network before its first step.
 *
 * @param network Whose weights are copied.
 * @returns The state; the caller disposes it.
 * @example
 * ```ts
 * import { paperCnn } from "@lib/network/paper_cnn.ts";
 * import { startingState } from "@lib/network/training_state.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const { weights, moving } = startingState(paperCnn(43, 1));
 * assertEquals([weights.shape, moving.shape], [[376_011], [896]]);
 * ```
 */
export function startingState(network: tf.LayersModel): TrainingState {
  const weights = laidOut(network.trainableWeights);
  const moving = laidOut(network.nonTrainableWeights);
  return { step: 0, weights, mean: tf.zerosLike(weights), square: tf.zerosLike(weights), moving };
}

/**
 * Writes a state's weights into the network that it is of.
 *
 * @param network Its weights are changed.
 * @param state Not disposed.
 * @example
 * ```ts
 * import { paperCnn } from "@lib/network/paper_cnn.ts";
 * import { startingState, writeState } from "@lib/network/training_state.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const [one, other] = [paperCnn(43, 1), paperCnn(43, 2)];
 * writeState(other, startingState(one));
 * assertEquals(other.getWeights()[0]!.dataSync(), one.getWeights()[0]!.dataSync());
 * ```
 */
export function writeState(network: tf.LayersModel, state: TrainingState): void {
  const write = (variables: tf.LayerVariable[], values: tf.Tensor): void => {
    if (variables.length === 0) return;
    tf.split(values, variables.map(lengthOf)).forEach((part, index) =>
      variables[index]!.write(part.reshape(variables[index]!.shape as number[]))
    );
  };
  tf.tidy(() => {
    write(network.trainableWeights, state.weights);
    write(network.nonTrainableWeights, state.moving);
  });
}

/** Values of weights, end to end; a tensor of the caller's. */
export function laidOut(weights: tf.LayerVariable[]): tf.Tensor {
  return tf.tidy(() =>
    tf.concat([tf.tensor1d([]), ...weights.map((each) => each.read().flatten())])
  );
}

/** How many numbers a weight has. */
export const lengthOf = ({ shape }: tf.LayerVariable): number =>
  tf.util.sizeFromShape(shape as number[]);
