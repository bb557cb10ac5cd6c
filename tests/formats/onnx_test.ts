/** Networks from PyTorch, as ONNX and back, beside what onnxruntime computes with them. */
import { openNetwork } from "@lib/formats/any_network.ts";
import { logitsNetwork } from "@lib/formats/logits_network.ts";
import { disposeNetwork } from "@lib/network/copy_network.ts";
import { hasGraph } from "@lib/network/network_nodes.ts";
import { tf } from "@lib/network/tensorflow.ts";
import { assertEquals } from "@lib/std/assert.ts";
import expected from "../reference/onnx/expected.json" with { type: "json" };
import { assertClose } from "../assert_close.ts";
import { predictions, unpackModels } from "./keras_models.ts";

const folder = await unpackModels("../onnx/models.zip");
const NAMES = Object.keys(expected) as (keyof typeof expected)[];

for (const name of NAMES) {
  Deno.test(`${name} computes as in onnxruntime, and leaves only its weights in memory`, async () => {
    const before = tf.memory().numTensors;
    const { network } = await openNetwork(`${folder}/${name}`);
    assertEquals(tf.memory().numTensors - before, network.weights.length);
    const found = predictions(network);
    console.log(
      name,
      Math.max(...found.map((v, i) => Math.abs(v - expected[name][i]!))),
      network.layers.filter((l) => /Padding|Resc|Resh/.test(l.getClassName())).length,
      network.layers.map((l) => l.name).slice(1, 6),
    );
    assertClose(predictions(network), expected[name], 1e-4);
    const logits = await logitsNetwork(network, "0-1");
    console.log(hasGraph(logits));
    for (const each of [network, logits]) disposeNetwork(each);
    assertEquals(tf.memory().numTensors, before);
  });
}
