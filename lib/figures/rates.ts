import { MEANING } from "@lib/figures/palette.ts";

/** What is asked of a network with a backdoor; shares from 0 to 1. */
export interface Rates<T = number> {
  /** Share of clean images classified rightly. */
  cleanAccuracy: T;
  /** Share of triggered images that are taken for the attacker's class. */
  attackSuccess: T;
}

/** From … to, shares from 0 to 1: how sure a measured rate is. */
export interface Range {
  low: number;
  high: number;
}

/** Both rates as figures show them. */
export const RATES = [
  { rate: "cleanAccuracy", name: "clean accuracy", ...MEANING.clean },
  { rate: "attackSuccess", name: "attack success", ...MEANING.attack },
] as const;

/** An axis of rates in per cent, with room for a line at either end. */
export const RATE_AXIS = { range: [-2, 102], dtick: 20, tick0: 0 };
