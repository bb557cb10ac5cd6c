/** Figures computed by other libraries (see make_reference.py), and the inputs they were computed from. */
import reference from "./reference.json" with { type: "json" };
import { type Images, PAPER_SIZE } from "@lib/data/images.ts";

export { reference };

/** The same sines as in make_reference.py. */
export function sines(count: number, shift: number, scale = 1): Float64Array {
  return Float64Array.from(
    { length: count },
    (_, index) => Math.sin(index * 12.9898 + shift) * scale,
  );
}

/** The same noise as in make_reference.py: uniform in [0, 1). */
export function noise(count: number, shift: number): Float64Array {
  return sines(count, shift, 43758.5453).map((value) => value - Math.floor(value));
}

/** The same image as in make_reference.py: height × width × 3 bytes. */
export function testImage(shift: number, height = 32, width = 32): Uint8Array {
  const levels = sines(height * width * 3, shift, 127.5).map((value) =>
    roundHalfEven(127.5 + value)
  );
  return Uint8Array.from(levels);
}

/** Colour images of 32×32 with these bytes. */
export const colour = (pixels: Uint8Array): Images => ({ ...PAPER_SIZE, pixels });

const roundHalfEven = (value: number): number => {
  const rounded = Math.round(value);
  return Math.abs(value % 1) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
};
