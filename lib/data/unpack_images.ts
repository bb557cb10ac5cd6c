import { imageBytes, type Images, type Size } from "@lib/data/images.ts";
import type { UnpackedImages, UnpackTask } from "@lib/data/unpack_worker.ts";
import type { ZipArchive } from "@lib/data/zip.ts";

/** The images of an archive. */
export interface ArchiveImages extends Images {
  /** Their paths there, in ascending order; the pixels are in the same order. */
  paths: string[];
}

/**
 * Unpacks the PPM images of a zip archive and resizes them, on all of the processor's cores.
 *
 * @param opening An archive that is being opened; the workers start meanwhile.
 * @param size What they are resized to.
 * @param most Workers at most; one a core, and no more than pay.
 * @returns The images by path.
 * @throws {Error} If an image is cut short or altered, or no PPM image.
 */
export async function unpackImages(
  opening: Promise<ZipArchive>,
  size: Size,
  most: number = Math.min(8, navigator.hardwareConcurrency),
): Promise<ArchiveImages> {
  const script = new URL("./unpack_worker.ts", import.meta.url);
  const workers = Array.from({ length: most }, () => new Worker(script, { type: "module" }));
  try {
    const archive = await opening;
    const wanted = archive.entries.filter(({ fileName }) => fileName.endsWith(".ppm"))
      .sort((a, b) => a.fileName < b.fileName ? -1 : 1);
    const share = Math.max(1, Math.ceil(wanted.length / most));
    // where there are more workers than images, the last ones have nothing to do
    const busy = workers.slice(0, Math.ceil(wanted.length / share));
    const parts = await Promise.all(busy.map((worker, index) => {
      const entries = wanted.slice(index * share, (index + 1) * share);
      return answer(worker, { archive: { ...archive, entries }, size });
    }));
    const pixels = new Uint8Array(wanted.length * imageBytes(size));
    parts.forEach((part, index) => pixels.set(part, index * share * imageBytes(size)));
    return { paths: wanted.map(({ fileName }) => fileName), ...size, pixels };
  } finally {
    for (const worker of workers) worker.terminate();
  }
}

/** What a worker makes of some of an archive's images. */
async function answer(worker: Worker, task: UnpackTask): Promise<Uint8Array> {
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
