/** Tells how running a list of notebooks goes. */
export interface ProgressPrinter {
  begin(name: string): void;
  /** The cell at work and the newest line it showed. */
  tell(cell: string, progress: string): void;
  end(seconds: number): void;
}

const QUIET = 10_000; // milliseconds between lines where there is no terminal

/**
 * Prints progress: in a terminal one line that is rewritten, elsewhere a line now and then.
 *
 * @param names All notebooks to run.
 * @param durations Seconds that earlier runs took, by name: what the time left is estimated from.
 */
export function progressPrinter(
  names: readonly string[],
  durations: Readonly<Record<string, number>>,
): ProgressPrinter {
  const terminal = Deno.stdout.isTerminal();
  const write = (text: string): void => void Deno.stdout.writeSync(new TextEncoder().encode(text));
  let [current, start, last] = ["", 0, 0];
  const heading = (): string => `[${names.indexOf(current) + 1}/${names.length}] ${current}`;
  return {
    begin(name: string): void {
      [current, start, last] = [name, Date.now(), Date.now()];
      write(terminal ? heading() : `${heading()} …\n`);
    },
    tell(cell: string, progress: string): void {
      const now = Date.now();
      if (now - last < (terminal ? 200 : QUIET)) return;
      last = now;
      const left = timeLeft(names, durations, current, (now - start) / 1000);
      const line = [heading(), cell, progress, left].filter(Boolean).join(" · ");
      write(terminal ? `\r\x1b[K${line.slice(0, Deno.consoleSize().columns - 1)}` : `${line}\n`);
    },
    end(seconds: number): void {
      write(`${terminal ? "\r\x1b[K" : ""}${heading()} done in ${seconds.toFixed(0)} s\n`);
    },
  };
}

/** What earlier runs say is left; nothing where one of the notebooks was never run. */
export function timeLeft(
  names: readonly string[],
  durations: Readonly<Record<string, number>>,
  current: string,
  elapsed: number,
): string {
  const ahead = names.slice(names.indexOf(current)).map((name) => durations[name]);
  if (ahead.some((seconds) => seconds === undefined)) return "";
  const [now, ...later] = ahead as number[];
  const seconds = later.reduce((sum, each) => sum + each, Math.max(0, now! - elapsed));
  return `about ${
    seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`
  } left`;
}
