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
  dash: "solid" | "dash" | "dot" | "dashdot" | "longdash" | "longdashdot";
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
 * Orders of pruning, the first for the most important; two by Okabe and Ito, three by Tol (muted), who
 * chose them for the colour-blind as well, and grey. None of them has a meaning above.
 */
export const ORDERS: readonly Look[] = [
  { color: "#332288", dash: "solid", symbol: "circle" },
  { color: "#E69F00", dash: "dash", symbol: "diamond" },
  { color: "#882255", dash: "dot", symbol: "square" },
  { color: "#56B4E9", dash: "dashdot", symbol: "triangle-up" },
  { color: "#8A8A8A", dash: "longdash", symbol: "triangle-down" },
  { color: "#999933", dash: "longdashdot", symbol: "cross" },
];

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
