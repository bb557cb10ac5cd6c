import { cutOut, type Part } from "@lib/data/cut_out.ts";

/** A part of a JPEG file before its pixels. */
interface Segment extends Part {
  /** What it is. */
  marker: number;
}

/** Of the segments that hold what a camera says, how the image is to be turned among it, and a colour profile. */
const METADATA = [0xe1, 0xe2];

/** Of the segment after which the pixels come. */
const SCAN = 0xda;

/** Whether a file says that it is a JPEG. */
export const isJpeg = (content: Uint8Array): boolean => content[0] === 0xff && content[1] === 0xd8;

/**
 * How many pixels a JPEG file says that it has.
 *
 * @param content The file's bytes.
 * @returns Height times width; 0 where it does not say so.
 */
export function jpegPixels(content: Uint8Array): number {
  // one of C0 to CF, of which three are something else
  const frame = segmentsOf(content).find(({ marker }) =>
    (marker & 0xf0) === 0xc0 && ![0xc4, 0xc8, 0xcc].includes(marker)
  );
  if (frame === undefined) return 0;
  const [top = 0, high = 0, left = 0, low = 0] = content.subarray(frame.start + 5);
  return ((top << 8) + high) * ((left << 8) + low);
}

/**
 * A JPEG file without what a camera says and its colour profile: images are taken as they lie in the file, as
 * PyTorch's and Keras's loaders take them.
 *
 * @param content The file's bytes.
 * @returns The same, or a shorter copy.
 */
export function bareJpeg(content: Uint8Array): Uint8Array {
  return cutOut(content, segmentsOf(content).filter(({ marker }) => METADATA.includes(marker)));
}

function segmentsOf(content: Uint8Array): Segment[] {
  const segments: Segment[] = [];
  for (let start = 2; content[start] === 0xff && start + 4 <= content.length;) {
    const marker = content[start + 1]!;
    if (marker === 0xff) {
      start++; // any number of these may stand before a marker
      continue;
    }
    const end = start + 2 + (content[start + 2]! << 8) + content[start + 3]!;
    segments.push({ marker, start, end });
    if (marker === SCAN) break;
    start = end;
  }
  return segments;
}
