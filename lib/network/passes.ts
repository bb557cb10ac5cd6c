/**
 * What an engine's functions take and give.
 *
 * @module
 */
import type { Images, LabelledImages } from "@lib/data/images.ts";
import type { tf } from "@lib/network/tensorflow.ts";
import type { TrainingState } from "@lib/network/training_state.ts";

/** From images to the outputs of chosen layers. */
export type Forward = (images: Images) => tf.Tensor[];

/** What a network says of images and where it would have them go. */
export interface ImageGradient {
  /** Cross-entropy of each image towards its label, in nats; shape [N]. */
  losses: tf.Tensor1D;
  /** Shape [N, classes]. */
  logits: tf.Tensor2D;
  /** Of each image's loss by its pixels; shape [N, height, width, channels]. */
  gradient: tf.Tensor4D;
}

/**
 * From images, [N, height, width, channels] from 0 to 1, and one class index each, int32 [N], to losses and
 * gradients. Disposes nothing of the caller's; the caller disposes what it gets.
 */
export type ImageGradientOf = (images: tf.Tensor4D, labels: tf.Tensor1D) => ImageGradient;

/**
 * One step of training, as a pure function: forward and backward pass in training mode, then Adam. It
 * takes the state before the step, the batch and the step's learning rate, and gives the state after it
 * and the batch's mean cross-entropy (a scalar, in nats). It disposes nothing of the caller's; the caller
 * disposes what it gets.
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
