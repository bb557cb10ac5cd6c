import type { Dataset } from "@lib/data/dataset.ts";
import { drawn } from "@lib/data/select.ts";
import { seededRandom } from "@lib/random.ts";
import {
  SINGLE,
  type SingleFrequencies,
  singleFrequencies,
} from "@lib/recovery/single_frequencies.ts";
import { CLEAN_IMAGES } from "@lib/study/defense_rows.ts";
import type { Experiment } from "@lib/study/experiment.ts";
import { rememberedOf } from "@lib/study/remembered.ts";

/**
 * What single frequencies do to an attacked network, unless the summary has it: on images of the
 * defender's.
 *
 * @param experiment Whose network.
 * @param dataset Its images.
 * @param single Levels and images; fewer images make it faster, and the bound looser.
 * @param onProgress Told the share that is done, 0–1.
 * @returns Shares and bound; they are also in the summary.
 * @throws {Error} If the network is not there.
 * @example
 * ```ts ignore
 * const { strongest } = await singleRow(paperExperiment("gtsrb"), dataset);
 * ```
 */
export async function singleRow(
  experiment: Experiment<object>,
  dataset: Dataset,
  single: typeof SINGLE = SINGLE,
  onProgress: (share: number) => void | Promise<void> = () => {},
): Promise<SingleFrequencies> {
  return await rememberedOf(experiment, dataset, "single", { single }, async ({ network }) => {
    const clean = drawn(dataset.validationHalf, CLEAN_IMAGES, seededRandom(1));
    return await singleFrequencies(network, clean, single, onProgress);
  });
}
