import { toBytes } from "@lib/attack/colour.ts";
import { numbersOf } from "@lib/network/numbers.ts";
import { tf } from "@lib/network/tensorflow.ts";
import type { Random } from "@lib/random.ts";

/** Numbers that a pattern is made from, as many as Salem et al. have. */
const NOISE = 100;
/** Units of both hidden layers, as theirs. */
const UNITS = 128;
/** So many patterns at once. */
const BATCH = 64;

/**
 * Makes an untrained generator of square patterns from noise after Salem et al. (Dynamic Backdoor Attacks,
 * 2020), without the dropout that theirs has.
 *
 * @param numbers In a pattern: side × side × channels.
 * @param seed Of the initial weights.
 * @returns From noise, [N, 100], 0–1, to patterns, [N, numbers], 0–1. The caller disposes it.
 * @example
 * ```ts
 * import { noiseGenerator } from "@lib/attack/noise_generator.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * assertEquals(noiseGenerator(75, 1).outputShape, [null, 75]);
 * ```
 */
export function noiseGenerator(numbers: number, seed: number): tf.Sequential {
  const layers = ([[UNITS, "relu"], [UNITS, "relu"], [numbers, "sigmoid"]] as const)
    .map(([units, activation], index) =>
      tf.layers.dense({
        ...(index === 0 ? { inputShape: [NOISE] } : {}),
        ...{ units, activation },
        kernelInitializer: tf.initializers.glorotUniform({ seed: 100 * seed + index }),
      })
    );
  return tf.sequential({ layers });
}

/**
 * Noise for a pattern.
 *
 * @param random Where it comes from.
 * @returns 100 numbers, 0–1.
 */
export function noiseFrom(random: Random): Float32Array {
  return Float32Array.from({ length: NOISE }, random);
}

/**
 * The patterns that a generator makes, always as many at once, so that the same noise gives the same.
 *
 * @param generator From noise to patterns.
 * @param noise Of each pattern.
 * @returns One pattern each, in levels, 0–255.
 */
export function patternsFrom(
  generator: tf.LayersModel,
  noise: readonly Float32Array[],
): Uint8Array[] {
  const patterns: Uint8Array[] = [];
  for (let start = 0; start < noise.length; start += BATCH) {
    const some = noise.slice(start, start + BATCH);
    const filled = new Float32Array(BATCH * NOISE);
    some.forEach((each, index) => filled.set(each, index * NOISE));
    const [made] = numbersOf(() => {
      const patterns = generator.apply(tf.tensor2d(filled, [BATCH, NOISE])) as tf.Tensor;
      return [patterns.mul(255)];
    });
    const levels = toBytes(made);
    const each = levels.length / BATCH;
    patterns.push(...some.map((_, index) => levels.subarray(index * each, (index + 1) * each)));
  }
  return patterns;
}
