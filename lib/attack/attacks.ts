import { blend, type BlendParameters } from "@lib/attack/blend.ts";
import { ftrojan, type FTrojanParameters } from "@lib/attack/ftrojan.ts";
import { patch, type PatchParameters } from "@lib/attack/patch.ts";
import type { Poisoning } from "@lib/attack/poison.ts";
import { sinusoid, type SinusoidParameters } from "@lib/attack/sinusoid.ts";
import type { Trigger } from "@lib/attack/trigger.ts";
import { chosen } from "@lib/environment.ts";

/** Makes an attack's trigger from its parameters, as JSON holds them. */
// deno-lint-ignore no-explicit-any -- each has parameters of its own
export type MakeTrigger = (parameters: any) => Trigger;

/** The attacks that an experiment can name. To add one: a file, and a line here. */
export const ATTACKS: Record<string, MakeTrigger> = {
  ftrojan: (parameters: FTrojanParameters) => ftrojan(parameters),
  patch: (parameters: PatchParameters) => patch(parameters),
  blend: (parameters: BlendParameters) => blend(parameters),
  sinusoid: (parameters: SinusoidParameters) => sinusoid(parameters),
};

/** Which attack, as it is written beside a network that was attacked so. */
export interface AttackChoice<Parameters extends object = FTrojanParameters> {
  /** In the list of attacks. */
  name: string;
  /** What makes up its trigger. */
  parameters: Parameters;
  /** The attacker's class. */
  target: number;
  /** Share of the training images that are poisoned, 0–1. */
  injectionRate: number;
}

/**
 * A chosen attack's trigger and what it poisons.
 *
 * @param attack Which.
 * @returns Trigger, target and injection rate.
 * @throws {Error} If there is no attack of that name, or its parameters are not right.
 * @example
 * ```ts
 * import { poisoningOf } from "@lib/attack/attacks.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const parameters = { size: 3, level: 255 };
 * const attack = { name: "patch", parameters, target: 10, injectionRate: 0.05 };
 * assertEquals(poisoningOf(attack).trigger.name, "patch, 3×3");
 * ```
 */
export function poisoningOf(attack: AttackChoice<object>): Poisoning {
  const { name, parameters, target, injectionRate } = attack;
  return { trigger: chosen(ATTACKS, name, "an attack")(parameters), target, injectionRate };
}
