/** Copies of networks that take images from 0 to 1 and say logits. */
import { copyNetwork, disposeNetwork } from "@lib/network/copy_network.ts";
import { hasGraph } from "@lib/network/network_nodes.ts";
import { logitsNetwork } from "@lib/formats/logits_network.ts";
import { classify, forEachBatch } from "@lib/network/evaluate.ts";
import { imageGradient } from "@lib/network/engine.ts";
import { tf } from "@lib/network/tensorflow.ts";
import { loadKeras } from "@lib/formats/keras_archive.ts";
import { assert, assertEquals } from "@lib/std/assert.ts";
import { assertClose } from "../assert_close.ts";
import { colour, noise } from "../reference/reference.ts";
import { unpackModels } from "./keras_models.ts";

const folder = await unpackModels();

/** What is predicted for noise of which each value is so many times larger. */
function predicted(network: tf.LayersModel, times = 1): Float32Array {
  const shape = [4, ...network.inputs[0]!.shape.slice(1) as number[]];
  const values = noise(shape.reduce((product, each) => product * each), 5);
  return tf.tidy(() => {
    const answer = network.predict(tf.tensor(Float32Array.from(values), shape).mul(times));
    return (answer as tf.Tensor).dataSync() as Float32Array;
  });
}

for (const name of ["sequential.keras", "functional.keras"]) {
  for (const scale of [1, 255]) {
    Deno.test(`${name} that takes 0 to ${scale}: the logits' softmax is what it predicts`, async () => {
      const network = await loadKeras(`${folder}/${name}`);
      const before = tf.memory().numTensors;
      const copy = await logitsNetwork(network, scale === 1 ? undefined : { scale, offset: 0 });
      assertEquals(copy instanceof tf.Sequential, network instanceof tf.Sequential);
      const classes = network.outputShape[1] as number;
      const shares = tf.tidy(() =>
        tf.softmax(tf.tensor2d(predicted(copy), [4, classes])).dataSync() as Float32Array
      );
      assertClose(shares, predicted(network, scale), 1e-5);
      disposeNetwork(copy);
      assertEquals(tf.memory().numTensors, before);
      network.weights.forEach((weight) => weight.dispose());
    });
  }
}

Deno.test("a softmax as a layer of its own is left out as well, and what ends otherwise stays", async () => {
  for (
    const end of [
      [tf.layers.activation({ activation: "softmax" })],
      [tf.layers.softmax()],
      [tf.layers.activation({ activation: "sigmoid" })],
      [],
    ]
  ) {
    const dense = tf.layers.dense({ units: 3, inputShape: [2] });
    const network = tf.sequential({ layers: [dense, ...end] });
    const copy = await logitsNetwork(network);
    assertEquals(copy.layers.map((layer) => layer.getClassName()), ["Dense"]);
    assertEquals(copy.getWeights()[0]!.dataSync(), network.getWeights()[0]!.dataSync());
    disposeNetwork(copy);
  }
});

Deno.test("shares are seen wherever they are made, and their softmax is undone", async () => {
  const shaped = { inputShape: [2] };
  const classifier = (): tf.Sequential =>
    tf.sequential({ layers: [tf.layers.dense({ units: 3, activation: "softmax", ...shaped })] });
  const input = tf.input({ shape: [2] });
  const mean = tf.layers.average().apply([1, 2].map(() => classifier().apply(input)) as never);
  const linear = tf.layers.activation({ activation: "linear" });
  const networks: [network: tf.LayersModel, end: string][] = [
    [tf.sequential({ layers: [...classifier().layers, linear] }), "Dense"],
    [tf.sequential({ layers: [classifier()] }), "Logarithm"],
    [tf.model({ inputs: input, outputs: mean as tf.SymbolicTensor }), "Logarithm"],
  ];
  for (const [network, end] of networks) {
    const before = tf.memory().numTensors;
    const copy = await logitsNetwork(network);
    assertEquals(copy.layers.at(-1)!.getClassName(), end);
    const shares = tf.tidy(() => tf.softmax(tf.tensor2d(predicted(copy), [4, 3])).dataSync());
    assertClose(shares, predicted(network), 1e-6);
    disposeNetwork(copy);
    assertEquals(tf.memory().numTensors, before);
  }
});

Deno.test("a rescaling is part of the graph, forward and backward", async () => {
  const network = await copyNetwork(await loadKeras(`${folder}/sequential.keras`));
  const graph = await logitsNetwork(network, { scale: 255, offset: 0 });
  assert(hasGraph(graph));
  const pixels = Uint8Array.from(noise(6 * 3072, 3), (share) => share * 2);
  const images = tf.tensor4d(Float32Array.from(pixels, (level) => level / 255), [6, 32, 32, 3]);
  const plain = graph.predict(images) as tf.Tensor2D;
  await forEachBatch(graph, [graph.layers.at(-1)!], colour(pixels), ([logits]) => {
    assertClose(logits!.dataSync() as Float32Array, [...plain.dataSync()], 1e-4);
  });
  assertEquals(await classify(graph, colour(pixels)), plain.argMax(1).dataSync<"int32">());
  const labels = tf.tensor1d([0, 1, 2, 3, 4, 0], "int32");
  const { gradient } = imageGradient(graph)(images, labels);
  const wanted = tf.grad((input) => {
    const logits = graph.apply(input) as tf.Tensor;
    return tf.oneHot(labels, 5).mul(tf.logSoftmax(logits)).sum().neg();
  })(images);
  const largest = wanted.abs().max().dataSync()[0]!;
  assertClose(
    gradient.div(largest).dataSync() as Float32Array,
    [...wanted.div(largest).dataSync()],
    1e-3,
  );
});

Deno.test("a file of Keras 2, which counts its channels' axis from the front, has a graph too", async () => {
  for (const name of ["sequential_keras2.h5", "sequential.h5"]) {
    const network = await loadKeras(`${folder}/${name}`);
    const copy = await logitsNetwork(network);
    assert(hasGraph(copy), name);
    disposeNetwork(copy);
    disposeNetwork(network);
  }
});
