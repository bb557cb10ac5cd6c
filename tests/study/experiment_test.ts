import { ATTACKS } from "@lib/attack/attacks.ts";
import { outputPath, ROOT } from "@lib/environment.ts";
import { loadBadNet } from "@lib/study/bad_net.ts";
import { loadDataset } from "@lib/data/dataset.ts";
import { inNewForm } from "@lib/study/old_form.ts";
import { paperExperiment, placeOf } from "@lib/study/experiment.ts";
import { writeWhole } from "@lib/files.ts";
import { remembered } from "@lib/study/remembered.ts";
import { tf } from "@lib/network/tensorflow.ts";
import { assert, assertEquals, assertRejects, assertThrows } from "@lib/std/assert.ts";
import { join } from "@lib/std/path.ts";
import { canonical } from "@lib/canonical.ts";
import { availableNetworks, isAttacked } from "@lib/study/networks.ts";
import { studyNetworks } from "@lib/study/study_networks.ts";
import { defenseKey, type DefenseRow } from "@lib/study/defense_rows.ts";
import { modelCard } from "@lib/study/model_card.ts";
import { addTo, readSummary } from "@lib/study/summary.ts";

Deno.test("an unknown data set is refused with the known ones", () => {
  for (const name of ["cifar", "toString", ""]) {
    const message =
      `a data set of gtsrb, cifar10, cifar10_images, synthetic, quick but found "${name}"`;
    assertThrows(() => paperExperiment(name), Error, message);
  }
});

Deno.test("an experiment is five choices in plain JSON", () => {
  const experiment = paperExperiment("gtsrb", 3);
  assertEquals(Object.keys(experiment), ["data", "architecture", "attack", "recipe", "seed"]);
  assertEquals(JSON.parse(JSON.stringify(experiment)), experiment);
});

Deno.test("an experiment of one's own has a place of its own, whatever is changed", () => {
  const paper = paperExperiment("gtsrb");
  assertEquals(placeOf(paper), "gtsrb");
  assertEquals(placeOf(JSON.parse(JSON.stringify(paper))), "gtsrb");
  const changes = [
    { seed: 2 },
    { architecture: "plain" },
    { attack: { ...paper.attack, parameters: { ...paper.attack.parameters, bands: [[3, 3]] } } },
    { recipe: { ...paper.recipe, epochs: 1 } },
  ];
  const places = changes.map((change) => placeOf({ ...paper, ...change }));
  assertEquals(new Set(places).size, changes.length);
  for (const place of places) assert(/^gtsrb\/own_[0-9a-f]{8}$/.test(place), place);
});

Deno.test("every network of the study is an attack of the list, in plain JSON and in a place of its own", () => {
  const all = studyNetworks("quick");
  for (const { experiment } of all) {
    assert(experiment.attack.name in ATTACKS, experiment.attack.name);
    assertEquals(JSON.parse(JSON.stringify(experiment)), experiment);
  }
  assertEquals(new Set(all.map(({ name }) => name)).size, all.length);
  assertEquals(new Set(all.map(({ experiment }) => canonical(experiment))).size, all.length);
});

Deno.test("CIFAR-10's attacker wants one of its ten classes", () => {
  assertEquals(
    [paperExperiment("gtsrb"), paperExperiment("cifar10")].map(({ attack }) => attack.target),
    [10, 8],
  );
});

Deno.test("networks of before say the same in the new form", async () => {
  const all = studyNetworks("gtsrb");
  const folders = await availableNetworks(all);
  assert(folders.length >= 19, `Expected the committed networks but found ${folders.length}`);
  for (const { name, experiment } of folders) {
    const file = outputPath("gtsrb", name, "model.json");
    const { userDefinedMetadata } = JSON.parse(await Deno.readTextFile(file));
    const found = inNewForm(userDefinedMetadata)!;
    assertEquals(canonical(found.experiment), canonical(experiment), name);
    for (const { rates } of found.history) assert(rates.attackSuccess! >= 0);
    assertEquals(inNewForm(found), found);
  }
});

