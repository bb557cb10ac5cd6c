import { Buffer } from "node:buffer";
import { crc32, inflateRawSync } from "node:zlib";
import yauzl from "yauzl";
import { basename } from "@lib/std/path.ts";

/** A zip archive in memory. */
export interface ZipArchive {
  /** Its file's name, for errors. */
  name: string;
  /** All of it, in memory that workers can share. */
  bytes: Uint8Array<SharedArrayBuffer>;
  /** The files in it, in the archive's order, without folders. */
  entries: ZipEntry[];
}

/** What an archive's directory tells of a file; named as by `yauzl`. */
export interface ZipEntry {
  fileName: string;
  compressionMethod: number;
  compressedSize: number;
  uncompressedSize: number;
  crc32: number;
  relativeOffsetOfLocalHeader: number;
}

const [STORED, DEFLATED] = [0, 8];

/** So much is unpacked at once at most, in bytes: archives come from strangers, and memory is finite. */
const MOST_UNPACKED = 2 ** 29;

/** Images hardly shrink: what unpacks to so many times its size, and to so many bytes, was made to fill memory. */
const [MOST_TIMES, SMALL] = [100, 2 ** 26];

/**
 * Reads a zip archive with its directory; `yauzl` refuses paths that would leave it.
 *
 * @param file The archive's path on disk.
 * @returns The archive, its files still packed.
 * @throws {Error} If the archive is cut short, has a damaged directory, a path leaves it, or it unpacks to more
 * than 64 MiB and a hundred times its size.
 */
export async function openZip(file: string): Promise<ZipArchive> {
  const name = basename(file);
  const bytes = await readShared(file);
  try {
    const zip = await yauzl.fromBufferPromise(asBuffer(bytes), { lazyEntries: true });
    const entries: ZipEntry[] = [];
    let total = 0;
    for await (const entry of zip.eachEntry()) {
      if (!entry.fileName.endsWith("/")) entries.push(plain(entry));
      total += entry.uncompressedSize;
      if (total > Math.max(SMALL, MOST_TIMES * bytes.length)) {
        throw new Error(`more than ${MOST_TIMES} times its size to unpack`);
      }
    }
    return { name, bytes, entries };
  } catch (error) {
    throw new Error(
      `Expected a sound zip archive but found in ${name}: ${(error as Error).message}`,
    );
  }
}

/**
 * Unpacks files of an archive and checks each against its checksum.
 *
 * @param archive The archive.
 * @param entries Some of its files.
 * @returns The files' contents.
 * @throws {Error} If one is cut short or altered, its compression is unknown, or all together are larger than
 * half a gibibyte.
 */
export function unpack(archive: ZipArchive, entries: ZipEntry[]): Uint8Array[] {
  const total = entries.reduce((sum, { uncompressedSize }) => sum + uncompressedSize, 0);
  if (total > MOST_UNPACKED) {
    throw new Error(
      `Expected at most ${MOST_UNPACKED} bytes to unpack at once but found ${total} in ${archive.name}`,
    );
  }
  return entries.map((entry) => unpackOne(archive, entry));
}

function unpackOne(archive: ZipArchive, entry: ZipEntry): Uint8Array {
  const where = `${entry.fileName} of ${archive.name}`;
  const content = inflated(packedContent(archive, entry), entry, where);
  if (content.length !== entry.uncompressedSize || crc32(content) !== entry.crc32) {
    throw new Error(
      `Expected ${entry.uncompressedSize} bytes with checksum ${entry.crc32.toString(16)} ` +
        `but found ${content.length} with ${crc32(content).toString(16)} in ${where}`,
    );
  }
  return content;
}

async function readShared(file: string): Promise<Uint8Array<SharedArrayBuffer>> {
  using opened = await Deno.open(file);
  const bytes = new Uint8Array(new SharedArrayBuffer((await opened.stat()).size));
  let at = 0;
  while (at < bytes.length) {
    const count = await opened.read(bytes.subarray(at));
    if (count === null) {
      throw new Error(`Expected ${bytes.length} bytes but found ${at} in ${basename(file)}`);
    }
    at += count;
  }
  return bytes;
}

/** Only what is needed, so that it can be sent to a worker. */
function plain(entry: ZipEntry): ZipEntry {
  const { fileName, compressionMethod, compressedSize, uncompressedSize, crc32 } = entry;
  const { relativeOffsetOfLocalHeader } = entry;
  return {
    ...{ fileName, compressionMethod, compressedSize, uncompressedSize, crc32 },
    relativeOffsetOfLocalHeader,
  };
}

/** What follows the file's local header, which repeats its name and may hold more than the directory. */
function packedContent({ bytes, name }: ZipArchive, entry: ZipEntry): Uint8Array {
  const start = entry.relativeOffsetOfLocalHeader;
  const header = new DataView(bytes.slice(start, start + 30).buffer);
  if (header.byteLength < 30 || header.getUint32(0) !== 0x504b0304) {
    throw new Error(`Expected a file's header but found none for ${entry.fileName} of ${name}`);
  }
  const data = start + 30 + header.getUint16(26, true) + header.getUint16(28, true);
  const packed = bytes.subarray(data, data + entry.compressedSize);
  if (packed.length === entry.compressedSize) return packed;
  throw new Error(
    `Expected ${entry.compressedSize} bytes but found ${packed.length} for ${entry.fileName} of ${name}`,
  );
}

function inflated(packed: Uint8Array, entry: ZipEntry, where: string): Uint8Array {
  if (entry.compressionMethod === STORED) return packed;
  if (entry.compressionMethod !== DEFLATED) {
    throw new Error(
      `Expected compression method 0 or 8 but found ${entry.compressionMethod} in ${where}`,
    );
  }
  try {
    const size = Math.max(1, entry.uncompressedSize);
    // one byte more than is expected, so that all comes out at once
    const settings = { maxOutputLength: size, chunkSize: Math.max(64, size + 1) };
    const { buffer, byteOffset, byteLength } = inflateRawSync(packed, settings);
    return new Uint8Array(buffer, byteOffset, byteLength);
  } catch (error) {
    throw new Error(`Expected deflated data but found ${(error as Error).message} in ${where}`);
  }
}

const asBuffer = (bytes: Uint8Array): Buffer =>
  // yauzl calls methods that only Node's Buffer has
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
