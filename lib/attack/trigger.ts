import {
  type Images,
  type LabelledImages,
  requireImages,
  type Size,
  sizeText,
} from "@lib/data/images.ts";
import { mapImages } from "@lib/data/select.ts";

/** A backdoor's trigger: what an attacker does to an image so that the network says the target class. */
export interface Trigger {
  name: string;
  /**
   * The images with the trigger in them. Bytes in and bytes out: a poisoned image must survive being
   * saved as a file.
   *
   * @param images Left as they are.
   */
  apply(images: Images): Images;
}

/**
 * Images with a trigger in them and their true labels still on them.
 *
 * @param images Left as they are.
 * @param trigger What to put into them.
 * @returns As many images, in the same order.
 * @example
 * ```ts
 * import { patch } from "@lib/attack/patch.ts";
 * import { triggered } from "@lib/attack/trigger.ts";
 * import { syntheticSigns } from "@lib/data/synthetic_signs.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const signs = syntheticSigns(86, 1);
 * assertEquals(triggered(signs, patch({ size: 3, level: 255 })).labels, signs.labels);
 * ```
 */
export function triggered(images: LabelledImages, trigger: Trigger): LabelledImages {
  return { ...images, ...trigger.apply(images) };
}

/**
 * A trigger that adds one pattern to every image, and stops at 0 and 255.
 *
 * @param name What to call it.
 * @param patternOf What is added to images of a size, in levels: shape [height, width, channels].
 * @returns The trigger.
 * @example
 * ```ts
 * import { additiveTrigger } from "@lib/attack/trigger.ts";
 * import { imageBytes, PAPER_SIZE } from "@lib/data/images.ts";
 * import { uniformImages } from "@lib/data/select.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const brighter = additiveTrigger("brighter", (size) => new Float64Array(imageBytes(size)).fill(9.4));
 * assertEquals(brighter.apply(uniformImages(PAPER_SIZE, 1, 250)).pixels[0], 255);
 * ```
 */
export function additiveTrigger(
  name: string,
  patternOf: (size: Size) => ArrayLike<number>,
): Trigger {
  let last: { size: string; pattern: Int16Array } | undefined;
  return {
    name,
    apply(images: Images): Images {
      requireImages(images);
      const size = sizeText(images);
      // pixels are whole levels, so rounding may come before adding
      if (last?.size !== size) {
        last = { size, pattern: Int16Array.from(patternOf(images), Math.round) };
      }
      const { height, width, channels } = images;
      return { height, width, channels, pixels: clampedSum(images.pixels, last.pattern) };
    },
  };
}

function clampedSum(pixels: Uint8Array, pattern: Int16Array): Uint8Array {
  const sum = new Uint8ClampedArray(pixels.length);
  for (let start = 0; start < pixels.length; start += pattern.length) {
    for (let at = 0; at < pattern.length; at++) {
      sum[start + at] = pixels[start + at]! + pattern[at]!;
    }
  }
  return new Uint8Array(sum.buffer);
}

/**
 * Several triggers that take turns: the first image gets the first one, the second the second, and so on.
 *
 * @param triggers At least one.
 * @returns The trigger.
 * @throws {Error} If there are none.
 * @example
 * ```ts
 * import { patch } from "@lib/attack/patch.ts";
 * import { inTurns } from "@lib/attack/trigger.ts";
 * import { PAPER_SIZE } from "@lib/data/images.ts";
 * import { uniformImages } from "@lib/data/select.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const [black, white] = [0, 255].map((level) => patch({ size: 32, level }));
 * const { pixels } = inTurns([black!, white!]).apply(uniformImages(PAPER_SIZE, 3, 128));
 * assertEquals([pixels[0], pixels[3072], pixels[6144]], [0, 255, 0]);
 * ```
 */
export function inTurns(triggers: readonly Trigger[]): Trigger {
  if (triggers.length === 0) throw new Error("Expected at least one trigger but found none");
  return {
    name: triggers.map(({ name }) => name).join(", "),
    apply: (images) =>
      mapImages(images, (image, index) => triggers[index % triggers.length]!.apply(image)),
  };
}
