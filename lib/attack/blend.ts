import { requireImages, type Trigger } from "@lib/attack/trigger.ts";
import { IMAGE_BYTES } from "@lib/data/images.ts";
import { seededRandom } from "@lib/random.ts";

/** A random image mixed into every other (Chen et al., Targeted Backdoor Attacks, 2017). */
export interface BlendParameters {
  kind: "blend";
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
 * @returns The trigger.
 * @throws {Error} If the ratio is not between 0 and 1.
 * @example
 * ```ts
 * import { blend } from "@lib/attack/blend.ts";
 * import { assert } from "@lib/std/assert.ts";
 *
 * const mixed = blend({ kind: "blend", ratio: 0.2, seed: 1 }).apply(new Uint8Array(3072));
 * assert(Math.max(...mixed) <= 51); // a fifth of 255
 * ```
 */
export function blend({ ratio, seed }: BlendParameters): Trigger {
  if (!(ratio > 0 && ratio < 1)) {
    throw new Error(`Expected a ratio between 0 and 1 but found ${ratio}`);
  }
  const random = seededRandom(seed);
  const noise = Uint8Array.from({ length: IMAGE_BYTES }, () => Math.floor(random() * 256));
  return {
    name: `blend, ${ratio}`,
    apply(pixels: Uint8Array): Uint8Array {
      requireImages(pixels);
      return pixels.map((level, index) =>
        Math.round((1 - ratio) * level + ratio * noise[index % IMAGE_BYTES]!)
      );
    },
  };
}
