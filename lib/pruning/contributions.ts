/**
 * Orders by what a channel does to the logits of single images.
 *
 * @module
 */
import { channelWeights } from "@lib/pruning/channel_weights.ts";
import type { Evidence } from "@lib/pruning/evidence.ts";
import { descending, type Ranking } from "@lib/pruning/order.ts";
import type { MeasuredSet } from "@lib/pruning/evidence.ts";
import { tf } from "@lib/network/tensorflow.ts";

/**
 * First what speaks most for the target on triggered images and least for the true class on clean ones:
 * by mean contribution to target − true logit there, minus that to true − strongest other logit here.
 */
export const LOGIT_CONTRIBUTION_DESCENDING: Ranking = {
  name: "logit contribution descending",
  needs: "triggered images",
  order: ({ network, target, clean, backdoor }) => {
    const [forTarget, forTruth] = tf.tidy(() => {
      const { logits } = clean.activations;
      const classes = logits.shape[1];
      const hot = (labels: ArrayLike<number>): tf.Tensor2D =>
        tf.oneHot(Array.from(labels), classes).toFloat() as tf.Tensor2D;
      const truth = hot(clean.labels);
      const rival = hot(logits.sub(truth.mul(1e9)).argMax(1).dataSync());
      const attack = hot(backdoor.labels.map(() => target)).sub<tf.Tensor2D>(hot(backdoor.labels));
      return [
        meanContribution(network, backdoor, attack),
        meanContribution(network, clean, truth.sub(rival)),
      ];
    });
    return descending(forTarget!.map((value, channel) => value - forTruth![channel]!));
  },
};

/**
 * First what the trigger changes most, up or down: by mean absolute difference between an image's clean
 * and triggered values at the last pooling layer.
 */
export const TOTAL_CHANGE_DESCENDING: Ranking = {
  name: "total change descending",
  needs: "triggered images",
  order: (evidence) => descending(totalChange(evidence)),
};

/**
 * Mean absolute difference between the clean and the triggered values of the same images at the last
 * pooling layer.
 *
 * @param evidence Whose backdoor set holds the clean set's images of all classes but the target.
 * @returns One mean a channel.
 * @throws {Error} If the two sets are not of the same images.
 */
export function totalChange({ clean, backdoor, target }: Evidence): Float32Array {
  const pairs = [...clean.labels.keys()].filter((image) => clean.labels[image] !== target);
  const paired = pairs.length === backdoor.labels.length &&
    pairs.every((image, index) => clean.labels[image] === backdoor.labels[index]);
  if (!paired) {
    throw new Error(
      `Expected the ${pairs.length} clean images of other classes with the trigger but found ` +
        `${backdoor.labels.length} others`,
    );
  }
  return tf.tidy(() => {
    const before = tf.gather(clean.activations.pooled, tf.tensor1d(pairs, "int32"), 1);
    const change = backdoor.activations.pooled.sub(before).abs().mean([1, 2]);
    return change.dataSync<"float32">();
  });
}

/**
 * What each channel adds to the logits of some images beyond what it adds when it is pruned: pruning it
 * takes just this away.
 *
 * @param network One with a tail.
 * @param set What its tail said of N images.
 * @param images Which of them.
 * @returns Shape [channels, images, classes]; the caller disposes it.
 * @throws {Error} If the network has no tail.
 */
export function contributions(
  network: tf.LayersModel,
  { activations }: MeasuredSet,
  images: readonly number[],
): tf.Tensor3D {
  return tf.tidy(() => {
    const { rows, offsets } = channelWeights(network);
    const picked = tf.gather(activations.pooled, tf.tensor1d([...images], "int32"), 1);
    return tf.matMul(picked, rows).sub(offsets.expandDims(1));
  });
}

/**
 * The same in one direction of the logits, averaged over all images, without a value for each: the sums
 * over images go first.
 *
 * @param network One with a tail.
 * @param set What its tail said of N images.
 * @param directions One an image; shape [N, classes].
 * @returns One mean a channel.
 * @throws {Error} If the network has no tail.
 */
function meanContribution(
  network: tf.LayersModel,
  { activations }: MeasuredSet,
  directions: tf.Tensor2D,
): Float32Array {
  return tf.tidy(() => {
    const { rows, offsets } = channelWeights(network);
    const [channels, images, positions] = activations.pooled.shape;
    const flat = activations.pooled.transpose([0, 2, 1]).reshape<tf.Tensor2D>([-1, images]);
    const sums = tf.matMul(flat, directions).reshape([channels, positions, -1]);
    const active = sums.mul(rows).sum([1, 2]);
    const pruned = offsets.mul(directions.sum(0)).sum(1);
    return active.sub(pruned).div(images).dataSync<"float32">();
  });
}
