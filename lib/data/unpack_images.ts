import { IMAGE_BYTES } from "@lib/data/labelled_images.ts";
import type { UnpackedImages } from "@lib/data/unpack_worker.ts";
import type { ZipArchive } from "@lib/data/zip.ts";

/**
 * Unpacks the PPM images of a zip archive and resizes them to 32×32, on all of the processor's cores.
 *
 * @param opening An archive that is being opened; the workers start meanwhile.
 * @returns By path: 3,072 bytes each, [32, 32, 3], RGB, 0–255.
 * @throws {Error} If an image is cut short or altered, or no PPM image.
 * @example
 * ```ts ignore
 * const images = await unpackImages(openZip("signs.zip"));
 * ```
 */
export async function unpackImages(opening: Promise<ZipArchive>): Promise<Map<string, Uint8Array>> {
  const script = new URL("./unpack_worker.ts", import.meta.url);
  const workers = Array.from(
    { length: navigator.hardwareConcurrency },
    () => new Worker(script, { type: "module" }),
  );
  try {
    const archive = await opening;
    const wanted = archive.entries.filter(({ fileName }) => fileName.endsWith(".ppm"));
    const share = Math.ceil(wanted.length / workers.length);
    const parts = await Promise.all(workers.map((worker, index) => {
      const entries = wanted.slice(index * share, (index + 1) * share);
      return answer(worker, { ...archive, entries });
    }));
    return new Map(wanted.map(({ fileName }, index) => {
      const start = (index % share) * IMAGE_BYTES;
      return [fileName, parts[Math.floor(index / share)]!.subarray(start, start + IMAGE_BYTES)];
    }));
  } finally {
    for (const worker of workers) worker.terminate();
  }
}

/** What a worker makes of some of an archive's images. */
async function answer(worker: Worker, task: ZipArchive): Promise<Uint8Array> {
  const found = await new Promise<UnpackedImages>((resolve, reject) => {
    worker.onmessage = ({ data }): void => resolve(data);
    worker.onerror = (event): void => {
      event.preventDefault();
      reject(new Error(event.message));
    };
    worker.postMessage(task);
  });
  if ("error" in found) throw new Error(found.error);
  return found.pixels;
}
