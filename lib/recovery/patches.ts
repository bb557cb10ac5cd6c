import { tf } from "@lib/network/tensorflow.ts";

/**
 * A convolution as one matrix product: what each place of its output sees of its input, times
 * {@link filtersOf}.
 *
 * @param convolution Conv2D of any stride, padding and dilation.
 * @param inputs Shape [N, height, width, channels].
 * @returns The patches in the order of the kernel, with a 1 for the bias if there is one; shape [N × places,
 * n]. The caller disposes it.
 * @example
 * ```ts
 * import { paperCnn } from "@lib/network/paper_cnn.ts";
 * import { tf } from "@lib/network/tensorflow.ts";
 * import { filtersOf, patchesOf } from "@lib/recovery/patches.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const first = paperCnn(43, 1).getLayer("conv2d");
 * const patches = patchesOf(first, tf.zeros([2, 32, 32, 3]));
 * assertEquals(patches.shape, [2 * 32 * 32, 3 * 3 * 3 + 1]);
 * assertEquals(patches.matMul(filtersOf(first)).shape, [2 * 32 * 32, 32]);
 * ```
 */
export function patchesOf(convolution: tf.layers.Layer, inputs: tf.Tensor4D): tf.Tensor2D {
  const { kernelSize, strides, dilationRate, padding, useBias } = convolution
    .getConfig() as unknown as Config;
  const [count, height, width, channels] = inputs.shape;
  const outputs = (convolution.outputShape as number[]).slice(1, 3);
  // how far a kernel's place moves over the input, and what lies around the input
  const reach = outputs.map((places, axis) => (places - 1) * strides[axis]! + 1);
  const margins = [height, width].map((side, axis) => {
    const whole = reach[axis]! + (kernelSize[axis]! - 1) * dilationRate[axis]!;
    const margin = padding === "same" ? Math.max(0, whole - side) : 0;
    return [Math.floor(margin / 2), Math.ceil(margin / 2)] as [number, number];
  });
  return tf.tidy(() => {
    const padded = tf.pad(inputs, [[0, 0], ...margins, [0, 0]]);
    const parts = Array.from({ length: kernelSize[0]! * kernelSize[1]! }, (_, place) => {
      const top = Math.floor(place / kernelSize[1]!) * dilationRate[0]!;
      const left = place % kernelSize[1]! * dilationRate[1]!;
      const end = [count, top + reach[0]!, left + reach[1]!, channels];
      return padded.stridedSlice([0, top, left, 0], end, [1, ...strides, 1]);
    });
    const patches = tf.concat(parts, 3).reshape([-1, parts.length * channels]) as tf.Tensor2D;
    return useBias ? tf.concat([patches, tf.ones([patches.shape[0], 1])], 1) : patches;
  });
}

interface Config {
  kernelSize: number[];
  strides: number[];
  dilationRate: number[];
  padding: string;
  useBias: boolean;
}

/**
 * A convolution's filters as a matrix.
 *
 * @param convolution Conv2D.
 * @returns Shape [n, channels]; the last row is the bias, if there is one. The caller disposes it.
 * @example See {@link patchesOf}.
 */
export function filtersOf(convolution: tf.layers.Layer): tf.Tensor2D {
  const channels = (convolution.outputShape as number[]).at(-1)!;
  return tf.tidy(() =>
    tf.concat(convolution.getWeights().map((weight) => weight.reshape([-1, channels])))
  );
}

/**
 * The way back.
 *
 * @param convolution Gets the filters.
 * @param filters As {@link filtersOf} gives them; they stay the caller's.
 */
export function setFilters(convolution: tf.layers.Layer, filters: tf.Tensor2D): void {
  tf.tidy(() => {
    const shapes = convolution.getWeights().map(({ shape }) => shape);
    const sizes = shapes.map((shape) => shape.slice(0, -1).reduce((a, b) => a * b, 1));
    const parts = tf.split(filters, sizes);
    convolution.setWeights(parts.map((part, index) => part.reshape(shapes[index]!)));
  });
}
