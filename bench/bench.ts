/**
 * Measures our speed beside other libraries on the full GTSRB, section by section, and writes
 * `bench/results.json`, the table in `bench/README.md` and the figure after each. With names of sections,
 * only these are measured anew; `gpu` is for a machine with a graphics card.
 *
 *     deno task bench [training inference residual search pruning data memory inspection figure growth gpu]
 *
 * @module
 */
import { DATA_FOLDERS, outputPath } from "@lib/environment.ts";
import { loadBadNet } from "@lib/study/bad_net.ts";
import { gtsrbArchives } from "@lib/data/gtsrb_archives.ts";
import { loadDataset } from "@lib/data/dataset.ts";
import { paperExperiment } from "@lib/study/experiment.ts";
import { writeWhole } from "@lib/files.ts";
import { join } from "@lib/std/path.ts";
import { isOnCard } from "@lib/network/device.ts";
import { tf } from "@lib/network/tensorflow.ts";
import { cardRows } from "./card.ts";
import { poisoningRows, readingRow } from "./data.ts";
import { firstFigureRow } from "./first_figure.ts";
import { inspectionRows } from "./inspection.ts";
import { inferenceRows } from "./inference.ts";
import { memoryRow } from "./memory.ts";
import { Peer } from "./peer.ts";
import { pruningGrowth, pruningRows } from "./pruning.ts";
import type { Row } from "./ratio.ts";
import { machineName, readResults, resultLine, writeResults } from "./results.ts";
import { residualRows } from "./residual.ts";
import { searchGrowth, searchRows } from "./search.ts";
import { trainingGrowth, trainingRows } from "./training.ts";

const start = performance.now();
const experiment = paperExperiment("gtsrb");
const dataset = await loadDataset(experiment);
const train = await dataset.train();
const { network } = await loadBadNet(outputPath("gtsrb", "badnet"), experiment);
const folders = DATA_FOLDERS;
const archives = await gtsrbArchives({ folders });
const folder = await Deno.makeTempDir();
await writeWhole(join(folder, "train.pixels"), train.pixels);
await writeWhole(join(folder, "train.labels"), Uint8Array.from(train.labels)); // the peers read bytes
await writeWhole(join(folder, "test.pixels"), dataset.test.pixels);

const sections: Record<string, () => Promise<Row[]>> = {
  training: () =>
    beside(["keras", "torch"], ([keras, torch]) => trainingRows(train, keras!, torch!)),
  inference: () =>
    beside(
      ["keras", "torch"],
      ([keras, torch]) => inferenceRows(network, dataset.test, keras!, torch!),
    ),
  residual: () => beside(["keras"], ([keras]) => residualRows(train, dataset.test, keras!)),
  search: () => searchRows(network, train, dataset),
  pruning: () => beside(["keras"], ([keras]) => pruningRows(network, dataset, keras!)),
  data: () =>
    beside(["plain"], async ([plain]) => [
      ...await poisoningRows(train, plain!),
      await readingRow(archives, plain!),
    ]),
  memory: async () => [await memoryRow(archives, folder)],
  inspection: () => inspectionRows(archives),
  figure: async () => [await firstFigureRow()],
  growth: async () => [
    ...await pruningGrowth(),
    await trainingGrowth(train),
    ...await searchGrowth(),
  ],
  gpu: () => beside(["torch"], ([torch]) => cardRows(network, train, dataset, torch!)),
};

/** On a graphics card only its own part is of interest, and elsewhere all the others. */
const usual = Object.keys(sections).filter((name) => (name === "gpu") === isOnCard(tf.backend()));

/** Has peers ready for a measurement. */
async function beside(
  libraries: Parameters<typeof Peer.start>[0][],
  measure: (peers: Peer[]) => Promise<Row[]>,
): Promise<Row[]> {
  const peers: Peer[] = [];
  for (const library of libraries) peers.push(await Peer.start(library, folder));
  const rows = await measure(peers);
  for (const peer of peers) await peer.stop();
  return rows;
}

const stray = Deno.args.find((name) => !(name in sections));
if (stray) {
  console.error(`Expected sections of ${Object.keys(sections).join(", ")} but found ${stray}`);
  Deno.exit(1);
}
console.log(machineName());
const results = await readResults();
for (const [name, measure] of Object.entries(sections)) {
  if (!(Deno.args.length > 0 ? Deno.args : usual).includes(name)) continue;
  results.set(name, await measure());
  for (const row of results.get(name)!) console.log(resultLine(row));
  const inOrder = Object.keys(sections).flatMap((each): [string, Row[]][] =>
    results.has(each) ? [[each, results.get(each)!]] : []
  );
  await writeResults(new Map(inOrder));
}
await Deno.remove(folder, { recursive: true });
console.log(`\nTime: ${((performance.now() - start) / 60_000).toFixed(1)} min`);
const reached = [...results.values()].flat()
  .every(({ ratio, bar }) => bar === null || ratio!.median >= bar);
Deno.exit(reached ? 0 : 1);
