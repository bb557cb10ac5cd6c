/** Tells how running a list of notebooks goes, several at once perhaps. */
export interface ProgressPrinter {
  begin(name: string): void;
  /** The cell at work and the newest line it showed. */
  tell(name: string, cell: string, progress: string): void;
  /** How it ended: "done in 3 s". */
  end(name: string, result: string): void;
}

const QUIET = 8_000; // milliseconds between lines where there is no terminal

const worded = (...parts: string[]): string => parts.filter(Boolean).join(" · ");

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
  const running = new Map<string, { state: string; start: number }>();
  const waiting = new Set(names);
  let last = 0;
  let timer: ReturnType<typeof setInterval> | undefined;
  const heading = (name: string): string => `[${names.indexOf(name) + 1}/${names.length}] ${name}`;
  const print = (): void => {
    last = Date.now();
    const elapsed = new Map<string, number>();
    const lines = [...running].map(([name, { state, start }]) => {
      elapsed.set(name, (last - start) / 1000);
      return worded(heading(name), state, timeWords(elapsed.get(name)!));
    });
    const left = timeLeft([...waiting], durations, elapsed);
    if (!terminal) return write(lines.map((line) => `${worded(line, left)}\n`).join(""));
    write(rewrite + worded(left, ...lines).slice(0, Deno.consoleSize().columns - 1));
  };
  return {
    begin(name: string): void {
      waiting.delete(name);
      running.set(name, { state: "", start: Date.now() });
      if (running.size === 1) timer = setInterval(print, terminal ? 1000 : QUIET);
      write(terminal ? `${rewrite}${heading(name)}` : `${heading(name)} …\n`);
    },
    tell(name: string, cell: string, progress: string): void {
      running.get(name)!.state = worded(cell, progress);
      if (terminal && Date.now() - last > 200) print();
    },
    end(name: string, result: string): void {
      running.delete(name);
      if (running.size === 0) clearInterval(timer);
      write(`${rewrite}${heading(name)} ${result}\n`);
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

/**
 * What earlier runs say is left; nothing where one of the notebooks was never run.
 *
 * @param waiting Notebooks that have not begun.
 * @param durations Seconds that earlier runs took, by name.
 * @param elapsed Seconds for which the others have been running, by name; as many go on beside each other.
 */
export function timeLeft(
  waiting: readonly string[],
  durations: Readonly<Record<string, number>>,
  elapsed: ReadonlyMap<string, number>,
): string {
  if ([...waiting, ...elapsed.keys()].some((name) => durations[name] === undefined)) return "";
  const ahead = waiting.map((name) => durations[name]!);
  const now = [...elapsed].map(([name, seconds]) => Math.max(0, durations[name]! - seconds));
  const sum = [...ahead, ...now].reduce((total, each) => total + each, 0);
  const seconds = Math.max(sum / elapsed.size, ...now);
  return `about ${
    seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`
  } left`;
}
