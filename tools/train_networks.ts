/**
 * Trains the networks of the study that are not there yet: the BadNets of all seeds, the
 * controls and the other attacks. What was cut goes on from its last epoch.
 *
 *     deno task networks [--dataset synthetic|quick|gtsrb]
 *
 * @module
 */
import { badNet } from "@lib/study/bad_net.ts";
import { loadDataset } from "@lib/study/dataset.ts";
import type { Setting } from "@lib/study/experiment.ts";
import type { EpochRecord } from "@lib/network/train.ts";
import { badNets, controls, otherAttacks } from "@lib/study/study.ts";
import { datasetOption } from "./notebooks/options.ts";

try {
  const { dataset, rest } = datasetOption(Deno.args);
  if (rest.length > 0) {
    throw new Error(`Expected nothing but --dataset NAME but found ${rest.join(" ")}`);
  }
  const setting = dataset as Setting;
  const networks = [...badNets(setting), ...controls(setting), ...otherAttacks(setting)];
  for (const [index, { name, title, experiment }] of networks.entries()) {
    console.log(`${index + 1}/${networks.length} ${title}`);
    const images = await loadDataset(experiment);
    const onEpoch = (history: readonly EpochRecord[]): void => {
      const { epoch, loss, seconds, rates } = history.at(-1)!;
      const shares = Object.entries(rates).map(([what, rate]) =>
        `${what} ${(100 * rate).toFixed(1)} %`
      );
      const of = `epoch ${epoch}/${experiment.recipe.epochs}`;
      console.log([of, `${seconds.toFixed(0)} s`, `loss ${loss.toFixed(4)}`, ...shares].join(", "));
    };
    (await badNet(experiment, images, { onEpoch }, name)).network.dispose();
  }
} catch (error) {
  console.error((error as Error).message);
  Deno.exit(1);
}
