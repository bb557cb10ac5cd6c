import { cutOut, type Part } from "@lib/data/cut_out.ts";

/** A part of a WebP file. */
interface Chunk extends Part {
  name: string;
}

/** Chunks that change colours or turn the image where they are heeded, and their bits in the header. */
const METADATA: Record<string, number> = { ICCP: 0x20, EXIF: 0x08 };

/** Whether a file says that it is a WebP. */
export const isWebp = (content: Uint8Array): boolean =>
  /^RIFF....WEBP$/s.test(latin(content, 0, 12));

/**
 * How many pixels a WebP file says that it has (RFC 9649).
 *
 * @param content The file's bytes.
 * @returns Height times width, of all that it says so; 0 where it does not.
 */
export function webpPixels(content: Uint8Array): number {
  const view = new DataView(content.buffer, content.byteOffset, content.length);
  const sizes = chunksOf(content).map(({ name, start, end }) => {
    const at = start + 8;
    if (end - at < 10 || end > content.length) return 0;
    const whole = (place: number): number => view.getUint32(place, true);
    if (name === "VP8X") return ((whole(at + 4) & 0xffffff) + 1) * ((whole(at + 6) >>> 8) + 1);
    if (name === "VP8 ") return (whole(at + 6) & 0x3fff) * ((whole(at + 6) >>> 16) & 0x3fff);
    const bits = whole(at + 1);
    return name === "VP8L" ? ((bits & 0x3fff) + 1) * ((bits >>> 14 & 0x3fff) + 1) : 0;
  });
  return Math.max(0, ...sizes);
}

/**
 * A WebP file without its colour profile and what a camera says, as a JPEG is read too.
 *
 * @param content The file's bytes.
 * @returns The same, or a shorter copy.
 */
export function bareWebp(content: Uint8Array): Uint8Array {
  const cut = chunksOf(content).filter(({ name }) => name in METADATA);
  if (cut.length === 0) return content;
  const bare = cutOut(content, cut);
  new DataView(bare.buffer).setUint32(4, bare.length - 8, true);
  const bits = Object.values(METADATA).reduce((all, bit) => all | bit);
  if (latin(bare, 12, 16) === "VP8X") bare[20]! &= ~bits;
  return bare;
}

function chunksOf(content: Uint8Array): Chunk[] {
  const view = new DataView(content.buffer, content.byteOffset, content.length);
  const chunks: Chunk[] = [];
  for (let start = 12; start + 8 <= content.length;) {
    const length = view.getUint32(start + 4, true);
    const end = start + 8 + length + length % 2;
    chunks.push({ name: latin(content, start, start + 4), start, end });
    start = end;
  }
  return chunks;
}

const latin = (content: Uint8Array, from: number, to: number): string =>
  String.fromCharCode(...content.subarray(from, to));
