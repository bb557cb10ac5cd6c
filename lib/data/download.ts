import { exists, locked, md5Of } from "@lib/files.ts";
import { basename } from "@lib/std/path.ts";

/** Something on the web with a published checksum. */
export interface Download {
  url: string;
  /** 32 hexadecimal digits. */
  md5: string;
  /** Where it goes on disk. */
  file: string;
}

/**
 * Downloads a file, going on where an earlier try stopped, and verifies its checksum.
 *
 * Until it is whole and verified it lies under its name with `.part` added.
 *
 * @param what Address, checksum and place.
 * @param onProgress Told the bytes there and the bytes expected (NaN if the server does not say).
 * @throws {Error} If the server refuses, the transfer is cut (what came is kept for the next try) or the
 * checksum differs (what came is deleted).
 * @example
 * ```ts
 * import { download } from "@lib/data/download.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, () => new Response("abc"));
 * const file = `${await Deno.makeTempDir()}/abc.txt`;
 * const url = `http://127.0.0.1:${server.addr.port}/abc.txt`;
 * await download({ url, md5: "900150983cd24fb0d6963f7d28e17f72", file });
 * assertEquals(await Deno.readTextFile(file), "abc");
 * await server.shutdown();
 * ```
 */
export async function download(
  what: Download,
  onProgress: (bytes: number, expected: number) => void = () => {},
): Promise<void> {
  const { url, md5, file } = what;
  const part = `${file}.part`;
  using _lock = await locked(file); // of two processes that want one file, one downloads it
  if (await exists(file)) return;
  await transfer(url, part, onProgress);
  const found = await md5Of(part);
  if (found !== md5) {
    await Deno.remove(part);
    throw new Error(
      `Expected ${basename(file)} with MD5 ${md5} but found ${found} at ${url}: ` +
        "what came is deleted; try again, or put the file there by hand",
    );
  }
  await Deno.rename(part, file);
}

async function transfer(
  url: string,
  part: string,
  onProgress: (bytes: number, expected: number) => void,
): Promise<void> {
  const there = await exists(part) ? (await Deno.stat(part)).size : 0;
  const response = await request(url, there);
  if (response.status === 416) return await response.body?.cancel(); // it is all there already
  if (!response.ok || response.body === null) {
    await response.body?.cancel();
    throw new Error(`Expected to download ${url} but found status ${response.status}`);
  }
  const resumed = response.status === 206; // a server without ranges sends all from the start
  let bytes = resumed ? there : 0;
  const expected = bytes + Number(response.headers.get("content-length") ?? NaN); // NaN: it does not say
  const way = { write: true, create: true, append: resumed, truncate: !resumed };
  using handle = await Deno.open(part, way);
  const writer = handle.writable.getWriter();
  try {
    for await (const chunk of response.body) {
      await writer.write(chunk);
      onProgress(bytes += chunk.length, expected);
    }
  } catch (error) {
    throw interrupted(url, bytes, expected, (error as Error).message);
  } finally {
    await writer.close().catch(() => {});
  }
  if (bytes < expected) throw interrupted(url, bytes, expected, "the connection ended");
}

async function request(url: string, from: number): Promise<Response> {
  try {
    return await fetch(url, { headers: from > 0 ? { range: `bytes=${from}-` } : {} });
  } catch (error) {
    throw new Error(`Expected to reach ${url} but found ${(error as Error).message}`);
  }
}

function interrupted(url: string, bytes: number, expected: number, why: string): Error {
  return new Error(
    `Expected ${
      Number.isNaN(expected) ? "more" : expected
    } bytes from ${url} but found ${bytes} (${why}): run again to go on from there`,
  );
}
