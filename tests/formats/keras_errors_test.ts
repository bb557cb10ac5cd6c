/** Files that hold no network, or none that can be loaded: each is named with what is wrong. */
import { openZip, unpack } from "@lib/data/zip.ts";
import { openNetwork } from "@lib/formats/any_network.ts";
import { openHdf5, readNumbers, writeNumbers } from "@lib/formats/hdf5.ts";
import { loadKeras } from "@lib/formats/keras_archive.ts";
import { readKerasFile } from "@lib/formats/keras_file.ts";
import { operationCall } from "@lib/formats/keras_operations.ts";
import type { Settings, Written } from "@lib/formats/keras_written.ts";
import { LayerGraph, type Tensor } from "@lib/formats/layer_graph.ts";
import { tf } from "@lib/network/tensorflow.ts";
import { assertEquals, assertRejects, assertThrows } from "@lib/std/assert.ts";
import h5wasm from "h5wasm/node";
import { makeZip } from "../data/make_zip.ts";
import { unpackModels } from "./keras_models.ts";

const folder = await unpackModels();

/** Fails to open a file with a message that has all the parts, and leaves nothing in memory. */
async function assertRefused(content: Uint8Array | string, ...parts: string[]): Promise<void> {
  const file = `${folder}/refused.keras`;
  await Deno.writeFile(
    file,
    typeof content === "string" ? new TextEncoder().encode(content) : content,
  );
  const before = tf.memory().numTensors;
  for (const part of parts) await assertRejects(() => openNetwork(file), Error, part);
  await assertRejects(() => openNetwork(file), Error, "refused.keras");
  assertEquals(tf.memory().numTensors, before);
}

interface Functional extends Written {
  config: Settings & { layers: (Written & { inbound_nodes: Node[] })[] };
}
type Node = { args: unknown[]; kwargs: Settings };

/** The files in functional.keras, its config changed. */
async function edited(
  edit: (
    config: Functional,
    layer: (name: string) => Functional["config"]["layers"][number],
  ) => void,
): Promise<Record<string, Uint8Array | string>> {
  const archive = await openZip(`${folder}/functional.keras`);
  const contents = unpack(archive, archive.entries);
  const files = Object.fromEntries(
    archive.entries.map(({ fileName }, index) => [fileName, contents[index]!]),
  );
  const config = JSON.parse(new TextDecoder().decode(files["config.json"]));
  const { layers } = (config as Functional).config;
  edit(config, (name) => layers.find((layer) => layer.config.name === name)!);
  return { ...files, "config.json": JSON.stringify(config) };
}

const archive = async (edit: Parameters<typeof edited>[0]): Promise<Uint8Array> =>
  makeZip(await edited(edit));

Deno.test("what is no network is refused", async () => {
  const png = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
  for (const content of ["", "just text", "{}", "[1, 2]", "{ cut", png]) {
    await assertRefused(content, "Expected a network", "found none");
  }
  await assertRejects(() => loadKeras("deno.json"), Error, "found neither in deno.json");
  await assertRejects(() => openNetwork("no such file"), Error, "found no file no such file");
  await assertRejects(
    () => openNetwork("tests"),
    Error,
    "Expected model.json of tfjs or config.json",
  );
});

Deno.test("files that are cut short are refused", async () => {
  const [zip, hdf5] = await Promise.all(
    ["functional.keras", "functional.h5"].map((name) => Deno.readFile(`${folder}/${name}`)),
  );
  for (const share of [0.01, 0.5, 0.9]) {
    await assertRefused(zip!.slice(0, zip!.length * share), "Expected a sound zip archive");
    await assertRefused(hdf5!.slice(0, hdf5!.length * share), "Expected a whole HDF5 file");
  }
  await assertRefused(hdf5!.slice(0, -1), "Expected a whole HDF5 file", "truncated file");
  const files = await edited(() => {});
  const weights = (files["model.weights.h5"] as Uint8Array).slice(0, 5000);
  await assertRefused(makeZip({ ...files, "model.weights.h5": weights }), "truncated file");
});

