import type { AttackChoice } from "@lib/attack/attack.ts";
import { type FTrojanParameters, PAPER_TRIGGER } from "@lib/attack/ftrojan.ts";
import { outputPath } from "@lib/environment.ts";
import { exists } from "@lib/files.ts";
import { ARCHITECTURES } from "@lib/network/architectures.ts";
import { type Experiment, paperExperiment } from "@lib/study/experiment.ts";

/** A network of the study: one of the BadNets, or a control. */
export interface StudyNetwork<Parameters extends object = FTrojanParameters> {
  /** Its folder in `outputs/<data>/`. */
  name: string;
  /** What it is, in a few words. */
  title: string;
  experiment: Experiment<Parameters>;
}

/**
 * The same experiment but for something of its attack, or of its recipe.
 *
 * @param experiment Left as it is.
 * @param attack What differs.
 * @param recipe What differs.
 * @returns A new one.
 */
export function changed<Parameters extends object>(
  experiment: Experiment<Parameters>,
  attack: Partial<AttackChoice<Parameters>>,
  recipe: Partial<Experiment["recipe"]> = {},
): Experiment<Parameters> {
  return {
    ...experiment,
    attack: { ...experiment.attack, ...attack },
    recipe: { ...experiment.recipe, ...recipe },
  };
}

/**
 * A network of the study.
 *
 * @param name Its folder's.
 * @param title What it is, in a few words.
 * @param experiment What it comes from.
 * @returns The three together.
 */
export const named = <Parameters extends object>(
  name: string,
  title: string,
  experiment: Experiment<Parameters>,
): StudyNetwork<Parameters> => ({ name, title, experiment });

/** One BadNet each: the numbers behind every mean and range. */
const SEEDS: readonly number[] = [1, 2, 3, 4, 5];

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
  return SEEDS.map((seed) => {
    const name = seed === 1 ? "badnet" : `badnet_seed${seed}`;
    return named(name, `BadNet, seed ${seed}`, paperExperiment(data, seed));
  });
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
  const paper = paperExperiment(data);
  const parameters = { ...PAPER_TRIGGER, magnitude: 0 };
  return [
    named("clean", "clean network", changed(paper, { injectionRate: 0 })),
    named("magnitude_0", "BadNet of magnitude 0", changed(paper, { parameters })),
  ];
}

/**
 * Whether a network of the study has learned a backdoor, or was to.
 *
 * @param study Which.
 * @returns False for one from clean images alone, and for the {@link controls}.
 * @example
 * ```ts
 * import { badNets, controls, isAttacked } from "@lib/study/networks.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * assertEquals([...badNets("gtsrb").slice(0, 1), ...controls("gtsrb")].map(isAttacked), [true, false, false]);
 * ```
 */
export function isAttacked({ name, experiment: { data, attack } }: StudyNetwork<object>): boolean {
  return attack.injectionRate > 0 && controls(data.name).every((control) => control.name !== name);
}

/** So many epochs are enough for most backdoors to be learned, and to compare clean networks with them. */
export const FEW_EPOCHS = 6;

/**
 * Networks from clean images alone, for false alarms: each from a seed of its own.
 *
 * @param data In the list of data sets.
 * @returns Name, title and experiment of each.
 * @example
 * ```ts
 * import { cleanNetworks } from "@lib/study/networks.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * assertEquals(cleanNetworks("gtsrb").map(({ experiment }) => experiment.seed).slice(0, 3), [1, 2, 3]);
 * ```
 */
export function cleanNetworks(data: string): StudyNetwork[] {
  return Array.from({ length: 10 }, (_, index) => {
    const seed = index + 1;
    const paper = paperExperiment(data, seed);
    const clean = changed(paper, { injectionRate: 0 }, { epochs: FEW_EPOCHS });
    return named(`clean_seed${seed}`, `clean network, seed ${seed}`, clean);
  });
}

/**
 * The paper's attack on the other architectures, and a clean network of each.
 *
 * @param data In the list of data sets.
 * @returns Name, title and experiment of each.
 * @example
 * ```ts
 * import { otherArchitectures } from "@lib/study/networks.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * assertEquals(otherArchitectures("gtsrb")[0]!.name, "plain_badnet");
 * ```
 */
export function otherArchitectures(data: string): StudyNetwork[] {
  const paper = paperExperiment(data);
  return Object.keys(ARCHITECTURES).filter((name) => name !== paper.architecture)
    .flatMap((architecture) => {
      const badNet = changed({ ...paper, architecture }, {}, { epochs: FEW_EPOCHS });
      const clean = changed(badNet, { injectionRate: 0 });
      return [
        named(`${architecture}_badnet`, `BadNet, ${architecture} network`, badNet),
        named(`${architecture}_clean`, `clean ${architecture} network`, clean),
      ];
    });
}

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
