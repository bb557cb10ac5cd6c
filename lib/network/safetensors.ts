import { writeWhole } from "@lib/files.ts";

/** Named arrays of 32-bit floats with a table of words beside them. */
export interface NamedArrays {
  arrays: Record<string, { shape: number[]; values: Float32Array }>;
  metadata: Record<string, string>;
}

interface Entry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

/**
 * Writes arrays as a safetensors file, a format that Python and Rust read too: eight bytes of header
 * length, a JSON header, then the values. Whole or not at all.
 *
 * @param file Where to.
 * @param content Arrays and metadata.
 * @example
 * ```ts
 * import { readSafetensors, writeSafetensors } from "@lib/network/safetensors.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const file = `${await Deno.makeTempDir()}/two.safetensors`;
 * const content = {
 *   arrays: { bias: { shape: [2], values: Float32Array.of(1, 2) } },
 *   metadata: { epoch: "3" },
 * };
 * await writeSafetensors(file, content);
 * assertEquals(await readSafetensors(file), content);
 * ```
 */
export async function writeSafetensors(file: string, content: NamedArrays): Promise<void> {
  const header: Record<string, Entry | Record<string, string>> = { __metadata__: content.metadata };
  const arrays = Object.entries(content.arrays);
  let offset = 0;
  for (const [name, { shape, values }] of arrays) {
    header[name] = { dtype: "F32", shape, data_offsets: [offset, offset += values.byteLength] };
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const filling = new Uint8Array(-json.length & 7).fill(0x20); // values start at a multiple of 8
  const length = BigUint64Array.of(BigInt(json.length + filling.length));
  const parts = [length, json, filling, ...arrays.map(([, { values }]) => values)];
  await writeWhole(file, await new Blob(parts as Uint8Array<ArrayBuffer>[]).bytes());
}

/**
 * Reads a safetensors file of 32-bit floats.
 *
 * @param file Which.
 * @returns Its arrays and metadata.
 * @throws {Error} If the file is cut short, has no safetensors header or holds other types.
 * @example See {@link writeSafetensors}.
 */
export async function readSafetensors(file: string): Promise<NamedArrays> {
  const bytes = await Deno.readFile(file);
  const { header, start } = readHeader(bytes, file);
  const { __metadata__: metadata = {}, ...entries } = header;
  const arrays: NamedArrays["arrays"] = {};
  let end = 0;
  for (const [name, entry] of Object.entries(entries as unknown as Record<string, Entry>)) {
    if (entry.dtype !== "F32") {
      throw new Error(`Expected 32-bit floats but found ${entry.dtype} for ${name} in ${file}`);
    }
    const values = bytes.slice(start + entry.data_offsets[0], start + entry.data_offsets[1]);
    const expected = entry.shape.reduce((product, each) => product * each, 4);
    if (values.length !== expected) {
      throw new Error(
        `Expected ${expected} bytes for ${name} but found ${values.length} in ${file}`,
      );
    }
    arrays[name] = { shape: entry.shape, values: new Float32Array(values.buffer) };
    end = Math.max(end, entry.data_offsets[1]);
  }
  if (bytes.length !== start + end) {
    throw new Error(`Expected ${start + end} bytes but found ${bytes.length} in ${file}`);
  }
  return { arrays, metadata };
}

type Header = Record<string, Record<string, string>>;

function readHeader(bytes: Uint8Array, file: string): { header: Header; start: number } {
  try {
    const view = new DataView(bytes.buffer);
    const length = bytes.length < 8 ? Infinity : Number(view.getBigUint64(0, true));
    if (8 + length > bytes.length) throw new Error(`${bytes.length} bytes`);
    const json = new TextDecoder().decode(bytes.subarray(8, 8 + length));
    return { header: JSON.parse(json), start: 8 + length };
  } catch (error) {
    throw new Error(
      `Expected a safetensors header but found ${(error as Error).message} in ${file}`,
    );
  }
}
