import { canonical } from "@lib/canonical.ts";
import { type Experiment, placeOf } from "@lib/study/experiment.ts";
import { studyNetworks } from "@lib/study/study_networks.ts";

/**
 * Where an experiment's attacked network lies below `outputs/`: where the study has one of the same
 * experiment, or else in a folder of its own.
 *
 * @param experiment The five choices.
 * @returns The network's folder.
 * @example
 * ```ts
 * import { paperExperiment } from "@lib/study/experiment.ts";
 * import { networkFolder } from "@lib/study/network_folder.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const folders = [1, 2].map((seed) => networkFolder(paperExperiment("gtsrb", seed)));
 * assertEquals(folders, ["gtsrb/badnet", "gtsrb/badnet_seed2"]);
 * ```
 */
export function networkFolder(experiment: Experiment<object>): string {
  const { name: data } = experiment.data;
  const own = canonical(experiment);
  const known = studyNetworks(data).find((network) => canonical(network.experiment) === own);
  return known ? `${data}/${known.name}` : `${placeOf(experiment)}/badnet`;
}