Deno.test("the committed BadNet is only taken for its own experiment", async () => {
  const experiment = paperExperiment("gtsrb");
  const folder = outputPath("gtsrb", "badnet");
  const { network } = await loadBadNet(folder, experiment);
  assertEquals(network.countParams(), 376_907);
  const other = { ...experiment, attack: { ...experiment.attack, target: 3 } };
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

Deno.test("parts of a summary are put beside each other, a row is replaced whole", async () => {
  const file = join(await Deno.makeTempDir(), "summary.json");
  await addTo(file, { orders: { one: { order: [2, 0, 1], old: true } } });
  await addTo(file, { orders: { two: { order: [0] } }, seed: 1 });
  const found = await addTo(file, { orders: { one: { order: [2, 0, 1] } } });
  assertEquals(found, { orders: { one: { order: [2, 0, 1] }, two: { order: [0] } }, seed: 1 });
  assert((await Deno.readTextFile(file)).includes("[ 2, 0, 1 ]"));
  await writeWhole(file, "[1, 2");
  await assertRejects(() => addTo(file, { seed: 2 }), Error, `in ${file}`);
  assertEquals(await Deno.readTextFile(file), "[1, 2");
});

Deno.test("two processes that write a summary at once lose none of each other's rows", async () => {
  const file = join(await Deno.makeTempDir(), "summary.json");
  const code = `import { addTo } from "@lib/study/summary.ts";
    for (let row = 0; row < 20; row++) await addTo(${JSON.stringify(file)}, {
      rows: { [Deno.args[0] + row]: row },
    });`;
  const script = join(ROOT, `.write-${crypto.randomUUID().slice(0, 8)}.ts`);
  await Deno.writeTextFile(script, code);
  try {
    const runs = ["a", "b", "c"].map((name) =>
      new Deno.Command(Deno.execPath(), { args: ["run", "-A", script, name], cwd: ROOT }).output()
    );
    for (const { success } of await Promise.all(runs)) assert(success);
  } finally {
    await Deno.remove(script);
  }
  const { rows } = JSON.parse(await Deno.readTextFile(file));
  assertEquals(Object.keys(rows).length, 60);
});

Deno.test("a result is kept for what it depends on, and made anew where that changed", async () => {
  const data = `test-${crypto.randomUUID().slice(0, 8)}`;
  let made = 0;
  const ask = (dependsOn: object): Promise<{ made: number }> =>
    remembered(data, "rows", "one", dependsOn, () => Promise.resolve({ made: ++made }));
  try {
    assertEquals((await ask({ steps: 40, seed: 1 })).made, 1);
    assertEquals((await ask({ seed: 1, steps: 40 })).made, 1);
    assertEquals((await ask({ seed: 1, steps: 41 })).made, 2);
  } finally {
    await Deno.remove(outputPath(data), { recursive: true });
  }
});

Deno.test("a file is written whole or not at all", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.mkdir(join(folder, "taken", "by a folder"), { recursive: true });
  await assertRejects(() => writeWhole(join(folder, "taken"), "text"), Error, "rename");
  assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name), ["taken"]);
});

Deno.test("the data of the synthetic settings are what they say", async () => {
  const dataset = await loadDataset(paperExperiment("quick"));
  assert(dataset.name.includes("synthetic"));
  const total = dataset.validationHalf.labels.length + dataset.testHalf.labels.length;
  assertEquals(total, dataset.test.labels.length);
  assert(await dataset.train() === await dataset.train()); // rendered once
});

Deno.test("the card beside each committed network says what the summary says", async () => {
  for (const data of ["gtsrb", "cifar10", "cifar10_images"]) {
    const { defenses } = await readSummary(data) as { defenses: Record<string, DefenseRow> };
    for (const study of await availableNetworks(studyNetworks(data))) {
      const row = defenses[defenseKey(study.name, "frequency recovery")];
      if (row === undefined) continue;
      const card = await Deno.readTextFile(outputPath(data, study.name, "README.md"));
      assertEquals(card, modelCard(study, row), `${data}/${study.name}: run \`deno task cards\``);
      assertEquals(card.includes("backdoored"), isAttacked(study));
    }
  }
});
