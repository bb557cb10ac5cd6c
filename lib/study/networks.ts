import type { AttackChoice } from "@lib/attack/attack.ts";
import type { BanParameters } from "@lib/attack/ban.ts";
import type { CleanLabelParameters } from "@lib/attack/clean_label.ts";
import type { DynamicParameters } from "@lib/attack/dynamic.ts";
import { type FTrojanParameters, PAPER_TRIGGER } from "@lib/attack/ftrojan.ts";
import type { IabParameters } from "@lib/attack/iab_training.ts";
import type { RefoolParameters } from "@lib/attack/refool.ts";
import type { TrojanParameters } from "@lib/attack/trojan_nn.ts";
import { outputPath } from "@lib/environment.ts";
import { type Experiment, paperExperiment } from "@lib/study/experiment.ts";
import { exists } from "@lib/files.ts";

/** A network of the study: one of the BadNets, or a control. */
export interface StudyNetwork<Parameters extends object = FTrojanParameters> {
  /** Its folder in `outputs/<data>/`. */
  name: string;
  /** What it is, in a few words. */
  title: string;
  experiment: Experiment<Parameters>;
}

/** One BadNet each: the numbers behind every mean and range. */
export const SEEDS: readonly number[] = [1, 2, 3, 4, 5];

/**
 * The networks that the study compares: the paper's BadNet from several seeds.
 *
 * @param data In the list of data sets.
 * @returns Name, title and experiment of each; the first is the notebooks' own.
 * @example
 * ```ts
 * import { badNets } from "@lib/study/networks.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * assertEquals(badNets("gtsrb").map(({ name }) => name)[1], "badnet_seed2");
 * ```
 */
export function badNets(data: string): StudyNetwork[] {
  return SEEDS.map((seed) => ({
    name: seed === 1 ? "badnet" : `badnet_seed${seed}`,
    title: `BadNet, seed ${seed}`,
    experiment: paperExperiment(data, seed),
  }));
}

/**
 * The networks that have no frequency backdoor: one from clean images alone, and one whose poisoned
 * images carry the target's label but a trigger of magnitude 0.
 *
 * @param data In the list of data sets.
 * @returns Name, title and experiment of each.
 * @example
 * ```ts
 * import { controls } from "@lib/study/networks.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * assertEquals(controls("gtsrb")[0]!.experiment.attack.injectionRate, 0);
 * ```
 */
export function controls(data: string): StudyNetwork[] {
  const experiment = paperExperiment(data);
  const attack = (change: Partial<AttackChoice>): Experiment => ({
    ...experiment,
    attack: { ...experiment.attack, ...change },
  });
  return [
    { name: "clean", title: "clean network", experiment: attack({ injectionRate: 0 }) },
    {
      name: "magnitude_0",
      title: "BadNet of magnitude 0",
      experiment: attack({ parameters: { ...PAPER_TRIGGER, magnitude: 0 } }),
    },
  ];
}

/**
 * BadNets of other attacks: one thing of the paper's is changed at a time, then the trigger's kind. Few
 * epochs each, which is enough for most backdoors to be learned.
 *
 * @param data In the list of data sets.
 * @returns Name, title and experiment of each.
 * @example
 * ```ts
 * import { otherAttacks } from "@lib/study/networks.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * assertEquals(otherAttacks("gtsrb").at(-1)!.experiment.attack.target, 10);
 * ```
 */
