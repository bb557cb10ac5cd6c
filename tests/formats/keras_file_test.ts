/** Networks from Keras and back to it, beside what Keras itself predicts with them. */
import { openZip, unpack } from "@lib/data/zip.ts";
import { pruneChannels } from "@lib/pruning/prune_channels.ts";
import { openNetwork } from "@lib/formats/any_network.ts";
import { loadKeras, saveKeras } from "@lib/formats/keras_archive.ts";
import { readKerasFile } from "@lib/formats/keras_file.ts";
import { openHdf5, readNumbers } from "@lib/formats/hdf5.ts";
import { saveNetwork } from "@lib/formats/network_file.ts";
import { tf } from "@lib/network/tensorflow.ts";
import { assert, assertEquals, assertRejects } from "@lib/std/assert.ts";
import { assertClose } from "../assert_close.ts";

import {
  askKeras,
  hasKeras,
  kerasPredictions,
  MODELS,
  predictions,
  unpackModels,
} from "./keras_models.ts";

const folder = await unpackModels();
if (!hasKeras) {
  console.warn(
    "SKIPPED: changed networks back in Keras, as .keras is not there (deno task test makes it)",
  );
}

for (const name of MODELS) {
  Deno.test(`${name} predicts as in Keras, and leaves only its weights in memory`, async () => {
    const before = tf.memory().numTensors;
    const network = await loadKeras(`${folder}/${name}`);
    assertEquals(tf.memory().numTensors - before, network.weights.length);
    assertClose(predictions(network), kerasPredictions(name), 1e-6);
    // tfjs's own dispose keeps the weights of a layer that is called twice
    network.weights.forEach((weight) => weight.dispose());
    assertEquals(tf.memory().numTensors, before);
  });
}

/** A copy with a channel of one convolution at zero. */
async function changed(name: string, network: tf.LayersModel): Promise<tf.LayersModel> {
  if (name.startsWith("sequential")) return await pruneChannels(network, [1, 5]);
  const layer = network.getLayer("pointwise");
  const kept = tf.tensor1d([1, 0, 1, 1, 0, 1]);
  layer.setWeights(layer.getWeights().map((weight) => weight.mul(kept)));
  return network;
}

const WRITTEN = [
  ...["sequential.keras", "functional.keras", "sequential.h5", "functional.h5"] as const,
  "sequential_keras2.h5",
] as const;

/** Writes a network with changed weights; what it predicts. */
async function write(name: typeof WRITTEN[number]): Promise<Float32Array> {
  const network = await changed(name, await loadKeras(`${folder}/${name}`));
  const before = tf.memory().numTensors;
  await saveKeras(`${folder}/${name}`, `${folder}/new/${name}`, network);
  assertEquals(tf.memory().numTensors, before);
  return predictions(network);
}

for (const name of WRITTEN) {
  Deno.test(`${name} is written with changed weights`, async () => {
    const bytes = await Deno.readFile(`${folder}/${name}`);
    const wanted = await write(name);
    assertClose(await Deno.readFile(`${folder}/${name}`), bytes);
    const changes = kerasPredictions(name).map((each, index) => Math.abs(each - wanted[index]!));
    assert(Math.max(...changes) > 1e-3, "Expected weights whose change can be seen");
    assertClose(predictions(await loadKeras(`${folder}/new/${name}`)), wanted, 0);
  });
}

Deno.test({
  name: "networks with changed weights are the same in Keras",
  ignore: !hasKeras,
  async fn(): Promise<void> {
    const wanted: Float32Array[] = [];
    for (const name of WRITTEN) wanted.push(await write(name));
    const found = await askKeras(WRITTEN.map((name) => `${folder}/new/${name}`));
    wanted.forEach((each, index) => assertClose(each, found[index]!, 1e-6));
  },
});

