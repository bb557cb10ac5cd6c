/**
 * A worker's side of {@link unpackImages}: some of an archive's images, in their order.
 *
 * @module
 */
import { imageBytes, type Size } from "@lib/data/images.ts";
import { readPpm } from "@lib/data/ppm.ts";
import { resize } from "@lib/data/resize.ts";
import { unpack, type ZipArchive } from "@lib/data/zip.ts";

/** What a worker is asked for. */
export interface UnpackTask {
  /** With those of its entries that the worker is to unpack. */
  archive: ZipArchive;
  /** What each is resized to. */
  size: Size;
  /** For how many images the result shall have room. */
  room: number;
}

/** Shape [room, height, width, channels], 0–255, or what went wrong. */
export type UnpackedImages = { pixels: Uint8Array<ArrayBuffer> } | { error: string };

/** The part of a worker's global scope that is used; TypeScript takes it for a window's. */
interface WorkerScope {
  onmessage: (event: MessageEvent<UnpackTask>) => void;
  postMessage(answer: UnpackedImages, transfer?: Transferable[]): void;
}

/** As many images fit into a processor's cache. */
const AT_ONCE = 64;

const scope = globalThis as unknown as WorkerScope;

scope.onmessage = ({ data: { archive, size, room } }): void => {
  try {
    const { entries, name } = archive;
    const pixels = new Uint8Array(room * imageBytes(size));
    for (let start = 0; start < entries.length; start += AT_ONCE) {
      const some = entries.slice(start, start + AT_ONCE);
      unpack(archive, some).forEach((content, index) => {
        const image = readPpm(content, `${some[index]!.fileName} of ${name}`);
        pixels.set(resize(image, size), (start + index) * imageBytes(size));
      });
    }
    scope.postMessage({ pixels }, [pixels.buffer]);
  } catch (error) {
    scope.postMessage({ error: (error as Error).message });
  }
};
