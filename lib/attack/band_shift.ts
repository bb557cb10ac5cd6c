import {
  type ColourSpace,
  fromPlanes,
  imagePlanes,
  toBytes,
  toPlanes,
  YCRCB,
} from "@lib/attack/colour.ts";
import { dct2 } from "@lib/attack/dct.ts";
import type { FTrojanParameters } from "@lib/attack/ftrojan.ts";
import { countOf, type Images, requireImages, sizeText } from "@lib/data/images.ts";
import { imageAt, mapImages } from "@lib/data/select.ts";

/**
 * What is left of a trigger: how far its bands lie above those of the clean images, on average over
 * images and the trigger's planes. FTrojan puts its magnitude there (paper, section 2.1, step three).
 *
 * @param clean Square images, as large as the trigger's window.
 * @param other The same images with the trigger, after whatever happened to them.
 * @param parameters The trigger's.
 * @returns One shift a band, in levels, as the magnitude.
 * @throws {Error} If these are not as many images of one window each.
 * @example
 * ```ts
 * import { bandShifts } from "@lib/attack/band_shift.ts";
 * import { ftrojan, PAPER_TRIGGER } from "@lib/attack/ftrojan.ts";
 * import { PAPER_SIZE } from "@lib/data/images.ts";
 * import { uniformImages } from "@lib/data/select.ts";
 * import { assertAlmostEquals } from "@lib/std/assert.ts";
 *
 * const grey = uniformImages(PAPER_SIZE, 1, 128);
 * const [shift] = bandShifts(grey, ftrojan(PAPER_TRIGGER).apply(grey), PAPER_TRIGGER);
 * assertAlmostEquals(shift!, 30, 1.5); // rounding to bytes takes its part
 * ```
 */
export function bandShifts(
  clean: Images,
  other: Images,
  { bands, channels, colourSpace, window }: FTrojanParameters,
): number[] {
  const count = requireImages(clean);
  if (countOf(other) !== count) {
    throw new Error(`Expected ${count} images to compare but found ${countOf(other)}`);
  }
  if (clean.height !== window || clean.width !== window) {
    throw new Error(`Expected images of ${window}×${window} but found ${sizeText(clean)}`);
  }
  const sums = bands.map(() => 0);
  for (let index = 0; index < count; index++) {
    const spectra = changeSpectra(imageAt(clean, index), imageAt(other, index), colourSpace);
    for (const channel of channels) {
      const spectrum = spectra[channel]!;
      bands.forEach(([row, column], band) => sums[band]! += spectrum[row * window + column]!);
    }
  }
  return sums.map((sum) => sum / (count * channels.length));
}

/**
 * The spectrum of what happened to an image; the DCT is linear, so it is the change of the spectrum.
 *
 * @param before One image.
 * @param after The same, changed.
 * @param space The colour space of a colour image's planes.
 * @returns The DCT of the change, in levels, plane by plane.
 */
export function changeSpectra(before: Images, after: Images, space: ColourSpace): Float64Array[] {
  const { height, width, channels } = before;
  const former = imagePlanes(before, space);
  const change = imagePlanes(after, space).map((level, at) => level - former[at]!);
  return Array.from(
    { length: channels },
    (_, plane) =>
      dct2(change.subarray(plane * height * width, (plane + 1) * height * width), height, width),
  );
}

/**
 * Images mirrored left to right, as data augmentation does it.
 *
 * @param images Left as they are.
 * @returns As many images.
 * @throws {Error} If there are none.
 * @example
 * ```ts
 * import { mirrored } from "@lib/attack/band_shift.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const image = { height: 1, width: 2, channels: 3 as const, pixels: Uint8Array.of(1, 2, 3, 4, 5, 6) };
 * assertEquals(mirrored(image).pixels, Uint8Array.of(4, 5, 6, 1, 2, 3));
 * ```
 */
export function mirrored({ pixels, height, width, channels }: Images): Images {
  requireImages({ pixels, height, width, channels });
  const row = width * channels;
  const turned = pixels.map((_, index) => {
    const [inRow, channel] = [index % row, index % channels];
    return pixels[index - inRow + row - channels - (inRow - channel) + channel]!;
  });
  return { height, width, channels, pixels: turned };
}

/**
 * Images whose chroma planes were stored at half their height and width, as JPEG with 4:2:0 does: each
 * square of 2×2 pixels keeps its mean chroma. Nothing else is lost.
 *
 * @param images In colour, of even height and width; left as they are.
 * @returns As many images.
 * @throws {Error} If they are grey, or a side is odd.
 * @example
 * ```ts
 * import { halvedChroma } from "@lib/attack/band_shift.ts";
 * import { ftrojan, PAPER_TRIGGER } from "@lib/attack/ftrojan.ts";
 * import { PAPER_SIZE } from "@lib/data/images.ts";
 * import { uniformImages } from "@lib/data/select.ts";
 * import { assert } from "@lib/std/assert.ts";
 *
 * const grey = uniformImages(PAPER_SIZE, 1, 128);
 * const highest = { ...PAPER_TRIGGER, bands: [[31, 31]] as const };
 * const { pixels } = halvedChroma(ftrojan(highest).apply(grey));
 * assert(pixels.every((level) => Math.abs(level - 128) <= 1)); // the highest band is gone
 * ```
 */
export function halvedChroma(images: Images): Images {
  const { height, width, channels } = images;
  if (channels !== 3 || height % 2 > 0 || width % 2 > 0) {
    throw new Error(`Expected colour images of even sides but found ${sizeText(images)}`);
  }
  return mapImages(images, ({ pixels }) => {
    const planes = toPlanes(pixels, YCRCB);
    for (let plane = height * width; plane < planes.length; plane += height * width) {
      for (let corner = plane; corner < plane + height * width; corner += 2) {
        if (Math.floor((corner - plane) / width) % 2 > 0) continue;
        const square = [corner, corner + 1, corner + width, corner + width + 1];
        const mean = square.reduce((sum, at) => sum + planes[at]!, 0) / 4;
        for (const at of square) planes[at] = mean;
      }
    }
    return { height, width, channels, pixels: toBytes(fromPlanes(planes, YCRCB)) };
  });
}