Deno.test("all but the weights stays as Keras wrote it, and the same network makes the same file", async () => {
  const [source, out] = [`${folder}/sequential.keras`, await Deno.makeTempDir()];
  const network = await loadKeras(source);
  await saveKeras(source, `${out}/one.keras`, network);
  await saveKeras(source, `${out}/two.keras`, network);
  assertEquals(await Deno.readFile(`${out}/one.keras`), await Deno.readFile(`${out}/two.keras`));
  const [before, after] = await Promise.all([source, `${out}/one.keras`].map(async (file) => {
    const archive = await openZip(file);
    const [metadata, config] = unpack(archive, archive.entries.slice(0, 2));
    const { weights } = await readKerasFile(file);
    const { result: momentum } = await openHdf5(weights, file, "r", (hdf5) => [
      readNumbers(hdf5, "optimizer/vars/2", file),
      readNumbers(hdf5, "layers/conv2d_5/vars/0", file),
    ]);
    return { names: archive.entries.map(({ fileName }) => fileName), metadata, config, momentum };
  }));
  assertEquals(after, before);
});

Deno.test("a network is opened by its content, whatever its name", async () => {
  const out = await Deno.makeTempDir();
  await Deno.copyFile(`${folder}/functional.keras`, `${out}/archive.h5`);
  await Deno.copyFile(`${folder}/functional.h5`, `${out}/whole.keras`);
  await saveNetwork(`${out}/tfjs`, await loadKeras(`${folder}/functional.h5`));
  await Deno.copyFile(`${out}/tfjs/model.json`, `${out}/tfjs/other.json`);
  for (
    const [path, format, extension] of [
      ["archive.h5", "keras", ".keras"],
      ["whole.keras", "hdf5", ".h5"],
      ["tfjs", "tfjs", ""],
      ["tfjs/model.json", "tfjs", ""],
      ["tfjs/other.json", "tfjs", ""],
    ] as const
  ) {
    const opened = await openNetwork(`${out}/${path}`);
    assertEquals([opened.format, opened.extension], [format, extension]);
    const target = `${out}/copy of ${path.replace("/", " ")}${extension}`;
    await opened.save(target, opened.network);
    const again = await openNetwork(target);
    assertEquals(again.format, format);
    assertClose(predictions(again.network), kerasPredictions("functional.keras"), 1e-6);
    const source = format === "tfjs" ? "tfjs" : path;
    await Deno.symlink(`${out}/${source}`, `${target}.link`);
    for (const same of [`${out}/./${source}`, `${target}.link`]) {
      await assertRejects(() => opened.save(same, opened.network), Error, "other than the source");
    }
  }
});

Deno.test("a network of another topology, or with weights that are not finite, is not written", async () => {
  const [source, target] = [`${folder}/functional.keras`, `${folder}/not written.keras`];
  const sequential = await loadKeras(`${folder}/sequential.h5`);
  await assertRejects(
    () => saveKeras(source, target, sequential),
    Error,
    "Expected only layers of",
  );
  const part = await loadKeras(`${folder}/activations.keras`);
  await assertRejects(() => saveKeras(source, target, part), Error, `Expected a layer "signed"`);
  const network = await loadKeras(source);
  const [kernel] = network.getLayer("stem").getWeights();
  network.getLayer("stem").setWeights([kernel!.div(0)]);
  await assertRejects(() => saveKeras(source, target, network), Error, "finite weights");
  await assertRejects(() => Deno.stat(target), Deno.errors.NotFound, "No such file");
});

Deno.test("a tfjs model that is cut short or not finite is refused", async () => {
  const network = await loadKeras(`${folder}/functional.keras`);
  await saveNetwork(`${folder}/whole`, network);
  const weights = `${folder}/whole/weights.bin`;
  const bytes = await Deno.readFile(weights);
  await Deno.writeFile(weights, bytes.slice(0, -8));
  await assertRejects(() => openNetwork(`${folder}/whole`), Error, "Expected a tfjs layers model");
  new DataView(bytes.buffer).setFloat32(0, NaN, true);
  await Deno.writeFile(weights, bytes);
  const before = tf.memory().numTensors;
  await assertRejects(() => openNetwork(`${folder}/whole`), Error, "Expected finite weights");
  assertEquals(tf.memory().numTensors, before);
  await Deno.remove(weights);
  await assertRejects(() => openNetwork(`${folder}/whole`), Error, "Expected a tfjs layers model");
});
