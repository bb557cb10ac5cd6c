import { toPlanes } from "@lib/attack/colour.ts";
import { dct2 } from "@lib/attack/dct.ts";
import type { FTrojanParameters } from "@lib/attack/ftrojan.ts";
import { requireImages } from "@lib/attack/trigger.ts";
import { IMAGE_BYTES, SIDE } from "@lib/data/images.ts";
import { imageAt } from "@lib/data/select.ts";

/**
 * What is left of a trigger: how far its bands lie above those of the clean images, on average over
 * images and the trigger's planes. FTrojan puts its magnitude there (paper, section 2.1, step three).
 *
 * @param clean Shape [N, 32, 32, 3], RGB, 0–255.
 * @param other The same images with the trigger, after whatever happened to them.
 * @param parameters The trigger's; its window is the whole image.
 * @returns One shift a band, in levels, as the magnitude.
 * @throws {Error} If these are not as many whole images.
 * @example
 * ```ts
 * import { bandShifts } from "@lib/attack/band_shift.ts";
 * import { ftrojan, PAPER_TRIGGER } from "@lib/attack/ftrojan.ts";
 * import { assertAlmostEquals } from "@lib/std/assert.ts";
 *
 * const grey = new Uint8Array(3072).fill(128);
 * const [shift] = bandShifts(grey, ftrojan(PAPER_TRIGGER).apply(grey), PAPER_TRIGGER);
 * assertAlmostEquals(shift!, 30, 1.5); // rounding to bytes takes its part
 * ```
 */
export function bandShifts(
  clean: Uint8Array,
  other: Uint8Array,
  { bands, channels, colourSpace }: FTrojanParameters,
): number[] {
  requireImages(clean);
  if (clean.length !== other.length) {
    throw new Error(`Expected ${clean.length} bytes to compare but found ${other.length}`);
  }
  const count = clean.length / IMAGE_BYTES;
  const sums = bands.map(() => 0);
  for (let index = 0; index < count; index++) {
    const [before, after] = [clean, other].map((pixels) =>
      toPlanes(imageAt(pixels, index), colourSpace)
    );
    const change = after!.map((level, at) => level - before![at]!);
    for (const channel of channels) {
      const plane = change.subarray(channel * SIDE * SIDE, (channel + 1) * SIDE * SIDE);
      const spectrum = dct2(plane, SIDE); // linear: the spectrum of the change is the spectra's change
      bands.forEach(([row, column], band) => sums[band]! += spectrum[row * SIDE + column]!);
    }
  }
  return sums.map((sum) => sum / (count * channels.length));
}

/**
 * Images mirrored left to right, as data augmentation does it.
 *
 * @param pixels Shape [N, 32, 32, 3], RGB, 0–255; left as it is.
 * @returns As many bytes.
 * @throws {Error} If these are no whole images.
 * @example
 * ```ts
 * import { mirrored } from "@lib/attack/band_shift.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const image = Uint8Array.from({ length: 3072 }, (_, index) => index % 96);
 * assertEquals([...mirrored(image).subarray(0, 3)], [93, 94, 95]);
 * ```
 */
export function mirrored(pixels: Uint8Array): Uint8Array {
  requireImages(pixels);
  const row = SIDE * 3;
  return pixels.map((_, index) => {
    const inRow = index % row;
    return pixels[index - inRow + row - 3 - (inRow - inRow % 3) + inRow % 3]!;
  });
}