export function otherAttacks(data: string): StudyNetwork<object>[] {
  const paper = paperExperiment(data);
  const network = (
    name: string,
    title: string,
    epochs: number,
    change: Partial<AttackChoice<object>>,
  ): StudyNetwork<object> => ({
    name,
    title,
    experiment: {
      ...paper,
      attack: { ...paper.attack, ...change },
      recipe: { ...paper.recipe, epochs },
    },
  });
  const trigger = (change: Partial<FTrojanParameters>): { parameters: FTrojanParameters } => ({
    parameters: { ...PAPER_TRIGGER, ...change },
  });
  const [patch, noise] = [{ size: 3, level: 255 }, { ratio: 0.2, seed: 1 }];
  const stripes = { amplitude: 20, periods: 6 };
  return [
    network("low_bands", "bands (3, 3), (5, 5)", 6, trigger({ bands: [[3, 3], [5, 5]] })),
    network("one_plane", "band (7, 24) of Cb", 6, trigger({ bands: [[7, 24]], channels: [2] })),
    network("middle_band", "band (15, 15) alone", 6, trigger({ bands: [[15, 15]] })),
    network("luma", "luma instead of chroma", 6, trigger({ channels: [0] })),
    network("target_2", "target 2", 3, { target: 2 }),
    network("rate_10", "injection rate 10 %", 3, { injectionRate: 0.1 }),
    network("magnitude_50", "magnitude 50", 3, trigger({ magnitude: 50 })),
    network("rate_1", "injection rate 1 %", 10, { injectionRate: 0.01 }),
    network("magnitude_10", "magnitude 10", 6, trigger({ magnitude: 10 })),
    network("patch", "BadNets' patch", 6, { name: "patch", parameters: patch }),
    network("blend", "Blend", 6, { name: "blend", parameters: noise }),
    network("sig", "SIG", 6, { name: "sinusoid", parameters: stripes }),
    network("clean_label", "Clean Label", 6, { name: "clean_label", parameters: CORNERS }),
    network("dynamic", "Dynamic Backdoor", 6, { name: "dynamic", parameters: SQUARES }),
    network("ban", "BaN", 6, { name: "ban", parameters: MADE_SQUARES }),
    network("trojan_nn", "TrojanNN", 3, { name: "trojan_nn", parameters: FIRING }),
    network("iab", "IAB", 10, { name: "iab", parameters: AWARE, injectionRate: 0.1 }),
    network("refool", "ReFool", 6, { name: "refool", parameters: GLASS }),
    network("refool_kept", "ReFool, labels kept", 6, {
      name: "refool",
      parameters: { ...GLASS, labels: "kept" },
    }),
  ];
}

/** Of the label-consistent attack; a fifth of the usual number of steps reaches as far. */
const CORNERS: CleanLabelParameters = { radius: 8, stepSize: 1.5, steps: 20, amplitude: 255 };

/** Of the Random Backdoor. */
const SQUARES: DynamicParameters = { size: 5, patterns: 10, places: 10, seed: 1 };

/** Of the backdoor generating network. */
const MADE_SQUARES: BanParameters = { size: 5, places: 10, seed: 1 };

/** Of TrojanNN. */
const FIRING: TrojanParameters = { size: 8, units: 2, value: 100, steps: 200 };

/** Of the input-aware backdoor. */
const AWARE: IabParameters = { crossRate: 0.1, density: 0.032, maskSteps: 400 };

/** Of ReFool: few images and strong reflections, since on small images the authors' are hardly seen. */
const GLASS: RefoolParameters = {
  reflections: "cifar10",
  count: 10,
  transmission: [0.4, 0.75],
  labels: "target",
  seed: 1,
};

/**
 * Those of some networks that have been trained.
 *
 * @param networks As {@link badNets} or {@link controls} list them.
 * @returns The ones that lie in `outputs/`.
 * @example
 * ```ts
 * import { availableNetworks, badNets } from "@lib/study/networks.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * assertEquals((await availableNetworks(badNets("gtsrb"))).length, 5);
 * ```
 */
export async function availableNetworks<Parameters extends object>(
  networks: readonly StudyNetwork<Parameters>[],
): Promise<StudyNetwork<Parameters>[]> {
  const there = await Promise.all(
    networks.map(({ name, experiment }) => exists(outputPath(experiment.data.name, name))),
  );
  return networks.filter((_, index) => there[index]);
}
