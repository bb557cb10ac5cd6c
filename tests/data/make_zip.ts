import { crc32, deflateRawSync } from "node:zlib";

/** A zip archive of the given files, deflated: enough of the format for tests. */
export function makeZip(files: Record<string, Uint8Array | string>): Uint8Array<ArrayBuffer> {
  const locals: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (const [path, content] of Object.entries(files)) {
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    const name = new TextEncoder().encode(path);
    const packed = deflateRawSync(bytes);
    // version, flags, method, time, date, checksum, sizes, name and extra length
    const common = [...u16(20, 0, 8, 0, 0), ...u32(crc32(bytes), packed.length, bytes.length)];
    const lengths = u16(name.length, 0);
    const header = Uint8Array.of(...u32(0x04034b50), ...common, ...lengths, ...name);
    const local = joined([header, packed]);
    const entry = [...u16(20), ...common, ...lengths, ...u16(0, 0, 0), ...u32(0, offset)];
    directory.push(Uint8Array.of(...u32(0x02014b50), ...entry, ...name));
    locals.push(local);
    offset += local.length;
  }
  const size = directory.reduce((sum, entry) => sum + entry.length, 0);
  const counts = u16(0, 0, directory.length, directory.length);
  const end = Uint8Array.of(...u32(0x06054b50), ...counts, ...u32(size, offset), ...u16(0));
  return joined([...locals, ...directory, end]);
}

const bytesOf = (value: number, count: number): number[] =>
  Array.from({ length: count }, (_, index) => Math.floor(value / 256 ** index) % 256);
const u16 = (...values: number[]): number[] => values.flatMap((value) => bytesOf(value, 2));
const u32 = (...values: number[]): number[] => values.flatMap((value) => bytesOf(value, 4));

function joined(parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const result = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let position = 0;
  for (const part of parts) {
    result.set(part, position);
    position += part.length;
  }
  return result;
}
