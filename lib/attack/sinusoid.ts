import { saturatedSum } from "@lib/attack/saturated_sum.ts";
import { requireImages, type Trigger } from "@lib/attack/trigger.ts";
import { IMAGE_BYTES, SIDE } from "@lib/data/images.ts";

/** Vertical stripes (Barni, Kallas and Tondi, SIG, 2019). */
export interface SinusoidParameters {
  kind: "sinusoid";
  /** Amplitude in levels: Δ, 20 in most of their experiments. */
  amplitude: number;
  /** Periods across the image: f, which is 6 there. */
  periods: number;
}

/**
 * The trigger of SIG: Δ sin(2π f x / width) is added to all three colours of column x. Their attack
 * leaves labels as they are; here, as with the other triggers, poisoned images get the target's.
 *
 * @param parameters Amplitude and periods.
 * @returns The trigger.
 * @example
 * ```ts
 * import { sinusoid } from "@lib/attack/sinusoid.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const grey = new Uint8Array(3072).fill(128);
 * const striped = sinusoid({ kind: "sinusoid", amplitude: 20, periods: 8 }).apply(grey);
 * assertEquals([...striped.subarray(0, 12)].filter((_, index) => index % 3 === 0), [128, 148, 128, 108]);
 * ```
 */
export function sinusoid({ amplitude, periods }: SinusoidParameters): Trigger {
  const pattern = Int16Array.from({ length: IMAGE_BYTES }, (_, index) => {
    const column = Math.floor(index / 3) % SIDE;
    return Math.round(amplitude * Math.sin(2 * Math.PI * periods * column / SIDE));
  });
  return {
    name: `sinusoid, amplitude ${amplitude}`,
    apply(pixels: Uint8Array): Uint8Array {
      requireImages(pixels);
      return saturatedSum(pixels, pattern);
    },
  };
}
