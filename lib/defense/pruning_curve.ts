import { type LastActivations, lastBlock } from "@lib/defense/activations.ts";
import { accuracy, attackSuccessRate } from "@lib/network/evaluate.ts";
import { tf } from "@lib/network/tensorflow.ts";

/** A set of images as the pruning loop sees it. */
export interface MeasuredSet {
  activations: LastActivations;
  /** True classes. */
  labels: Uint8Array;
}

/** The sets of the paper's defense (section 3.2), each split in validation and test. */
export interface DefenseSets {
  cleanValidation: MeasuredSet;
  cleanTest: MeasuredSet;
  /** Triggered images whose true class is not the target. */
  badValidation: MeasuredSet;
  badTest: MeasuredSet;
}

/** Rates after 0, 1, … all channels were pruned; shares from 0 to 1. */
export interface PruningCurve {
  /** The channels in the order they were pruned. */
  order: readonly number[];
  /** Accuracy on clean validation, which decides when to stop. */
  validationAccuracy: number[];
  /** Accuracy on clean test. */
  cleanAccuracy: number[];
  /** Attack success rate on bad validation. */
  validationAttackSuccess: number[];
  /** Attack success rate on bad test. */
  attackSuccess: number[];
}

/**
 * Prunes channels of the last convolution one by one and measures after each (paper, section 3.2 and
 * Figure 7), without another forward pass.
 *
 * Behind the last convolution each channel goes alone through activation, normalisation and pooling, and
 * the dense layer adds the channels up. So pruning one replaces its contribution to the logits by a
 * constant: what a channel of zeros contributes.
 *
 * @param network The attacked network.
 * @param sets What it said of the four sets.
 * @param order Channels, first to be pruned first.
 * @param target The attacker's class.
 * @returns 1 + `order.length` values a rate.
 * @throws {Error} If the order names a channel twice or one that is not there.
 * @example
 * ```ts ignore
 * const curve = pruningCurve(network, sets, CLEAN_ASCENDING.order(means), 10);
 * ```
 */
export function pruningCurve(
  network: tf.LayersModel,
  sets: DefenseSets,
  order: readonly number[],
  target: number,
): PruningCurve {
  const clean = ({ activations, labels }: MeasuredSet): number[] =>
    Array.from(pruningSteps(network, activations, order), (found) => accuracy(found, labels));
  const bad = ({ activations, labels }: MeasuredSet): number[] =>
    Array.from(
      pruningSteps(network, activations, order),
      (found) => attackSuccessRate(found, labels, target),
    );
  return {
    order,
    validationAccuracy: clean(sets.cleanValidation),
    cleanAccuracy: clean(sets.cleanTest),
    validationAttackSuccess: bad(sets.badValidation),
    attackSuccess: bad(sets.badTest),
  };
}

/**
 * The classes a network gives images while its channels are pruned one by one.
 *
 * @param network The attacked network.
 * @param activations What its last block said of N images.
 * @param order Channels, first to be pruned first.
 * @yields N class indices, before the first and after each channel.
 * @throws {Error} If the order names a channel twice or one that is not there.
 * @example
 * ```ts
 * import { lastActivations } from "@lib/defense/activations.ts";
 * import { pruningSteps } from "@lib/defense/pruning_curve.ts";
 * import { paperCnn } from "@lib/network/paper_cnn.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const network = paperCnn(43, 1);
 * const activations = await lastActivations(network, new Uint8Array(5 * 3072));
 * const steps = [...pruningSteps(network, activations, [7, 3])];
 * assertEquals(steps.map((classes) => classes.length), [5, 5, 5]);
 * ```
 */
export function* pruningSteps(
  network: tf.LayersModel,
  activations: LastActivations,
  order: readonly number[],
): Generator<Uint8Array> {
  const { pooled, images, positions } = activations;
  const block = lastBlock(network);
  const constants = prunedConstants(block.normalization);
  requireOrder(order, constants.length);
  const [kernel, bias] = block.dense.getWeights() as [tf.Tensor2D, tf.Tensor1D];
  const classes = bias.size;
  // row p · channels + c of the dense kernel belongs to channel c at position p
  const rows = kernel.reshape<tf.Tensor3D>([positions, constants.length, classes]);
  const contribution = (channel: number): tf.Tensor2D =>
    tf.matMul(
      tf.tensor2d(
        pooled.subarray(channel * images * positions, (channel + 1) * images * positions),
        [images, positions],
      ),
      rows.slice([0, channel, 0], [positions, 1, classes]).reshape([positions, classes]),
    );
  const constantContribution = (channel: number): tf.Tensor =>
    rows.slice([0, channel, 0], [positions, 1, classes]).sum([0, 1]).mul(constants[channel]!);
  const predicted = (logits: tf.Tensor2D): Uint8Array =>
    tf.tidy(() => Uint8Array.from(logits.argMax(1).dataSync()));

  let logits = tf.tidy(() => {
    let sum: tf.Tensor2D = bias.tile([images]).reshape([images, classes]);
    for (let channel = 0; channel < constants.length; channel++) {
      sum = sum.add(contribution(channel));
    }
    return sum;
  });
  try {
    yield predicted(logits);
    for (const channel of order) {
      const pruned = tf.tidy(() =>
        logits.sub(contribution(channel)).add<tf.Tensor2D>(constantContribution(channel))
      );
      logits.dispose();
      logits = pruned;
      yield predicted(logits);
    }
  } finally {
    tf.dispose([logits, rows]);
  }
}

/** What batch normalisation makes of a channel of zeros, which ELU and pooling leave as they are. */
function prunedConstants(normalization: tf.layers.Layer): Float64Array {
  const [gamma, beta, mean, variance] = normalization.getWeights().map((each) => each.dataSync());
  const { epsilon } = normalization.getConfig() as { epsilon: number };
  return Float64Array.from(
    gamma!,
    (scale, c) => beta![c]! - scale * mean![c]! / Math.sqrt(variance![c]! + epsilon),
  );
}

function requireOrder(order: readonly number[], channels: number): void {
  const stray = order.find((channel, index) =>
    !(Number.isInteger(channel) && channel >= 0 && channel < channels) ||
    order.indexOf(channel) !== index
  );
  if (stray !== undefined) {
    throw new Error(`Expected each channel of 0–${channels - 1} at most once but found ${stray}`);
  }
}
