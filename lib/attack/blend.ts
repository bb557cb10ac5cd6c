import type { Trigger } from "@lib/attack/trigger.ts";
import { imageBytes, type Images, requireImages } from "@lib/data/images.ts";
import { seededRandom } from "@lib/random.ts";

/** A random image mixed into every other (Chen et al., Targeted Backdoor Attacks, 2017). */
export interface BlendParameters {
  /** Share of the random image, 0–1; they go up to 0.2. */
  ratio: number;
  /** Of the random image. */
  seed: number;
}

/**
 * The trigger of the blended injection attack: every pixel is (1 − ratio) of the image and ratio of one
 * image of uniform noise.
 *
 * @param parameters Ratio and seed.
 * @returns The trigger, for images of any size.
 * @throws {Error} If the ratio is not between 0 and 1.
 * @example
 * ```ts
 * import { blend } from "@lib/attack/blend.ts";
 * import { PAPER_SIZE } from "@lib/data/images.ts";
 * import { uniformImages } from "@lib/data/select.ts";
 * import { assert } from "@lib/std/assert.ts";
 *
 * const { pixels } = blend({ ratio: 0.2, seed: 1 }).apply(uniformImages(PAPER_SIZE, 1, 0));
 * assert(Math.max(...pixels) <= 51); // a fifth of 255
 * ```
 */
export function blend({ ratio, seed }: BlendParameters): Trigger {
  if (!(ratio > 0 && ratio < 1)) {
    throw new Error(`Expected a ratio between 0 and 1 but found ${ratio}`);
  }
  return {
    name: `blend, ${ratio}`,
    apply(images: Images): Images {
      requireImages(images);
      const { height, width, channels } = images;
      const bytes = imageBytes(images);
      const random = seededRandom(seed);
      const noise = Uint8Array.from({ length: bytes }, () => Math.floor(random() * 256));
      const pixels = images.pixels.map((level, index) =>
        Math.round((1 - ratio) * level + ratio * noise[index % bytes]!)
      );
      return { height, width, channels, pixels };
    },
  };
}
