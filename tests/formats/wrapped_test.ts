/** The forms that people save networks in, beside what Keras predicts with them. */
import { openNetwork } from "@lib/formats/any_network.ts";
import { logitsNetwork } from "@lib/formats/logits_network.ts";
import { disposeNetwork } from "@lib/network/copy_network.ts";
import { hasGraph } from "@lib/network/network_nodes.ts";
import { tf } from "@lib/network/tensorflow.ts";
import { assertEquals, assertRejects } from "@lib/std/assert.ts";
import expected from "../reference/keras/wrapped.json" with { type: "json" };
import { assertClose } from "../assert_close.ts";
import { makeZip } from "../data/make_zip.ts";
import {
  askKeras,
  hasKeras,
  predictions,
  unpackInto,
  unpackModels,
  writePruned,
} from "./keras_models.ts";

const folder = await unpackModels("wrapped.zip");
const NAMES = Object.keys(expected) as (keyof typeof expected)[];

/** Half precision is computed in single precision here, and Keras 2's mixed one is not in Keras. */
const toleranceOf = (name: string): number => name.includes("half") ? 2e-3 : 1e-5;

/** Networks for the engine of layers: with a layer called twice. */
const WITHOUT_GRAPH = ["twice"];

for (const name of NAMES) {
  Deno.test(`${name} predicts as in Keras, and leaves only its weights in memory`, async () => {
    const before = tf.memory().numTensors;
    const { network } = await openNetwork(`${folder}/${name}`);
    assertEquals(tf.memory().numTensors - before, network.weights.length);
    assertClose(predictions(network), expected[name], toleranceOf(name));
    const logits = await logitsNetwork(network);
    assertEquals(hasGraph(logits), !WITHOUT_GRAPH.some((kind) => name.startsWith(kind)));
    for (const each of [network, logits]) disposeNetwork(each);
    assertEquals(tf.memory().numTensors, before);
  });
}

Deno.test("pruned networks are written in their own form", async () => {
  for (const name of NAMES) {
    const target = `${folder}/pruned_${name}`;
    const wanted = await writePruned(`${folder}/${name}`, target);
    const { network } = await openNetwork(target);
    assertClose(predictions(network), wanted, toleranceOf(name));
    disposeNetwork(network);
  }
});

Deno.test({
  name: "pruned networks are the same in Keras",
  ignore: !hasKeras,
  async fn(): Promise<void> {
    const names = ["transfer", "twice", "activations", "sizes", "half"].flatMap((name) => [
      `${name}.keras`,
      `${name}.h5`,
    ]);
    const wanted: Float32Array[] = [];
    for (const name of names) {
      wanted.push(await writePruned(`${folder}/${name}`, `${folder}/again_${name}`));
    }
    const found = await askKeras(names.map((name) => `${folder}/again_${name}`));
    wanted.forEach((each, index) => assertClose(each, found[index]!, toleranceOf(names[index]!)));
  },
});

Deno.test("an unpacked archive is read and written as a folder", async () => {
  const unpacked = `${folder}/unpacked`;
  await unpackInto(unpacked, `${folder}/transfer.keras`);
  const wanted = await writePruned(unpacked, `${folder}/written`);
  const { network, format, extension } = await openNetwork(`${folder}/written`);
  assertEquals([format, extension], ["keras", ""]);
  assertClose(predictions(network), wanted);
  disposeNetwork(network);
});

Deno.test("what has no layers is refused with what to do", async () => {
  const refused = async (write: (file: string) => Promise<void>, ...words: string[]) => {
    const file = `${await Deno.makeTempDir()}/refused`;
    await write(file);
    for (const word of [...words, "refused"]) {
      await assertRejects(() => openNetwork(file), Error, word);
    }
  };
  const text = (content: string) => (file: string) => Deno.writeTextFile(file, content);
  const zip = (name: string) => (file: string) => Deno.writeFile(file, makeZip({ [name]: "" }));
  await refused(zip("network/data.pkl"), "one of PyTorch", "torch.onnx.export(");
  await refused((file) => Deno.writeFile(file, Uint8Array.of(0x80, 2, 0x8a)), "a pickle");
  await refused(text('{ "format": "graph-model", "modelTopology": {} }'), "a graph model of tfjs");
  await refused(
    async (file) => {
      await Deno.mkdir(file);
      await Deno.writeTextFile(`${file}/saved_model.pb`, "");
    },
    "a SavedModel of TensorFlow",
    'network.save("network.keras")',
  );
  await refused(text("\x1c\0\0\0TFL3"), "TensorFlow Lite");
});
