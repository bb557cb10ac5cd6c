import { tf } from "@lib/network/tensorflow.ts";

/** What each channel of a layer did, over all images and positions; one value a channel. */
export interface ChannelStatistics {
  /** Mean activation, signed: ELU reaches down to −1 (the paper's, section 3.2). */
  mean: Float64Array;
  /** Mean of the absolute values. */
  absolute: Float64Array;
  /** Mean of the positive part: what ReLU would let through. */
  positive: Float64Array;
  /** Share of the values above 0: the paper's "number of activations" (section 4), as a share. */
  active: Float64Array;
}

/** Adds up a layer's values batch by batch. */
export interface StatisticsSum {
  /** Takes a batch of shape [images, height, width, channels]; the caller disposes it. */
  add(values: tf.Tensor): void;
  /** Over all that was added. */
  statistics(): ChannelStatistics;
}

/**
 * Begins a sum over batches.
 *
 * @param channels How many.
 * @returns An empty sum.
 * @example
 * ```ts
 * import { statisticsSum } from "@lib/pruning/channel_statistics.ts";
 * import { tf } from "@lib/network/tensorflow.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const sum = statisticsSum(2);
 * sum.add(tf.tensor4d([-1, 4, 3, 2], [1, 1, 2, 2]));
 * const { mean, absolute, positive, active } = sum.statistics();
 * assertEquals([...mean, ...absolute], [1, 3, 2, 3]);
 * assertEquals([...positive, ...active], [1.5, 3, 0.5, 1]);
 * ```
 */
export function statisticsSum(channels: number): StatisticsSum {
  const sums = Array.from({ length: 4 }, () => new Float64Array(channels));
  let count = 0;
  return {
    add(values: tf.Tensor): void {
      const axes = values.shape.map((_, axis) => axis).slice(0, -1);
      const positions = values.size / channels;
      const means = tf.tidy(() =>
        [values, values.abs(), values.relu(), values.greater(0)].map((each) =>
          each.mean(axes).dataSync<"float32">()
        )
      );
      sums.forEach((sum, index) => {
        means[index]!.forEach((mean, channel) => sum[channel]! += mean * positions);
      });
      count += positions;
    },
    statistics(): ChannelStatistics {
      const [mean, absolute, positive, active] = sums.map((sum) => sum.map((each) => each / count));
      return { mean: mean!, absolute: absolute!, positive: positive!, active: active! };
    },
  };
}
