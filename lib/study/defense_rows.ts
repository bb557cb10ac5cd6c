import { defenseEffectiveness, type Rates, ratesOf } from "@lib/attack/rates.ts";
import type { Dataset } from "@lib/data/dataset.ts";
import { DATASETS } from "@lib/data/datasets.ts";
import { drawn } from "@lib/data/select.ts";
import { chosen, outputPath } from "@lib/environment.ts";
import { md5Of } from "@lib/files.ts";
import { disposeNetwork } from "@lib/network/copy_network.ts";
import { DEFENSES } from "@lib/peers/defenses.ts";
import { seededRandom } from "@lib/random.ts";
import type { Outcome, Repaired } from "@lib/recovery/defense.ts";
import { withBadNet } from "@lib/study/bad_net.ts";
import type { Experiment } from "@lib/study/experiment.ts";
import type { StudyNetwork } from "@lib/study/networks.ts";
import { remembered, splitOf } from "@lib/study/remembered.ts";

/** How many clean images a defender has. */
export const CLEAN_IMAGES = 1000;

/** Rates of a repaired network, and what they say of the repair. */
export interface RepairedRates extends Rates {
  defenseEffectiveness: number;
}

/** The same of a network that nothing was done to. */
export const unrepaired = (before: Rates): RepairedRates => ({
  ...before,
  defenseEffectiveness: defenseEffectiveness(before, before),
});

/** What to call a defense, by its way where it has several. */
export const wayName = (defense: string, way?: string): string =>
  way === undefined ? defense : `${defense}, ${way}`;

/** What decides how a defense comes out; names, settings and digests. */
export interface DefenseDepends {
  experiment: Experiment<object>;
  defense: string;
  settings: object;
  cleanImages: number;
  mostSteps?: number;
  weights: string;
  images: Dataset["checksums"];
}

/** What a defense came to on a network of the study; shares from 0 to 1, on test. */
export interface DefenseRow extends Pick<Outcome, "verdict" | "note" | "seconds"> {
  /** The network as it came, under the attacker's trigger. */
  before: Rates;
  /** With the attacker's trigger too. */
  repaired: (Omit<Repaired, "network"> & RepairedRates)[];
  cleanImages: number;
}

/**
 * All that decides what a defense comes to on a network, as JSON holds it.
 *
 * @param experiment The network's.
 * @param name The defense, in the list.
 * @param weights MD5 of the network's weights.
 * @param images Checksums of the data.
 * @param cleanImages How many the defender has.
 * @returns A plain object; results are kept as long as it is the same.
 * @throws {Error} If there is no such defense.
 * @example
 * ```ts
 * import { defenseDepends } from "@lib/study/defense_rows.ts";
 * import { paperExperiment } from "@lib/study/experiment.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const { settings } = defenseDepends(paperExperiment("quick"), "CLP", "d41d8cd9", {});
 * assertEquals(settings, { u: 3 });
 * ```
 */
export function defenseDepends(
  experiment: Experiment<object>,
  name: string,
  weights: string,
  images: Dataset["checksums"],
  cleanImages = CLEAN_IMAGES,
): DefenseDepends {
  const { settings } = chosen(DEFENSES, name, "a defense");
  const { mostSteps } = chosen(DATASETS, experiment.data.name, "a data set");
  return { experiment, defense: name, settings, cleanImages, mostSteps, weights, images };
}

/**
 * Runs a defense on an attacked network, and measures what is left of the attack.
 *
 * @param folder The network's, below `outputs/`.
 * @param experiment The network's; its own trigger is used for the report.
 * @param name The defense, in the list.
 * @param dataset The images: the defender's are drawn from the validation half, rates are on test.
 * @param cleanImages How many the defender has.
 * @param draw Which draw of so many: its seed.
 * @returns The row.
 * @throws {Error} If the network is not there or damaged, or there is no such defense.
 */
export async function measureDefense(
  folder: string,
  experiment: Experiment<object>,
  name: string,
  dataset: Dataset,
  cleanImages = CLEAN_IMAGES,
  draw = 1,
): Promise<DefenseRow> {
  const defense = chosen(DEFENSES, name, "a defense");
  const { mostSteps } = chosen(DATASETS, experiment.data.name, "a data set");
  return await withBadNet(folder, experiment, async ({ network, trigger, target }) => {
    const measured = (each: typeof network): Promise<Rates> =>
      ratesOf(each, dataset.testHalf, trigger, target);
    const before = await measured(network);
    const clean = drawn(dataset.validationHalf, cleanImages, seededRandom(draw));
    const { repaired, ...outcome } = await defense.run({ network, clean, mostSteps });
    const row: DefenseRow = {
      ...outcome,
      before,
      repaired: [],
      cleanImages: defense.usesImages ? clean.labels.length : 0,
    };
    for (const { network: repair, ...what } of repaired) {
      const after = await measured(repair);
      const effectiveness = defenseEffectiveness(before, after);
      row.repaired.push({ ...what, ...after, defenseEffectiveness: effectiveness });
      disposeNetwork(repair);
    }
    return row;
  });
}

/**
 * Where the summary has what a defense comes to on a network of the study.
 *
 * @param network Its name.
 * @param defense In the list.
 * @param cleanImages How many the defender has.
 * @param draw Which draw of so many; the first was once the only one, and is not named.
 * @returns The key below `defenses`.
 */
export function defenseKey(
  network: string,
  defense: string,
  cleanImages = CLEAN_IMAGES,
  draw = 1,
): string {
  return [network, defense, cleanImages, ...(draw > 1 ? [`draw ${draw}`] : [])].join(", ");
}

/**
 * Runs a defense on a network of the study, unless the summary has what it comes to.
 *
 * @param study The network; attacked with its own trigger for the report.
 * @param name The defense, in the list.
 * @param dataset The images: the defender's are drawn from the validation half, rates are on test.
 * @param cleanImages How many the defender has.
 * @param draw Which draw of so many: its seed.
 * @returns The row; it is also in the summary.
 * @throws {Error} As {@link measureDefense}.
 */
export async function defenseRow(
  { name: network, experiment }: StudyNetwork<object>,
  name: string,
  dataset: Dataset,
  cleanImages = CLEAN_IMAGES,
  draw = 1,
): Promise<DefenseRow> {
  const data = experiment.data.name;
  const weights = await md5Of(outputPath(data, network, "weights.bin"));
  const depends = {
    ...defenseDepends(experiment, name, weights, dataset.checksums, cleanImages),
    ...splitOf(dataset.seed),
    ...(draw > 1 && { draw }),
  };
  const key = defenseKey(network, name, cleanImages, draw);
  return await remembered(
    data,
    "defenses",
    key,
    depends,
    () => measureDefense(`${data}/${network}`, experiment, name, dataset, cleanImages, draw),
  );
}
