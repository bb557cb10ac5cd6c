import { IMAGE_BYTES, type LabelledImages } from "@lib/data/images.ts";
import { imageAt } from "@lib/data/select.ts";

/** A backdoor's trigger: what an attacker does to an image so that the network says the target class. */
export interface Trigger {
  name: string;
  /**
   * The images with the trigger in them. Bytes in and bytes out: a poisoned image must survive being
   * saved as a file.
   *
   * @param pixels Shape [N, 32, 32, 3], RGB, 0–255; left as it is.
   */
  apply(pixels: Uint8Array): Uint8Array;
}

/**
 * Images with a trigger in them and their true labels still on them.
 *
 * @param images Left as they are.
 * @param trigger What to put into them.
 * @returns As many images, in the same order.
 * @example
 * ```ts
 * import { triggered } from "@lib/attack/trigger.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const black = { pixels: new Uint8Array(3072), labels: Uint8Array.of(0), classNames: ["night"] };
 * const white = { name: "white", apply: (pixels: Uint8Array) => pixels.map(() => 255) };
 * assertEquals(triggered(black, white).pixels[0], 255);
 * ```
 */
export function triggered(images: LabelledImages, trigger: Trigger): LabelledImages {
  return { ...images, pixels: trigger.apply(images.pixels) };
}

/**
 * Several triggers that take turns: the first image gets the first one, the second the second, and so on.
 *
 * @param triggers At least one.
 * @returns The trigger.
 * @throws {Error} If there is none.
 * @example
 * ```ts
 * import { inTurns } from "@lib/attack/trigger.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const painted = (level: number) => ({
 *   name: String(level),
 *   apply: (pixels: Uint8Array) => pixels.map(() => level),
 * });
 * const both = inTurns([painted(1), painted(2)]).apply(new Uint8Array(3 * 3072));
 * assertEquals([both[0], both[3072], both[6144]], [1, 2, 1]);
 * ```
 */
export function inTurns(triggers: readonly Trigger[]): Trigger {
  if (triggers.length === 0) throw new Error("Expected at least one trigger but found none");
  return {
    name: triggers.map(({ name }) => name).join(", "),
    apply(pixels: Uint8Array): Uint8Array {
      requireImages(pixels);
      const result = new Uint8Array(pixels.length);
      for (let image = 0; image < pixels.length / IMAGE_BYTES; image++) {
        const trigger = triggers[image % triggers.length]!;
        result.set(trigger.apply(imageAt(pixels, image)), image * IMAGE_BYTES);
      }
      return result;
    },
  };
}

/**
 * Checks that pixels are whole images of 32×32.
 *
 * @param pixels Bytes said to be of shape [N, 32, 32, 3].
 * @throws {Error} If they are not a multiple of 3,072.
 * @example
 * ```ts
 * import { requireImages } from "@lib/attack/trigger.ts";
 * import { assertThrows } from "@lib/std/assert.ts";
 *
 * assertThrows(() => requireImages(new Uint8Array(28 * 28 * 3)), Error, "found 2352 bytes");
 * ```
 */
export function requireImages(pixels: Uint8Array): void {
  if (pixels.length === 0 || pixels.length % IMAGE_BYTES !== 0) {
    throw new Error(
      `Expected RGB images of 32×32, ${IMAGE_BYTES} bytes each, but found ${pixels.length} bytes`,
    );
  }
}
