/** An RGB image of any size. */
export interface RgbImage {
  width: number;
  height: number;
  /** Shape [height, width, 3], row-major RGB, 0–255. */
  pixels: Uint8Array;
}

/**
 * Reads a binary PPM image ("P6", one byte a sample), the format of GTSRB's archives.
 *
 * Comments in the header and any white space between its numbers are accepted, as the Netpbm
 * specification says.
 *
 * @param bytes The file's content.
 * @param name What to call the file in an error.
 * @returns The image; its pixels are a view into `bytes`.
 * @throws {Error} If magic, size, maximum or length are not those of an 8-bit P6 file.
 * @example
 * ```ts
 * import { readPpm } from "@lib/data/ppm.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const file = new TextEncoder().encode("P6\n# one grey pixel\n1 1\n255\nAAA");
 * assertEquals(readPpm(file, "grey.ppm"), { width: 1, height: 1, pixels: Uint8Array.of(65, 65, 65) });
 * ```
 */
export function readPpm(bytes: Uint8Array, name: string): RgbImage {
  const magic = String.fromCharCode(bytes[0] ?? 0, bytes[1] ?? 0);
  if (magic !== "P6") {
    throw new Error(`Expected a PPM image that starts with "P6" but found "${magic}" in ${name}`);
  }
  const header = { bytes, position: 2, name };
  const width = headerNumber(header, "width");
  const height = headerNumber(header, "height");
  const maximum = headerNumber(header, "maximum");
  if (width === 0 || height === 0) {
    throw new Error(`Expected a size of at least 1×1 but found ${width}×${height} in ${name}`);
  }
  if (maximum !== 255) throw new Error(`Expected a maximum of 255 but found ${maximum} in ${name}`);
  const start = header.position + 1; // exactly one white-space byte ends the header
  const expected = width * height * 3;
  if (bytes.length - start !== expected) {
    throw new Error(
      `Expected ${expected} bytes for a ${width}×${height} RGB image ` +
        `but found ${Math.max(0, bytes.length - start)} in ${name}`,
    );
  }
  return { width, height, pixels: bytes.subarray(start) };
}

const isSpace = (byte: number | undefined): boolean => byte === 32 || (byte! >= 9 && byte! <= 13);
const isDigit = (byte: number | undefined): boolean => byte! >= 48 && byte! <= 57;

function headerNumber(
  header: { bytes: Uint8Array; position: number; name: string },
  what: string,
): number {
  const { bytes, name } = header;
  let at = header.position;
  while (isSpace(bytes[at]) || bytes[at] === 35) {
    if (bytes[at] === 35) { while (at < bytes.length && bytes[at] !== 10) at++; }
    at++;
  }
  let value = 0;
  const start = at;
  while (isDigit(bytes[at]) && at - start < 9) value = value * 10 + bytes[at++]! - 48;
  if (at === start || !isSpace(bytes[at])) {
    throw new Error(`Expected a number for the ${what} in the PPM header of ${name}`);
  }
  header.position = at;
  return value;
}
