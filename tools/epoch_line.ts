import type { EpochRecord } from "@lib/network/training_state.ts";
import { percent } from "@lib/words.ts";

/**
 * How an epoch of a training went, in a line.
 *
 * @param record The epoch's.
 * @param epochs How many there are to be.
 */
export function epochLine({ epoch, loss, seconds, rates }: EpochRecord, epochs: number): string {
  const shares = Object.entries(rates).map(([what, rate]) => `${what} ${percent(rate)}`);
  const of = `epoch ${epoch}/${epochs}`;
  return [of, `${seconds.toFixed(0)} s`, `loss ${loss.toFixed(4)}`, ...shares].join(", ");
}
