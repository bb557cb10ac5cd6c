import { dataChoice } from "@lib/data/dataset.ts";
import type { EpochRecord } from "@lib/network/training_state.ts";
import type { Experiment } from "@lib/study/experiment.ts";

/** What a network says of itself. */
export interface Described {
  experiment: Experiment<object>;
  history: EpochRecord[];
  /** What it was trained on; older ones say nothing of it, and were trained on a processor. */
  device?: string;
}

/** The same as networks said it before an experiment was five choices. */
interface OldDescribed {
  experiment: {
    setting: string;
    seed: number;
    trigger: { kind?: string };
    target: number;
    injectionRate: number;
    recipe: Experiment["recipe"] & { seed: number };
  };
  history: EpochRecord[];
}

/**
 * What a network says of itself, in today's form: those in `outputs/` may be older.
 *
 * @param metadata As it is written beside the network.
 * @returns Experiment and history; none if there is no experiment.
 */
export function inNewForm(metadata: unknown): Described | undefined {
  const found = metadata as Described | OldDescribed | undefined;
  if (found?.experiment === undefined) return undefined;
  if (!("setting" in found.experiment)) return found as Described;
  const { setting, seed, trigger, target, injectionRate, recipe } = found.experiment;
  const { kind = "ftrojan", ...parameters } = trigger;
  const { seed: _, ...rest } = recipe;
  return {
    experiment: {
      data: dataChoice(setting),
      architecture: "paper",
      attack: { name: kind, parameters, target, injectionRate },
      recipe: rest,
      seed,
    },
    history: found.history.map((record) => ({ ...record, rates: renamed(record.rates) })),
  };
}

/** Attack success had another name, and there was a second one that counted the target's images too. */
function renamed(rates: Record<string, number>): Record<string, number> {
  const { attackSuccessRate, attackSuccessRateIncludingTarget: _, ...others } = rates;
  return attackSuccessRate === undefined ? rates : { ...others, attackSuccess: attackSuccessRate };
}