Deno.test("archives and HDF5 without topology or weights are refused", async () => {
  const { "config.json": config, "model.weights.h5": weights } = await edited(() => {});
  const found = "Expected config.json in the archive but found photo.png in";
  await assertRefused(makeZip({ "photo.png": "" }), found);
  await assertRefused(makeZip({ "config.json": config! }), "Expected model.weights.h5 in");
  await assertRefused(
    makeZip({ "config.json": "{ cut", "model.weights.h5": weights! }),
    "Expected JSON but found in config.json of",
  );
  const only = await Deno.readFile(`${folder}/only.weights.h5`);
  await assertRefused(only, "model_config but found only weights: build the network");
  const whole = await Deno.readFile(`${folder}/functional.h5`);
  const { bytes: without } = await openHdf5(
    whole,
    "",
    "a",
    (file) => file.delete_attribute("model_config"),
  );
  await assertRefused(without, "attribute model_config but found none in");
});

Deno.test("layers that tfjs does not have are named with their class", async () => {
  const strangers: [change: Partial<Written>, found: string][] = [
    [{ module: "my", class_name: "Mine" }, `custom layer "stem" of class Mine in`],
    [{ module: null, registered_name: "my>Conv2D" }, `custom layer "stem" of class Conv2D in`],
    [{ module: "keras.src.ops.numpy", class_name: "Max" }, `operation "stem" of class Max in`],
  ];
  for (const [change, found] of strangers) {
    await assertRefused(
      await archive((_, layer) => Object.assign(layer("stem"), change)),
      `Expected layers that TensorFlow.js has but found ${found}`,
    );
  }
  for (const class_name of ["Lambda", "TimeDistributed", "toString"]) {
    await assertRefused(
      await archive((_, layer) => layer("stem").class_name = class_name),
      "Expected layers of the classes Activation, Add,",
      `found layer "stem" of class ${class_name} in`,
    );
  }
  const mine = await archive((config) => config.class_name = "MyNetwork");
  await assertRefused(mine, "Expected a Sequential or Functional network but found MyNetwork in");
});

Deno.test("settings that tfjs passes over are refused", async () => {
  const settings: [layer: string, setting: string, value: unknown, message: string][] = [
    ["shared", "groups", 2, `found both for layer "shared" of class Conv2D in`],
    ["stem", "data_format", "channels_first", "Expected one data_format but found both"],
    ["stem", "activation", "exponential", "found exponential for layer"],
    ["stem", "activation", { class_name: "function", config: "mine" }, `"mine"} for layer`],
    ["depthwise_conv2d", "dilation_rate", [2, 2], "Expected dilation_rate 1,1 but found 2,2"],
    ["re_lu", "threshold", 0.1, "Expected threshold 0 but found 0.1"],
    ["stem_normalization", "renorm", true, "Expected renorm false but found true"],
  ];
  for (const [name, setting, value, message] of settings) {
    await assertRefused(
      await archive((_, layer) => layer(name).config[setting] = value),
      message,
    );
  }
});

Deno.test("layers that do not fit together are refused", async () => {
  const unfit = await archive((_, layer) => layer("pointwise").config.filters = 5);
  await assertRefused(unfit, "Expected layers that fit together but found in");
});

Deno.test("calls that tfjs would wait for or not understand are refused", async () => {
  const from = (name: string): unknown => ({ config: { keras_history: [name, 0, 0] } });
  await assertRefused(
    await archive((_, layer) => layer("re_lu").inbound_nodes[0]!.args = [from("sum")]),
    `"re_lu" waits for "sum" in`,
  );
  await assertRefused(
    await archive((_, layer) => layer("re_lu").inbound_nodes[0]!.args.push(2)),
    `Expected calls with tensors only but found a constant for layer "re_lu"`,
  );
  await assertRefused(
    await archive((_, layer) => layer("re_lu").inbound_nodes[0]!.args = []),
    `Expected calls with tensors only but found "none" for layer "re_lu"`,
  );
  const uncalled = await archive((_, layer) => layer("re_lu").inbound_nodes = []);
  await assertRefused(
    uncalled,
    `Expected calls of all layers but inputs but found 0 of "re_lu" in`,
  );
  const notCalls = await archive((_, layer) => Object.assign(layer("re_lu"), { inbound_nodes: 1 }));
  await assertRefused(notCalls, "Expected a topology of Keras but found in");
  await assertRefused(
    await archive((_, layer) => layer("re_lu").inbound_nodes[0]!.kwargs.fast = true),
    `Expected calls with tensors only but found ["fast",true]`,
  );
  await assertRefused(
    await archive(({ config }) => config.output_layers = [["shares", 3, 0]]),
    "Expected a call of a layer but found shares/3/0 in",
  );
});

