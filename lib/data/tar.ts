/** So much is unpacked at most, in bytes: CIFAR-10 has 184 MB. */
const MOST = 2 ** 28;

/** A header, and what contents are filled up to. */
const BLOCK = 512;

/**
 * Reads one file out of a tar archive that gzip packed, piece by piece: memory is for that file only.
 *
 * @param file The archive's path on disk.
 * @param wanted What the file's path in it ends in: one of these.
 * @returns The first such file; none if none is there.
 * @throws {Error} If the archive is damaged or cut short, or unpacks to more than 256 MiB.
 */
export async function readFromTar(
  file: string,
  wanted: readonly string[],
): Promise<{ path: string; content: Uint8Array } | undefined> {
  const opened = await Deno.open(file);
  const reader = opened.readable.pipeThrough(new DecompressionStream("gzip")).getReader();
  let [piece, total] = [new Uint8Array(0), 0];
  /** The next bytes, in memory of their own, or only passed over. */
  const next = async (length: number, isKept: boolean): Promise<Uint8Array> => {
    if (total + length > MOST) throw new Error(`more than ${MOST} bytes`);
    total += length;
    const result = new Uint8Array(isKept ? length : 0);
    for (let at = 0; at < length;) {
      if (piece.length === 0) {
        const { done, value } = await reader.read();
        if (done) throw new Error("its end missing");
        piece = value;
        continue;
      }
      const part = piece.subarray(0, length - at);
      if (isKept) result.set(part, at);
      piece = piece.subarray(part.length);
      at += part.length;
    }
    return result;
  };
  try {
    while (true) {
      const header = headerOf(await next(BLOCK, true));
      if (header === undefined) return undefined;
      const { path, size } = header;
      if (wanted.some((end) => path.endsWith(end))) {
        return { path, content: await next(size, true) };
      }
      await next(Math.ceil(size / BLOCK) * BLOCK, false);
    }
  } catch (error) {
    throw new Error(
      `Expected a sound archive (tar.gz) but found ${(error as Error).message} in ${file}`,
    );
  } finally {
    await reader.cancel().catch(() => {});
  }
}

/** What a file's header says (POSIX ustar); none at the end of the archive, which is a block of zeros. */
function headerOf(block: Uint8Array): { path: string; size: number } | undefined {
  if (block.every((byte) => byte === 0)) return undefined;
  const text = (start: number, length: number): string =>
    new TextDecoder().decode(block.subarray(start, start + length)).replace(/\0[^]*/, "").trim();
  // its own field counts as spaces
  const sum = block.reduce((sum, byte, at) => sum + (at >= 148 && at < 156 ? 32 : byte), 0);
  const [size, checksum] = [text(124, 12), text(148, 8)].map((octal) => parseInt(octal, 8));
  if (checksum !== sum || !(size! >= 0)) throw new Error("a damaged header");
  return { path: text(0, 100), size: size! };
}
