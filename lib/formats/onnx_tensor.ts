import type { TensorProto } from "@lib/formats/onnx_proto.ts";
import type { Numbers } from "@lib/formats/weights.ts";

/** ONNX's numbers of the types that are read, and how their raw bytes are to be taken. */
const TYPES = {
  1: Float32Array,
  6: Int32Array,
  7: BigInt64Array,
  10: Float16Array,
  11: Float64Array,
} as const;
const INT64 = 7;

/**
 * A tensor's shape and values.
 *
 * @param tensor With its values inside the file.
 * @param where The file's name, for errors.
 * @throws {Error} If its numbers are of another type, or not as many as its shape says.
 */
export function numbersOf(tensor: TensorProto, where: string): Numbers {
  const { dims, dataType, rawData, floatData, int64Data, doubleData, name } = tensor;
  const shape = dims.map(Number);
  const OfType = TYPES[dataType as keyof typeof TYPES];
  if (OfType === undefined) {
    throw new Error(`Expected numbers but found type ${dataType} of "${name}" in ${where}`);
  }
  const given = [floatData, doubleData, int64Data].find((list) => list.length > 0) ?? [];
  // whose bytes may begin anywhere
  const raw = rawData.length % OfType.BYTES_PER_ELEMENT === 0 ? rawData.slice().buffer : undefined;
  const listed: ArrayLike<number | bigint> = rawData.length > 0 && raw ? new OfType(raw) : given;
  const values = Float32Array.from(listed, Number);
  const count = shape.reduce((product, size) => product * size, 1);
  if (values.length !== count) {
    throw new Error(
      `Expected ${count} numbers but found ${values.length} of "${name}" in ${where}`,
    );
  }
  return { shape, values };
}

/** Whether a tensor has floating-point numbers. */
export const isFloating = ({ dataType }: TensorProto): boolean =>
  dataType in TYPES && dataType !== 6 && dataType !== INT64;

/** Sets a floating-point tensor's values, in its own precision. */
export function setNumbers(tensor: TensorProto, values: Float32Array): void {
  const OfType = TYPES[tensor.dataType as 1 | 10 | 11];
  tensor.rawData = new Uint8Array(OfType.from(values).buffer as ArrayBuffer);
  [tensor.floatData, tensor.doubleData] = [[], []];
}