Deno.test("weights that are missing, of another shape or not finite are named", async () => {
  const dense = (layers: Functional["config"]["layers"]): Written =>
    layers.find(({ class_name }) => class_name === "Dense")!;
  await assertRefused(
    await archive(({ config }) => dense(config.layers).config.units = 9),
    `Expected shape [16,9] but found [16,7] for dense`,
  );
  await assertRefused(
    await archive((_, layer) => layer("stem").config.use_bias = true),
    `Expected 2 weights of "stem" but found 1 in`,
  );
  const files = await edited(() => {});
  for (const value of [NaN, Infinity]) {
    const values = Float32Array.of(0, 0, value, 0, 0, 0);
    const path = "layers/batch_normalization/vars/1";
    const { bytes: weights } = await openHdf5(
      files["model.weights.h5"] as Uint8Array,
      "",
      "a",
      (file) => writeNumbers(file, path, values, ""),
    );
    await assertRefused(
      makeZip({ ...files, "model.weights.h5": weights }),
      `Expected finite weights but found ${value} at 2 of stem_normalization/moving_mean in`,
    );
  }
  const { weights } = await readKerasFile(`${folder}/activations.keras`);
  await assertRefused(
    makeZip({ ...files, "model.weights.h5": weights }),
    `Expected 1 weights of "stem" but found 0 in`,
  );
});

Deno.test("operations with settings that are not to be had are refused, and a GELU is the rough one", () => {
  const graph = new LayerGraph("a.keras");
  const input = graph.input("images", [null, 8]);
  const call = (operation: string, settings: Settings, keras = 3): Tensor =>
    operationCall(operation, settings, {
      ...{ graph, name: graph.unusedName(operation), places: [] },
      ...{ named: `${operation} of a.keras`, keras },
    })([input]);
  for (
    const [operation, settings, message] of [
      ["elu", { alpha: 0.3 }, "Expected alpha to be 1 but found 0.3 of operation elu of a.keras"],
      ["softmax", { axis: 1 }, "Expected axis to be -1 but found 1 of operation softmax"],
    ] as const
  ) assertThrows(() => call(operation, settings), Error, message);
  const activationOf = (...operation: Parameters<typeof call>): unknown =>
    call(...operation).sourceLayer.getConfig().activation;
  assertEquals(activationOf("elu", { alpha: 1 }), "elu");
  assertEquals(activationOf("gelu", {}), "gelu_new");
  assertEquals(activationOf("gelu", { approximate: false }), "gelu");
  assertEquals(activationOf("gelu", {}, 2), "gelu");
});

Deno.test("whole numbers are no weights, and half precision is", async () => {
  const { File, ready } = h5wasm;
  const { FS } = await ready;
  const made = new File("/numbers.h5", "w");
  made.create_dataset({ name: "whole", data: new Int16Array([1, 2, 15360]) });
  made.close();
  const bytes = FS.readFile("/numbers.h5");
  await assertRejects(
    () => openHdf5(bytes, "numbers.h5", "r", (file) => readNumbers(file, "whole", "numbers.h5")),
    Error,
    "Expected floating-point numbers",
  );
});

Deno.test("a layers model of tfjs without its weights is refused", async () => {
  const file = `${await Deno.makeTempDir()}/model.json`;
  const network = tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [3] })] });
  const modelTopology = network.toJSON(null, false);
  await Deno.writeTextFile(file, JSON.stringify({ modelTopology }));
  await assertRejects(() => openNetwork(file), Error, `found no weightsManifest in ${file}`);
  network.dispose();
});
