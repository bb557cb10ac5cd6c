/**
 * What colours mean, in all figures. Nothing is told by colour alone: a dash, a symbol, a hatch or a
 * word says the same, for readers who see no colours and for prints that have none.
 *
 * @module
 */

/** Text, and lines that stand for nothing but themselves. */
export const INK = "#222222";

/** How a line and its markers are drawn, in Plotly's words. */
export interface Look {
  color: string;
  dash: string;
  symbol: string;
}

/** One look a meaning; colours the colour-blind can tell apart (Okabe and Ito, 2008). */
export const MEANING = {
  /** Clean images, and the accuracy on them. */
  clean: { color: "#0072B2", dash: "solid", symbol: "circle" },
  /** The trigger, the attacker's class and the attack's success. */
  attack: { color: "#D55E00", dash: "dash", symbol: "diamond" },
  /** The true class of a triggered image, and robust accuracy. */
  truth: { color: "#009E73", dash: "dot", symbol: "square" },
  /** A class that is neither the true one nor the attacker's. */
  third: { color: "#CC79A7", dash: "dashdot", symbol: "cross" },
  /** Thresholds, diagonals and whatever stands in the background. */
  neutral: { color: "#555555", dash: "dot", symbol: "line-ns" },
} as const satisfies Record<string, Look>;

/**
 * Orders of pruning, the first for the most important; one by Okabe and Ito, three by Tol (muted), who
 * chose them for the colour-blind as well, grey and brown. None of them has a meaning above, nor the symbol of
 * one, nor the dash; the first is solid, as clean accuracy is, but no figure has lines of both.
 */
export const ORDERS: readonly Look[] = [
  { color: "#332288", dash: "solid", symbol: "triangle-up" },
  { color: "#999933", dash: "longdash", symbol: "triangle-down" },
  { color: "#882255", dash: "longdashdot", symbol: "star" },
  { color: "#56B4E9", dash: "3px,8px", symbol: "pentagon" },
  { color: "#8A8A8A", dash: "12px,3px", symbol: "hourglass" },
  { color: "#774411", dash: "15px,3px,3px,3px,3px,3px", symbol: "x" },
];

/** The orders that look the same in every figure, whatever is drawn beside them; a star may follow. */
const NAMED = [
  /^clean ascending( \*)?$/,
  /^backdoor descending( \*)?$/,
  /^greedy( \*)?$/,
  /random/,
];

/**
 * How orders of pruning are drawn: the four that figures come back to always alike, others in what is
 * left, from the end.
 *
 * @param names Of all that are in a figure, one to six.
 * @returns A look each, none twice.
 * @throws {Error} If there are more names than looks.
 * @example
 * ```ts
 * import { orderLooks, ORDERS } from "@lib/figures/palette.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const looks = orderLooks(["mine", "median of 25 random orders", "clean ascending"]);
 * assertEquals(looks, [ORDERS[5], ORDERS[3], ORDERS[0]]);
 * ```
 */
export function orderLooks(names: readonly string[]): Look[] {
  if (names.length > ORDERS.length) {
    throw new Error(`Expected at most ${ORDERS.length} orders but found ${names.length}`);
  }
  const own = names.map((name) => NAMED.findIndex((each) => each.test(name)));
  const places = own.map((place, index) => own.indexOf(place) === index ? place : -1);
  const left = [...ORDERS.keys()].filter((place) => !places.includes(place));
  return places.map((place) => ORDERS[place < 0 ? left.pop()! : place]!);
}

/**
 * How the attack's bars differ from the others without their colour: in their outline, and where they
 * are hatched in its direction.
 */
export const BARS = {
  clean: { edge: MEANING.clean.color, hatch: "/" },
  attack: { edge: INK, hatch: "\\" },
} as const;

/** What the paper states has the colour of its rate, but bars are hatched and these markers open. */
export const PAPER_MARKER = "-open";

/**
 * A colour that lets through what lies under it.
 *
 * @param color As "#rrggbb".
 * @param share How much of it is left, 0–1.
 * @returns As "#rrggbbaa".
 * @example
 * ```ts
 * import { faint, INK } from "@lib/figures/palette.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * assertEquals(faint(INK, 0.2), "#22222233");
 * ```
 */
export function faint(color: string, share: number): string {
  return color + Math.round(share * 255).toString(16).padStart(2, "0");
}
