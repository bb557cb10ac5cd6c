/**
 * Fills the summary's tables of the defender's side: recovery and repair on the BadNets of all seeds and
 * the controls, with fewer clean images, and on other attacks; then other defenses on the same BadNet.
 * What is in the summary already is not computed again.
 *
 *     deno task defender [--dataset synthetic|quick|gtsrb]
 *
 * @module
 */
import { loadDataset } from "@lib/study/dataset.ts";
import { defenderTables } from "@lib/study/defender_study.ts";
import { paperExperiment, type Setting } from "@lib/study/experiment.ts";
import { peerRows } from "@lib/study/peers_study.ts";
import { datasetOption } from "./notebooks/options.ts";

try {
  const { dataset, rest } = datasetOption(Deno.args);
  if (rest.length > 0) {
    throw new Error(`Expected nothing but --dataset NAME but found ${rest.join(" ")}`);
  }
  const setting = dataset as Setting;
  const images = await loadDataset(paperExperiment(setting));
  await defenderTables(setting, images, ({ title }) => console.log(title));
  await peerRows(setting, images, ({ name }) => console.log(name));
} catch (error) {
  console.error((error as Error).message);
  Deno.exit(1);
}
