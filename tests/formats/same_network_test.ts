/** One network in all the forms that people save it in: the same logits, and the same layer to prune. */
import { openNetwork } from "@lib/formats/any_network.ts";
import { logitsNetwork } from "@lib/formats/logits_network.ts";
import { saveNetwork } from "@lib/formats/network_file.ts";
import { disposeNetwork } from "@lib/network/copy_network.ts";
import { hasGraph } from "@lib/network/network_nodes.ts";
import { tf } from "@lib/network/tensorflow.ts";
import { findConvolution } from "@lib/pruning/convolution.ts";
import { pruneChannels } from "@lib/pruning/prune_channels.ts";
import { prunedConstants, requireTail } from "@lib/pruning/tail.ts";
import { assert, assertEquals } from "@lib/std/assert.ts";
import { assertClose } from "../assert_close.ts";
import { predictions, unpackModels } from "./keras_models.ts";

const folder = await unpackModels("wrapped.zip");
const onnx = await unpackModels("../onnx/models.zip");

const FORMS = [
  ...["same.h5", "same_0-255.keras", "same_nested.keras", "same_nested.h5", "same_softmax.keras"],
  ...["same_channels_first.keras", "same_half.keras", "same_tfjs/model.json", "same.onnx"],
];

/** What of a network has to be the same in each form. */
interface Findings {
  /** Less their mean, by which they may differ. */
  logits: Float32Array;
  filters: Float32Array;
  /** What pruned channels say. */
  constants: Float32Array;
  /** Of the network as it came, with two channels pruned. */
  pruned: Float32Array;
}

async function findingsOf(file: string): Promise<Findings> {
  const opened = await openNetwork(file);
  const scaling = file.includes("0-255") ? { scale: 255, offset: 0 } : undefined;
  const layer = findConvolution(opened.network).name;
  const changed = await pruneChannels(opened.network, [1, 4], layer);
  const target = `${await Deno.makeTempDir()}/pruned${opened.extension}`;
  await opened.save(target, changed);
  const again = await openNetwork(target);
  const logitsOf = (network: tf.LayersModel): Float32Array =>
    tf.tidy(() => {
      const logits = tf.tensor2d(predictions(network), [4, 5]);
      return logits.sub(logits.mean(1, true)).dataSync<"float32">();
    });
  const [network, pruned] = await Promise.all(
    [opened.network, again.network].map((each) => logitsNetwork(each, scaling)),
  ) as [tf.LayersModel, tf.LayersModel];
  assert(hasGraph(network), "no graph");
  const tail = requireTail(network);
  assertEquals(tail.convolution.name, layer);
  const findings = {
    logits: logitsOf(network),
    filters: tail.convolution.getWeights()[0]!.dataSync<"float32">(),
    constants: tf.tidy(() => prunedConstants(tail).dataSync<"float32">()),
    pruned: logitsOf(pruned),
  };
  for (const each of [opened.network, changed, again.network, network, pruned]) {
    disposeNetwork(each);
  }
  return findings;
}

const plain = await findingsOf(`${folder}/same.keras`);

for (const form of FORMS) {
  Deno.test(`${form} is the same network`, async () => {
    if (form.startsWith("same_tfjs")) {
      const { network } = await openNetwork(`${folder}/same.keras`);
      await saveNetwork(`${folder}/same_tfjs`, network);
    }
    const found = await findingsOf(`${form.endsWith("onnx") ? onnx : folder}/${form}`);
    const tolerance = form.includes("half") ? 1e-3 : 1e-5;
    for (const key of ["logits", "filters", "constants", "pruned"] as const) {
      assertClose(found[key], plain[key], tolerance * Math.max(1, ...plain[key].map(Math.abs)));
    }
    const change = plain.logits.map((value, index) => Math.abs(value - plain.pruned[index]!));
    assert(Math.max(...change) > 0.01, "pruning changes nothing");
  });
}
