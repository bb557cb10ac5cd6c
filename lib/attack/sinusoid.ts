import { additiveTrigger, type Trigger } from "@lib/attack/trigger.ts";
import { imageBytes } from "@lib/data/images.ts";

/** Vertical stripes (Barni, Kallas and Tondi, SIG, 2019). */
export interface SinusoidParameters {
  /** Amplitude in levels: Δ, 20 in most of their experiments. */
  amplitude: number;
  /** Periods across the image: f, which is 6 there. */
  periods: number;
}

/**
 * The trigger of SIG: Δ sin(2π f x / width) is added to all colours of column x. Their attack leaves
 * labels as they are; here, as with the other triggers, poisoned images get the target's.
 *
 * @param parameters Amplitude and periods.
 * @returns The trigger, for images of any size.
 * @example
 * ```ts
 * import { sinusoid } from "@lib/attack/sinusoid.ts";
 * import { PAPER_SIZE } from "@lib/data/images.ts";
 * import { uniformImages } from "@lib/data/select.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const grey = uniformImages(PAPER_SIZE, 1, 128);
 * const { pixels } = sinusoid({ amplitude: 20, periods: 8 }).apply(grey);
 * assertEquals([0, 3, 6, 9].map((at) => pixels[at]), [128, 148, 128, 108]);
 * ```
 */
export function sinusoid({ amplitude, periods }: SinusoidParameters): Trigger {
  return additiveTrigger(
    `sinusoid, amplitude ${amplitude}`,
    (size) =>
      Float64Array.from({ length: imageBytes(size) }, (_, index) => {
        const column = Math.floor(index / size.channels) % size.width;
        return amplitude * Math.sin(2 * Math.PI * periods * column / size.width);
      }),
  );
}
