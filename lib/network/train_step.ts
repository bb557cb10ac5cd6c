import type { LabelledImages } from "@lib/data/images.ts";
import { graphStep } from "@lib/network/graph_step.ts";
import { hasGraph } from "@lib/network/layer_nodes.ts";
import { plainStep } from "@lib/network/plain_step.ts";
import type { tf } from "@lib/network/tensorflow.ts";
import type { TrainingState } from "@lib/network/training_state.ts";

/**
 * One step of training, as a pure function: forward and backward pass in training mode, then Adam.
 *
 * It takes the state before the step, the batch and the step's learning rate, and gives the state after
 * it and the batch's mean cross-entropy (a scalar, in nats). It disposes nothing of the caller's; the
 * caller disposes what it gets.
 */
export type TrainStep = (
  state: TrainingState,
  batch: Omit<LabelledImages, "classNames">,
  learningRate: number,
) => { state: TrainingState; loss: tf.Tensor };

/** What stays the same from step to step. */
export interface StepSettings {
  /** Of the dropout masks, together with the step's number. */
  seed: number;
  /** L2 penalty on convolution kernels. */
  weightDecay: number;
}

/**
 * The step of a network: one TensorFlow graph where that is possible, else tfjs's own layers.
 *
 * @param network A sequential network that ends in logits.
 * @param settings Seed and weight decay.
 * @example
 * ```ts
 * import { PAPER_SIZE } from "@lib/data/images.ts";
 * import { paperCnn } from "@lib/network/paper_cnn.ts";
 * import { startingState } from "@lib/network/training_state.ts";
 * import { trainStep } from "@lib/network/train_step.ts";
 * import { assert } from "@lib/std/assert.ts";
 *
 * const network = paperCnn(43, 1);
 * const step = trainStep(network, { seed: 1, weightDecay: 0 });
 * const pixels = Uint8Array.from({ length: 2 * 3072 }, (_, index) => index % 251);
 * const batch = { ...PAPER_SIZE, pixels, labels: Int32Array.of(3, 4) };
 * const first = step(startingState(network), batch, 0.0005);
 * const second = step(first.state, batch, 0.0005);
 * assert(second.loss.dataSync()[0]! < first.loss.dataSync()[0]!);
 * ```
 */
export function trainStep(network: tf.Sequential, settings: StepSettings): TrainStep {
  return hasGraph(network) ? graphStep(network, settings) : plainStep(network, settings);
}
