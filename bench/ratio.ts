/** Several values of one quantity. */
export interface Spread {
  median: number;
  min: number;
  max: number;
}

/** One line of the results: what was measured beside what. */
export interface Row {
  name: string;
  /** Median. */
  ours: number;
  /** Median; null where there is nothing beside it. */
  peer: number | null;
  unit: string;
  /** How many times better we are, in each round. */
  ratio: Spread | null;
  /** What the ratio shall reach at least. */
  bar: number | null;
}

/** A way of doing the work; gives a rate or a time. */
export type Way = () => number | Promise<number>;

/** In turn so often: A B A B … */
const ROUNDS = 5;

/**
 * Runs ways in turn.
 *
 * @param ways What to run; each has been warmed up.
 * @param rounds How often.
 * @returns One list of values a way.
 */
export async function inTurn(ways: readonly Way[], rounds = ROUNDS): Promise<number[][]> {
  const values: number[][] = ways.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (const [index, way] of ways.entries()) values[index]!.push(await way());
  }
  return values;
}

/**
 * Median, smallest and largest value.
 *
 * @param values At least one.
 */
export function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 === 1
    ? sorted[middle]!
    : (sorted[middle - 1]! + sorted[middle]!) / 2;
  return { median, min: sorted[0]!, max: sorted.at(-1)! };
}

/**
 * A line of the results from rates, such as images a second.
 *
 * @param name What was measured beside what.
 * @param unit Of both.
 * @param bar What the ratio shall reach.
 * @param ours Our values, one a round.
 * @param peer The peer's in the same rounds.
 */
export function rateRow(
  name: string,
  unit: string,
  bar: number | null,
  ours: readonly number[],
  peer: readonly number[],
): Row {
  const ratio = spread(ours.map((value, round) => value / peer[round]!));
  return { name, ours: spread(ours).median, peer: spread(peer).median, unit, ratio, bar };
}

/** The same from times or sizes, of which less is better. */
export function costRow(...[name, unit, bar, ours, peer]: Parameters<typeof rateRow>): Row {
  const ratio = spread(ours.map((value, round) => peer[round]! / value));
  return { name, ours: spread(ours).median, peer: spread(peer).median, unit, ratio, bar };
}

/** Seconds that work takes. */
export async function seconds(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

/**
 * The exponent of growth: the slope of a straight line through the logarithms.
 *
 * @param sizes What grows.
 * @param costs What it costs.
 */
export function exponent(sizes: readonly number[], costs: readonly number[]): number {
  const [x, y] = [sizes, costs].map((values) => values.map(Math.log));
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const [middleX, middleY] = [mean(x!), mean(y!)];
  const along = x!.map((value) => value - middleX);
  return mean(along.map((value, index) => value * (y![index]! - middleY))) /
    mean(along.map((value) => value * value));
}
