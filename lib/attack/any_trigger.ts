import { blend, type BlendParameters } from "@lib/attack/blend.ts";
import { ftrojan, type FTrojanParameters } from "@lib/attack/ftrojan.ts";
import { patch, type PatchParameters } from "@lib/attack/patch.ts";
import { sinusoid, type SinusoidParameters } from "@lib/attack/sinusoid.ts";
import type { Trigger } from "@lib/attack/trigger.ts";

/** What makes up a trigger, as it is written beside a network that learned it. */
export type TriggerParameters =
  | FTrojanParameters
  | PatchParameters
  | BlendParameters
  | SinusoidParameters;

/**
 * Any of the triggers from its parameters.
 *
 * @param parameters Of one of the attacks.
 * @returns The trigger.
 * @throws {Error} As the attack's own function.
 * @example
 * ```ts
 * import { anyTrigger } from "@lib/attack/any_trigger.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * assertEquals(anyTrigger({ kind: "patch", size: 3, level: 255 }).name, "patch, 3×3");
 * ```
 */
export function anyTrigger(parameters: TriggerParameters): Trigger {
  if (!("kind" in parameters)) return ftrojan(parameters);
  switch (parameters.kind) {
    case "patch":
      return patch(parameters);
    case "blend":
      return blend(parameters);
    case "sinusoid":
      return sinusoid(parameters);
  }
}
