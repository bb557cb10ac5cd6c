import { outputPath } from "@lib/environment.ts";
import { loadBadNet } from "@lib/study/bad_net.ts";
import { loadDataset } from "@lib/study/dataset.ts";
import { paperExperiment } from "@lib/study/experiment.ts";
import { exists, writeWhole } from "@lib/files.ts";
import { tf } from "@lib/network/tensorflow.ts";
import { assert, assertEquals, assertRejects, assertThrows } from "@lib/std/assert.ts";
import { join } from "@lib/std/path.ts";
import { addToSummary, readSummary } from "@lib/study/summary.ts";

Deno.test("an unknown setting is refused with the known ones", () => {
  assertThrows(
    () => paperExperiment("cifar"),
    Error,
    'to be one of gtsrb, synthetic, quick but found "cifar"',
  );
});

Deno.test("the committed BadNet is only taken for its own experiment", async () => {
  const experiment = paperExperiment("gtsrb");
  const folder = outputPath("gtsrb", "badnet");
  const { network } = await loadBadNet(folder, experiment);
  assertEquals(network.countParams(), 376_907);
  const other = { ...experiment, target: 3 };
  await assertRejects(
    () => loadBadNet(folder, other),
    Error,
    "move that folder away to train anew",
  );
});

Deno.test("loading a BadNet keeps no more tensors than the network's weights", async () => {
  const before = tf.memory().numTensors;
  const { network } = await loadBadNet(outputPath("gtsrb", "badnet"), paperExperiment("gtsrb"));
  assertEquals(tf.memory().numTensors - before, network.weights.length);
  network.dispose();
  assertEquals(tf.memory().numTensors, before);
});

Deno.test("parts of a summary are merged, not lost, and a damaged one is named", async () => {
  const file = outputPath("quick", "summary.json");
  const kept = await exists(file) ? await Deno.readTextFile(file) : undefined;
  try {
    await writeWhole(file, "{}");
    await addToSummary("quick", { orders: { one: { order: [2, 0, 1] } } });
    await addToSummary("quick", { orders: { two: { order: [0] } }, seed: 1 });
    const orders = { one: { order: [2, 0, 1] }, two: { order: [0] } };
    assertEquals(await readSummary("quick"), { orders, seed: 1 });
    assert((await Deno.readTextFile(file)).includes("[ 2, 0, 1 ]"));
    await writeWhole(file, "[1, 2");
    await assertRejects(() => readSummary("quick"), Error, `in ${file}`);
    await assertRejects(() => addToSummary("quick", { seed: 2 }), Error, `in ${file}`);
    assertEquals(await Deno.readTextFile(file), "[1, 2");
  } finally {
    await (kept === undefined ? Deno.remove(file) : writeWhole(file, kept));
  }
});

Deno.test("a file is written whole or not at all", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.mkdir(join(folder, "taken", "by a folder"), { recursive: true });
  await assertRejects(() => writeWhole(join(folder, "taken"), "text"));
  assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name), ["taken"]);
});

Deno.test("the data of the synthetic settings are what they say", async () => {
  const dataset = await loadDataset(paperExperiment("quick"));
  assert(dataset.name.includes("synthetic"));
  const total = dataset.validationHalf.labels.length + dataset.testHalf.labels.length;
  assertEquals(total, dataset.test.labels.length);
  assert(await dataset.train() === await dataset.train()); // rendered once
});
