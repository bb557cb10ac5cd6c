/**
 * Trains the networks of the study that are not there yet: the BadNets of all seeds, the controls, the
 * other attacks, architectures and recipes, and clean networks. What was cut goes on from its last epoch.
 *
 *     deno task networks [--dataset NAME]
 *
 * @module
 */
import { loadDataset } from "@lib/data/dataset.ts";
import type { EpochRecord } from "@lib/network/training_state.ts";
import { tf } from "@lib/network/tensorflow.ts";
import { badNet } from "@lib/study/bad_net.ts";
import { studyNetworks } from "@lib/study/study_networks.ts";
import { deviceLine, hasDriver } from "@lib/network/device.ts";
import { epochLine } from "./epoch_line.ts";
import { onlyDataset } from "./notebooks/options.ts";

try {
  const data = onlyDataset(Deno.args);
  console.log(deviceLine(tf.backend(), await hasDriver()));
  const networks = studyNetworks(data);
  for (const [index, { title, experiment }] of networks.entries()) {
    console.log(`${index + 1}/${networks.length} ${title}`);
    const onEpoch = (history: readonly EpochRecord[]): void =>
      console.log(epochLine(history.at(-1)!, experiment.recipe.epochs));
    const dataset = await loadDataset(experiment);
    (await badNet(experiment, dataset, { onEpoch })).network.dispose();
  }
} catch (error) {
  console.error((error as Error).message);
  Deno.exit(1);
}
