import { tf } from "@lib/network/tensorflow.ts";

/** Of stochastic gradient descent, in all peers that use it. */
const MOMENTUM = 0.9;

/** Values in descent, and how fast each moves. */
export interface Moving {
  values: tf.Tensor[];
  speeds: tf.Tensor[];
}

/**
 * Begins a descent.
 *
 * @param values Where; left as they are.
 * @returns Copies of them, at rest; the caller disposes them.
 */
export function atRest(values: readonly tf.Tensor[]): Moving {
  return tf.tidy(() => ({
    values: values.map((value) => value.clone()),
    speeds: values.map((value) => tf.zerosLike(value)),
  }));
}

/**
 * One step of gradient descent with momentum, or of ascent where the rate is below 0.
 *
 * @param before Disposed.
 * @param slopesAt The loss's slopes at given values.
 * @param rate Of the step.
 * @returns After the step; the caller disposes it.
 * @example
 * ```ts
 * import { tf } from "@lib/network/tensorflow.ts";
 * import { atRest, descended } from "@lib/peers/momentum.ts";
 * import { assertAlmostEquals } from "@lib/std/assert.ts";
 *
 * const steep = (values: readonly tf.Tensor[]) => values.map((value) => value.mul(2));
 * let moving = atRest([tf.scalar(1)]);
 * for (let step = 0; step < 2; step++) moving = descended(moving, steep, 0.1);
 * assertAlmostEquals(moving.values[0]!.dataSync()[0]!, 1 - 0.2 - (0.9 * 0.2 + 0.16), 1e-6);
 * ```
 */
export function descended(
  before: Moving,
  slopesAt: (values: readonly tf.Tensor[]) => tf.Tensor[],
  rate: number,
): Moving {
  const after = tf.tidy(() => {
    const slopes = slopesAt(before.values);
    const speeds = before.speeds.map((speed, index) => speed.mul(MOMENTUM).add(slopes[index]!));
    const values = before.values.map((value, index) => value.sub(speeds[index]!.mul(rate)));
    return { values, speeds };
  });
  tf.dispose([before.values, before.speeds]);
  return after;
}
