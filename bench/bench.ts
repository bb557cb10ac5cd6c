/**
 * Measures our speed beside other libraries, on the full GTSRB and in one run, and writes
 * `bench/results.json`, the table in `bench/README.md` and the figure.
 *
 *     deno task bench
 *
 * @module
 */
import { loadBadNet } from "@lib/bad_net.ts";
import { gtsrbArchives } from "@lib/data/gtsrb_archives.ts";
import { loadDataset } from "@lib/dataset.ts";
import { outputPath, paperExperiment, ROOT } from "@lib/experiment.ts";
import { writeWhole } from "@lib/files.ts";
import { join } from "@lib/std/path.ts";
import { poisoningRows, readingRow } from "./data.ts";
import { firstFigureRow } from "./first_figure.ts";
import { inferenceRows } from "./inference.ts";
import { memoryRow } from "./memory.ts";
import { Peer } from "./peer.ts";
import { pruningGrowth, pruningRows } from "./pruning.ts";
import type { Row } from "./ratio.ts";
import { machineName, resultLine, writeResults } from "./results.ts";
import { trainingGrowth, trainingRows } from "./training.ts";

const start = performance.now();
const experiment = paperExperiment("gtsrb");
const dataset = await loadDataset(experiment);
const train = await dataset.train();
const { network } = await loadBadNet(outputPath("gtsrb", "badnet"), experiment);
const folders = [join(ROOT, "data"), join(ROOT, "..", "shared", "data")];
const archives = await gtsrbArchives({ folders });
const folder = await Deno.makeTempDir();
await writeWhole(join(folder, "train.pixels"), train.pixels);
await writeWhole(join(folder, "train.labels"), train.labels);
await writeWhole(join(folder, "test.pixels"), dataset.test.pixels);

const rows: Row[] = [];
async function measure(work: () => Promise<Row[]>): Promise<void> {
  const found = await work();
  rows.push(...found);
  for (const row of found) console.log(resultLine(row));
}

console.log(machineName());
const keras = await Peer.start("keras", folder);
const torch = await Peer.start("torch", folder);
await measure(() => trainingRows(train, keras, torch));
await measure(() => inferenceRows(network, dataset.test, keras, torch));
await torch.stop();
await measure(() => pruningRows(network, dataset, keras));
await keras.stop();
const plain = await Peer.start("plain", folder);
await measure(() => poisoningRows(train, plain));
await measure(async () => [await readingRow(archives, plain)]);
await plain.stop();
await measure(async () => [await memoryRow(archives, folder)]);
await measure(async () => [await firstFigureRow()]);
await measure(pruningGrowth);
await measure(async () => [await trainingGrowth(train)]);
await Deno.remove(folder, { recursive: true });
await writeResults(machineName(), rows);
console.log(`\nTime: ${((performance.now() - start) / 60_000).toFixed(1)} min`);
Deno.exit(rows.every(({ ratio, bar }) => bar === null || ratio!.median >= bar) ? 0 : 1);
