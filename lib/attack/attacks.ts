import {
  type Attack,
  type AttackChoice,
  type MakeTrigger,
  triggerAttack,
} from "@lib/attack/attack.ts";
import { BAN } from "@lib/attack/ban.ts";
import { blend, type BlendParameters } from "@lib/attack/blend.ts";
import { CLEAN_LABEL } from "@lib/attack/clean_label.ts";
import { type DynamicParameters, randomSquares } from "@lib/attack/dynamic.ts";
import { ftrojan, type FTrojanParameters } from "@lib/attack/ftrojan.ts";
import { IAB } from "@lib/attack/iab.ts";
import { type Kept, readKept } from "@lib/attack/kept.ts";
import { patch, type PatchParameters } from "@lib/attack/patch.ts";
import type { Poisoning } from "@lib/attack/poison.ts";
import { REFOOL } from "@lib/attack/refool.ts";
import { sinusoid, type SinusoidParameters } from "@lib/attack/sinusoid.ts";
import { TROJAN_NN } from "@lib/attack/trojan_nn.ts";
import { chosen } from "@lib/environment.ts";

/**
 * The attacks that an experiment can name. To add one: a file, and a line here. A trigger that follows from
 * its parameters is enough; an {@link Attack} trains the network in a way of its own.
 */
// deno-lint-ignore no-explicit-any -- each has parameters of its own
export const ATTACKS: Record<string, MakeTrigger | Attack<any>> = {
  ftrojan: (parameters: FTrojanParameters) => ftrojan(parameters),
  patch: (parameters: PatchParameters) => patch(parameters),
  blend: (parameters: BlendParameters) => blend(parameters),
  sinusoid: (parameters: SinusoidParameters) => sinusoid(parameters),
  dynamic: (parameters: DynamicParameters) => randomSquares(parameters),
  clean_label: CLEAN_LABEL,
  refool: REFOOL,
  trojan_nn: TROJAN_NN,
  iab: IAB,
  ban: BAN,
};

/**
 * An attack of the list.
 *
 * @param name Which.
 * @returns The attack.
 * @throws {Error} If there is none of that name.
 * @example
 * ```ts
 * import { attackOf } from "@lib/attack/attacks.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const { trigger } = attackOf("patch");
 * assertEquals(trigger({ size: 3, level: 255 }, {}).name, "patch, 3×3");
 * ```
 */
export function attackOf(name: string): Attack {
  const found = chosen(ATTACKS, name, "an attack");
  return typeof found === "function" ? triggerAttack(found) : found;
}

/**
 * A chosen attack's trigger and what it poisons.
 *
 * @param attack Which.
 * @param kept What lies beside the attacked network; few triggers need it.
 * @returns Trigger, target and injection rate.
 * @throws {Error} If there is no attack of that name, or its parameters or what is kept are not right.
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
export function poisoningOf(attack: AttackChoice<object>, kept: Kept = {}): Poisoning {
  const { name, parameters, target, injectionRate } = attack;
  return { trigger: attackOf(name).trigger(parameters, kept), target, injectionRate };
}

/**
 * The same for a network that has been attacked, with all that its trigger is made from.
 *
 * @param folder The network's.
 * @param attack By which it was attacked.
 * @returns Trigger, target and injection rate.
 * @throws {Error} As {@link poisoningOf}, or if what is kept is damaged.
 * @example
 * ```ts
 * import { poisoningIn } from "@lib/attack/attacks.ts";
 * import { outputPath } from "@lib/environment.ts";
 * import { paperExperiment } from "@lib/study/experiment.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const folder = outputPath("gtsrb", "badnet");
 * const { trigger } = await poisoningIn(folder, paperExperiment("gtsrb").attack);
 * assertEquals(trigger.name, "FTrojan, magnitude 30");
 * ```
 */
export async function poisoningIn(
  folder: string,
  attack: AttackChoice<object>,
): Promise<Poisoning> {
  return poisoningOf(attack, await readKept(folder));
}
