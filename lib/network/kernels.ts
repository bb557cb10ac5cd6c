import { tf } from "@lib/network/tensorflow.ts";

/** A TensorFlow attribute by kind: `type("T", "float32")`, `ints("strides", [1, 1, 1, 1])` … */
export interface Attribute {
  name: string;
  type: number;
  value: unknown;
}

/** The part of the native backend that runs any TensorFlow operation by its name. */
interface NativeBackend {
  binding: Record<
    "TF_ATTR_TYPE" | "TF_ATTR_INT" | "TF_ATTR_FLOAT" | "TF_ATTR_BOOL" | "TF_ATTR_STRING",
    number
  >;
  getDTypeInteger(type: tf.DataType): number;
  executeMultipleOutputs(
    name: string,
    attributes: Attribute[],
    inputs: tf.Tensor[],
    outputs: number,
  ): tf.Tensor[];
}

const native = (): NativeBackend => tf.backend() as unknown as NativeBackend;

/** An attribute that names a type of values. */
export const type = (name: string, value: tf.DataType): Attribute => ({
  name,
  type: native().binding.TF_ATTR_TYPE,
  value: native().getDTypeInteger(value),
});

/** A list of whole numbers. */
export const ints = (name: string, value: number[]): Attribute => ({
  name,
  type: native().binding.TF_ATTR_INT,
  value,
});

/** A real number. */
export const float = (name: string, value: number): Attribute => ({
  name,
  type: native().binding.TF_ATTR_FLOAT,
  value,
});

/** A truth value. */
export const bool = (name: string, value: boolean): Attribute => ({
  name,
  type: native().binding.TF_ATTR_BOOL,
  value,
});

/** A word. */
export const text = (name: string, value: string): Attribute => ({
  name,
  type: native().binding.TF_ATTR_STRING,
  value,
});

/**
 * Runs one of TensorFlow's own operations, among them the fused ones that tfjs composes from many small
 * steps: batch normalisation and its gradient are one kernel each here.
 *
 * @param name As in TensorFlow's list of raw operations, such as "FusedBatchNormV3".
 * @param inputs The caller's; they are not disposed.
 * @param attributes What the operation needs besides `T` = float32, which is always there.
 * @param outputs How many tensors the operation gives.
 * @returns The outputs; the caller disposes them.
 * @throws {Error} TensorFlow's own, if the inputs do not fit the operation.
 * @example
 * ```ts
 * import { runKernel } from "@lib/network/kernels.ts";
 * import { tf } from "@lib/network/tensorflow.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const [root] = runKernel("Sqrt", [tf.tensor([4, 9])]);
 * assertEquals([...root!.dataSync()], [2, 3]);
 * ```
 */
export function runKernel(
  name: string,
  inputs: tf.Tensor[],
  attributes: Attribute[] = [],
  outputs = 1,
): tf.Tensor[] {
  return native().executeMultipleOutputs(
    name,
    [type("T", "float32"), ...attributes],
    inputs,
    outputs,
  );
}
