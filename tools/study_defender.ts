/**
 * Fills the summary's part `defenses`: frequency recovery on the BadNets of all seeds and the controls,
 * with fewer clean images, and on other attacks; then other defenses on the notebooks' BadNet. What is in
 * the summary already, and depends on the same, is not computed again.
 *
 *     deno task defender [--dataset NAME]
 *
 * @module
 */
import { loadDataset } from "@lib/data/dataset.ts";
import { tf } from "@lib/network/tensorflow.ts";
import { paperExperiment } from "@lib/study/experiment.ts";
import { peerRows } from "@lib/study/peer_rows.ts";
import { recoveryTables } from "@lib/study/recovery_rows.ts";
import { deviceLine, hasDriver } from "@lib/network/device.ts";
import { onlyDataset } from "./notebooks/options.ts";

try {
  const data = onlyDataset(Deno.args);
  console.log(deviceLine(tf.backend(), await hasDriver()));
  const dataset = await loadDataset(paperExperiment(data));
  await recoveryTables(
    data,
    dataset,
    ({ title, cleanImages }, done, total) =>
      console.log(`${done}/${total} ${title}, ${cleanImages} clean images`),
  );
  await peerRows(data, dataset, ({ name }) => console.log(name));
} catch (error) {
  console.error((error as Error).message);
  Deno.exit(1);
}
