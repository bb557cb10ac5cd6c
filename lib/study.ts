import { type Experiment, outputPath, paperExperiment, type Setting } from "@lib/experiment.ts";
import { exists } from "@lib/files.ts";

/** A network of the study: one of the BadNets, or a control. */
export interface StudyNetwork {
  /** Its folder in `outputs/<setting>/`. */
  name: string;
  /** What it is, in a few words. */
  title: string;
  experiment: Experiment;
}

/** One BadNet each: the numbers behind every mean and range. */
export const SEEDS: readonly number[] = [1, 2, 3, 4, 5];

/**
 * The networks that the study compares: the paper's BadNet from several seeds.
 *
 * @param setting Which data.
 * @returns Name, title and experiment of each; the first is the notebooks' own.
 * @example
 * ```ts
 * import { badNets } from "@lib/study.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * assertEquals(badNets("gtsrb").map(({ name }) => name)[1], "badnet_seed2");
 * ```
 */
export function badNets(setting: Setting): StudyNetwork[] {
  return SEEDS.map((seed) => ({
    name: seed === 1 ? "badnet" : `badnet_seed${seed}`,
    title: `BadNet, seed ${seed}`,
    experiment: paperExperiment(setting, seed),
  }));
}

/**
 * The networks that have no frequency backdoor: one from clean images alone, and one whose poisoned
 * images carry the target's label but a trigger of magnitude 0.
 *
 * @param setting Which data.
 * @returns Name, title and experiment of each.
 * @example
 * ```ts
 * import { controls } from "@lib/study.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * assertEquals(controls("gtsrb")[0]!.experiment.injectionRate, 0);
 * ```
 */
export function controls(setting: Setting): StudyNetwork[] {
  const experiment = paperExperiment(setting);
  return [
    { name: "clean", title: "clean network", experiment: { ...experiment, injectionRate: 0 } },
    {
      name: "magnitude_0",
      title: "BadNet of magnitude 0",
      experiment: { ...experiment, trigger: { ...experiment.trigger, magnitude: 0 } },
    },
  ];
}

/**
 * Those of some networks that have been trained.
 *
 * @param networks As {@link badNets} or {@link controls} list them.
 * @returns The ones that lie in `outputs/`.
 * @example
 * ```ts
 * import { availableNetworks, badNets } from "@lib/study.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * assertEquals((await availableNetworks(badNets("gtsrb"))).length, 5);
 * ```
 */
export async function availableNetworks(
  networks: readonly StudyNetwork[],
): Promise<StudyNetwork[]> {
  const there = await Promise.all(
    networks.map(({ name, experiment }) => exists(outputPath(experiment.setting, name))),
  );
  return networks.filter((_, index) => there[index]);
}
