import type { Dataset } from "@lib/data/dataset.ts";
import { drawn } from "@lib/data/select.ts";
import { outputPath } from "@lib/environment.ts";
import { md5Of } from "@lib/files.ts";
import { disposeNetwork } from "@lib/network/copy_network.ts";
import { seededRandom } from "@lib/random.ts";
import {
  SINGLE,
  type SingleFrequencies,
  singleFrequencies,
} from "@lib/recovery/single_frequencies.ts";
import { loadBadNet } from "@lib/study/bad_net.ts";
import { CLEAN_IMAGES } from "@lib/study/defense_rows.ts";
import type { StudyNetwork } from "@lib/study/networks.ts";
import { remembered } from "@lib/study/remembered.ts";

/**
 * What single frequencies do to a network of the study, unless the summary has it: on images of the
 * defender's.
 *
 * @param study The network.
 * @param dataset Its images.
 * @param single Levels and images; fewer images make it faster, and the bound looser.
 * @param onProgress Told the share that is done, 0–1.
 * @returns Shares and bound; they are also in the summary.
 * @throws {Error} If the network is not there.
 * @example
 * ```ts ignore
 * const { strongest } = await singleRow(badNets("gtsrb")[0]!, dataset);
 * ```
 */
export async function singleRow(
  { name, experiment }: StudyNetwork<object>,
  dataset: Dataset,
  single: typeof SINGLE = SINGLE,
  onProgress: (share: number) => void | Promise<void> = () => {},
): Promise<SingleFrequencies> {
  const data = experiment.data.name;
  const path = outputPath(data, name);
  const weights = await md5Of(outputPath(data, name, "weights.bin"));
  const depends = { experiment, single, weights, images: dataset.checksums };
  return await remembered(data, "single", name, depends, async () => {
    const { network } = await loadBadNet(path, experiment);
    const clean = drawn(dataset.validationHalf, CLEAN_IMAGES, seededRandom(1));
    try {
      return await singleFrequencies(network, clean, single, onProgress);
    } finally {
      disposeNetwork(network);
    }
  });
}
