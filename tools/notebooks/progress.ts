/** Tells how running a list of notebooks goes. */
export interface ProgressPrinter {
  begin(name: string): void;
  /** The cell at work and the newest line it showed. */
  tell(cell: string, progress: string): void;
  /** How it ended: "done in 3 s". */
  end(result: string): void;
}

const QUIET = 8_000; // milliseconds between lines where there is no terminal

/**
 * Prints progress: in a terminal one line that is rewritten, elsewhere a line now and then. The time
 * goes on while a cell says nothing, so that one sees it is alive.
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
  const rewrite = terminal ? "\r\x1b[K" : "";
  let [current, state, start, last] = ["", "", 0, 0];
  let timer: ReturnType<typeof setInterval> | undefined;
  const heading = (): string => `[${names.indexOf(current) + 1}/${names.length}] ${current}`;
  const print = (): void => {
    last = Date.now();
    const elapsed = (last - start) / 1000;
    const left = timeLeft(names, durations, current, elapsed);
    const parts = [heading(), state, timeWords(elapsed), left].filter(Boolean);
    const line = parts.join(" · ");
    write(terminal ? rewrite + line.slice(0, Deno.consoleSize().columns - 1) : `${line}\n`);
  };
  return {
    begin(name: string): void {
      [current, state, start] = [name, "", Date.now()];
      write(terminal ? heading() : `${heading()} …\n`);
      timer = setInterval(print, terminal ? 1000 : QUIET);
    },
    tell(cell: string, progress: string): void {
      state = [cell, progress].filter(Boolean).join(" · ");
      if (terminal && Date.now() - last > 200) print();
    },
    end(result: string): void {
      clearInterval(timer);
      write(`${rewrite}${heading()} ${result}\n`);
    },
  };
}

/**
 * A time in words, such as "2 min 10 s".
 *
 * @param seconds Rounded to whole ones.
 */
export function timeWords(seconds: number): string {
  const whole = Math.round(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/**
 * Seconds that earlier runs took, by notebook; none if the file is missing or damaged, since it only
 * serves to estimate.
 *
 * @param file Where they are kept.
 */
export async function readDurations(file: string): Promise<Record<string, number>> {
  return await Deno.readTextFile(file).then((text) => JSON.parse(text)).catch(() => ({}));
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
