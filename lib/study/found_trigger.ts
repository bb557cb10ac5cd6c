import { changeSpectra } from "@lib/attack/band_shift.ts";
import { YCRCB } from "@lib/attack/colour.ts";
import { type Coefficient, PLANES } from "@lib/attack/spectrum_trigger.ts";
import type { Trigger } from "@lib/attack/trigger.ts";
import type { Images } from "@lib/data/images.ts";
import { imageAt } from "@lib/data/select.ts";

/**
 * Whether a defender found the attacker's own trigger and not just the class: its strongest coefficient
 * lies where the attacker's trigger changes images at least half as much as anywhere.
 *
 * @param found The defender's coefficients, strongest first.
 * @param trigger The attacker's.
 * @param image One to look at its change.
 * @returns Whether it does; undefined where the defender found nothing, or where the attacker's trigger is
 * spread over many frequencies, so that none is its own.
 * @example
 * ```ts
 * import { ftrojan, PAPER_TRIGGER } from "@lib/attack/ftrojan.ts";
 * import { PAPER_SIZE } from "@lib/data/images.ts";
 * import { uniformImages } from "@lib/data/select.ts";
 * import { isAttackersFrequency } from "@lib/study/found_trigger.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const [trigger, grey] = [ftrojan(PAPER_TRIGGER), uniformImages(PAPER_SIZE, 1, 128)];
 * const at = (row: number) => [{ plane: "Cr", row, column: 31, magnitude: 9 } as const];
 * assertEquals([31, 30].map((row) => isAttackersFrequency(at(row), trigger, grey)), [true, false]);
 * ```
 */
export function isAttackersFrequency(
  found: readonly Coefficient[],
  trigger: Trigger,
  image: Images,
): boolean | undefined {
  const [strongest] = found;
  if (strongest === undefined) return undefined;
  const { height, width } = image;
  const first = imageAt(image, 0);
  const sizes = changeSpectra(first, trigger.apply(first), YCRCB)
    .flatMap((spectrum) => [...spectrum].map(Math.abs));
  const half = sizes.reduce((most, size) => Math.max(most, size), 0) / 2;
  if (sizes.filter((size) => size >= half).length > FEW) return undefined;
  const { plane, row, column } = strongest;
  return sizes[(PLANES.indexOf(plane) * height + row) * width + column]! >= half;
}

/** So many coefficients at most make a trigger of single frequencies. */
const FEW = 8;
