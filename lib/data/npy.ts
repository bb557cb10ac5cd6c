/** An array of NumPy. */
export interface NpyArray {
  shape: number[];
  /** Row-major. */
  values: Uint8Array | Int32Array;
}

/** The types that are read, by NumPy's name: bytes as they are, other whole numbers as int32. */
const READ: Record<string, (view: DataView, at: number) => number> = {
  "|i1": (view, at) => view.getInt8(at),
  "<i2": (view, at) => view.getInt16(at, true),
  "<u2": (view, at) => view.getUint16(at, true),
  "<i4": (view, at) => view.getInt32(at, true),
  "<u4": (view, at) => view.getUint32(at, true),
  "<i8": (view, at) => Number(view.getBigInt64(at, true)),
  "<u8": (view, at) => Number(view.getBigUint64(at, true)),
};

/**
 * Reads an array of whole numbers in NumPy's format (NEP 1). Pickled objects, which could run code, are not
 * read.
 *
 * @param bytes The file's content.
 * @param name What to call it in an error.
 * @returns The array.
 * @throws {Error} If it is no such array, of another type, in column order, or cut short.
 * @example
 * ```ts
 * import { readNpy } from "@lib/data/npy.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const header = "{'descr': '|u1', 'fortran_order': False, 'shape': (2,), }\n";
 * const start = [0x93, ...new TextEncoder().encode("NUMPY"), 1, 0, header.length, 0];
 * const file = Uint8Array.of(...start, ...new TextEncoder().encode(header), 7, 8);
 * assertEquals(readNpy(file, "two.npy"), { shape: [2], values: Uint8Array.of(7, 8) });
 * ```
 */
export function readNpy(bytes: Uint8Array, name: string): NpyArray {
  const refuse = (expected: string, found: unknown): never => {
    throw new Error(`Expected ${expected} but found ${found} in ${name}`);
  };
  const magic = String.fromCharCode(...bytes.subarray(0, 6));
  if (magic !== "\x93NUMPY" || bytes.length < 12) refuse("an array of NumPy", "none");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const isFirst = bytes[6] === 1;
  const start = isFirst ? 10 : 12;
  const end = start + (isFirst ? view.getUint16(8, true) : view.getUint32(8, true));
  const header = new TextDecoder().decode(bytes.subarray(start, end));
  const [, type = "none"] = /'descr': '([^']*)'/.exec(header) ?? [];
  const [, list] = /'shape': \(([\d, ]*)\)/.exec(header) ?? [];
  if (list === undefined) refuse("a shape", `"${header.trim().slice(0, 80)}"`);
  if (!/'fortran_order': False/.test(header)) refuse("row-major order", "column order");
  const shape = list!.split(",").map((text) => text.trim()).filter(Boolean).map(Number);
  const size = type === "|u1" ? 1 : Number(type.at(-1));
  const read = READ[type];
  if (type !== "|u1" && read === undefined) refuse("whole numbers, as uint8", `type ${type}`);
  const count = shape.reduce((product, length) => product * length, 1);
  if (bytes.length - end !== count * size) {
    refuse(`${count * size} bytes for ${type} of [${shape}]`, Math.max(0, bytes.length - end));
  }
  if (read === undefined) return { shape, values: bytes.subarray(end) };
  const values = Int32Array.from({ length: count }, (_, index) => read(view, end + index * size));
  return { shape, values };
}
