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
}

/** Shape [entries, height, width, channels], 0–255, or what went wrong. */
export type UnpackedImages = { pixels: Uint8Array<ArrayBuffer> } | { error: string };

/** A worker's global scope, which has what a worker has; TypeScript takes it for a window's. */
const scope = globalThis as unknown as Worker;

scope.onmessage = ({ data: { archive, size } }: MessageEvent<UnpackTask>): void => {
  try {
    const pixels = new Uint8Array(archive.entries.length * imageBytes(size));
    archive.entries.forEach((entry, index) => {
      const [content] = unpack(archive, [entry]);
      const image = readPpm(content!, `${entry.fileName} of ${archive.name}`);
      pixels.set(resize(image, size), index * imageBytes(size));
    });
    scope.postMessage({ pixels } satisfies UnpackedImages, [pixels.buffer]);
  } catch (error) {
    scope.postMessage({ error: (error as Error).message } satisfies UnpackedImages);
  }
};
