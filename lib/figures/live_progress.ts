import { display, inNotebook } from "@lib/figures/display.ts";

/** A line that tells how far work has come. */
export interface LiveProgress {
  /** Tells how much is done, at most twice a second; cheap to call more often. */
  update(done: number, note?: string): Promise<void>;
  /** Leaves the line as it shall stay. */
  finish(note?: string): Promise<void>;
}

/**
 * Begins a line of progress with the time left, rewritten in one place. Outside a notebook it is
 * printed anew, every ten seconds.
 *
 * @param task What is being done: "training".
 * @param total How much there is to do.
 * @param unit What is counted: "images".
 * @example
 * ```ts
 * import { liveProgress } from "@lib/figures/live_progress.ts";
 *
 * const progress = liveProgress("poisoning", 2, "images");
 * await progress.update(1);
 * await progress.finish("5 % of the training set");
 * ```
 */
export function liveProgress(task: string, total: number, unit: string): LiveProgress {
  const id = crypto.randomUUID();
  const start = Date.now();
  const pause = inNotebook() ? 500 : 10_000;
  let [replace, next] = [false, inNotebook() ? 0 : start + pause];
  const write = async (done: number, note?: string) => {
    next = Date.now() + pause;
    const line = progressLine(task, done, total, unit, (Date.now() - start) / 1000, note);
    const live = { id, replace };
    replace = true;
    await display({ "text/markdown": line, "text/plain": line }, live);
  };
  return {
    async update(done: number, note?: string): Promise<void> {
      if (Date.now() >= next) await write(done, note);
    },
    finish: (note?: string): Promise<void> => write(total, note),
  };
}

/**
 * Words the progress of some work; the time left assumes that it goes on at the same pace.
 *
 * @param task What is being done.
 * @param done How much is done, 0 … `total`.
 * @param total How much there is to do.
 * @param unit What is counted.
 * @param seconds Since the start.
 * @param note Added at the end.
 * @returns One line.
 * @example
 * ```ts
 * import { progressLine } from "@lib/figures/live_progress.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const line = progressLine("training", 3, 12, "epochs", 60, "loss 0.41");
 * assertEquals(line, "training: 3 of 12 epochs · 1 min · about 3 min left · loss 0.41");
 * ```
 */
export function progressLine(
  task: string,
  done: number,
  total: number,
  unit: string,
  seconds: number,
  note?: string,
): string {
  const parts = [`${task}: ${done} of ${total} ${unit}`, duration(seconds)];
  if (done > 0 && done < total) {
    parts.push(`about ${duration(seconds * (total - done) / done)} left`);
  }
  if (note) parts.push(note);
  return parts.join(" · ");
}

function duration(seconds: number): string {
  const whole = Math.round(seconds);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  if (hours > 0) return `${hours} h ${minutes} min`;
  if (minutes >= 10 || (minutes > 0 && whole % 60 === 0)) return `${minutes} min`;
  return minutes > 0 ? `${minutes} min ${whole % 60} s` : `${whole} s`;
}
