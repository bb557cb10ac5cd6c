import { isJpeg, jpegPixels } from "@lib/data/jpeg.ts";
import { isWebp, webpPixels } from "@lib/data/webp.ts";

/** Larger images are none that a network takes, but may be made to fill the memory of who opens them. */
const MOST_PIXELS = 2 ** 26;

/**
 * Checks that an image file does not say it is larger than can be, before it is unpacked.
 *
 * @param content The file's bytes.
 * @throws {Error} If it says so; what was found.
 */
export function requireModest(content: Uint8Array): void {
  const pixels = content.length < 26 ? 0 : pixelsOf(content);
  if (pixels > MOST_PIXELS) throw new Error(`more than ${MOST_PIXELS} pixels`);
}

function pixelsOf(content: Uint8Array): number {
  if (isJpeg(content)) return jpegPixels(content);
  if (isWebp(content)) return webpPixels(content);
  const view = new DataView(content.buffer, content.byteOffset, content.length);
  const start = view.getUint32(0);
  if (start === 0x89504e47) return view.getUint32(16) * view.getUint32(20); // PNG
  if (start === 0x47494638) return view.getUint16(6, true) * view.getUint16(8, true); // GIF
  if (start >>> 16 === 0x424d) {
    return Math.abs(view.getInt32(18, true) * view.getInt32(22, true)); // BMP
  }
  if (start === 0x49492a00) return tiffPixels(view, true);
  if (start === 0x4d4d002a) return tiffPixels(view, false);
  if (view.getUint32(8) === 0x61766966) return avifPixels(view);
  return 0;
}

/** Of the largest of an AVIF file's images: boxes named `ispe`, long before the pixels, say their sizes. */
function avifPixels(view: DataView): number {
  let most = 0;
  for (let at = 12; at + 16 <= Math.min(view.byteLength, 2 ** 16); at++) {
    if (view.getUint32(at) !== 0x69737065) continue;
    most = Math.max(most, view.getUint32(at + 8) * view.getUint32(at + 12));
  }
  return most;
}

/** Tags of a TIFF image's width and height. */
const SIZE_TAGS = [256, 257];

/** Of all images of a TIFF file; a list that is longer than the file is as bad as too many pixels. */
function tiffPixels(view: DataView, isLittle: boolean): number {
  let most = 0;
  let at = view.getUint32(4, isLittle);
  for (let seen = 0; at !== 0; seen++) {
    if (seen > 64 || at + 2 > view.byteLength) throw new Error("a damaged directory");
    const entries = view.getUint16(at, isLittle);
    if (at + 2 + 12 * entries + 4 > view.byteLength) throw new Error("a directory cut short");
    let pixels = 1;
    for (let entry = at + 2; entry < at + 2 + 12 * entries; entry += 12) {
      const [tag, type] = [0, 2].map((at) => view.getUint16(entry + at, isLittle));
      const length = view.getUint32(entry + 4, isLittle);
      if (length > view.byteLength) throw new Error("a list cut short");
      if (!SIZE_TAGS.includes(tag!)) continue;
      const isShort = type === 3;
      pixels *= view[isShort ? "getUint16" : "getUint32"](entry + 8, isLittle);
    }
    most = Math.max(most, pixels);
    at = view.getUint32(at + 2 + 12 * entries, isLittle);
  }
  return most;
}
