/** The network's forward pass and one step of training beside Keras, from the same weights. */
import { PAPER_SIZE } from "@lib/data/images.ts";
import { forEachBatch } from "@lib/network/evaluate.ts";
import { graphStep } from "@lib/network/graph_step.ts";
import { toTensor } from "@lib/network/image_input.ts";
import { paperCnn } from "@lib/network/paper_cnn.ts";
import { plainStep } from "@lib/network/plain_layers.ts";
import { tf } from "@lib/network/tensorflow.ts";
import type { TrainStep } from "@lib/network/passes.ts";
import { startingState, writeState } from "@lib/network/training_state.ts";
import { assertAlmostEquals, assertEquals } from "@lib/std/assert.ts";
import { assertClose } from "../assert_close.ts";
import { noise, reference, sines } from "../reference/reference.ts";

const expected = reference.network;

/** The paper's network without dropout, with the weights of make_reference.py. */
function referenceNetwork(): tf.Sequential {
  const layers = paperCnn(43, 1).layers.filter((layer) => layer.getClassName() !== "Dropout");
  const network = tf.sequential({ layers });
  const kinds: Record<string, (shape: number[], index: number) => Float64Array> = {
    kernel: (shape, index) =>
      sines(size(shape), index, 1.7 / Math.sqrt(size(shape) / shape.at(-1)!)),
    gamma: (shape, index) => sines(size(shape), index, 0.1).map((value) => 1 + value),
    moving_variance: (shape, index) => sines(size(shape), index, 0.5).map((value) => 1.5 + value),
  };
  const inKerasOrder = network.layers.flatMap((layer) => layer.weights);
  const values = new Map(inKerasOrder.map((weight, index) => {
    const shape = weight.shape as number[];
    const kind = kinds[weight.originalName.split("/").at(-1)!] ??
      ((s, i) => sines(size(s), i, 0.1));
    return [weight.originalName, tf.tensor(Float32Array.from(kind(shape, index)), shape)];
  }));
  network.setWeights(network.weights.map((weight) => values.get(weight.originalName)!));
  return network;
}

const size = (shape: number[]): number => shape.reduce((product, each) => product * each, 1);
const pixels = Uint8Array.from(noise(4 * 3072, 5), (value) => Math.floor(value * 256));
const images = { ...PAPER_SIZE, pixels };
const labels = Int32Array.of(0, 10, 25, 42);
const logitsOf = (network: tf.Sequential): ArrayLike<number> =>
  (network.apply(toTensor(images)) as tf.Tensor).dataSync();

Deno.test("the forward pass is Keras's, as layers and as a graph", async () => {
  assertEquals(expected.parameters, 376_907);
  const network = referenceNetwork();
  assertClose(logitsOf(network), expected.logits, 1e-4);
  await forEachBatch(network, [network.layers.at(-1)!], images, ([logits]) => {
    assertClose(logits!.dataSync(), expected.logits, 1e-4);
  });
});

for (const [name, makeStep] of [["graph", graphStep], ["plain", plainStep]] as const) {
  const takeStep = (network: tf.Sequential): ReturnType<TrainStep> =>
    makeStep(network, { seed: 1, weightDecay: 0 })(
      startingState(network),
      { ...images, labels },
      0.0005,
    );

  Deno.test(`loss and gradients of the ${name} step are Keras's`, () => {
    const network = referenceNetwork();
    const { state, loss } = takeStep(network);
    assertAlmostEquals(loss.dataSync()[0]!, expected.loss, 1e-4);
    const gradient = state.mean.div(0.1); // Adam's first mean is a tenth of it
    const sizes = network.trainableWeights.map((weight) => size(weight.shape as number[]));
    tf.split(gradient, sizes).forEach((part, index) => {
      const { norm, first } = expected.gradients[index]!;
      assertClose([part.norm().dataSync()[0]!], [norm], 1e-4 * Math.max(1, norm));
      assertClose(part.dataSync().slice(0, 8), first, 1e-4 * Math.max(1, norm));
    });
  });

  Deno.test(`one ${name} step changes the network as Keras's Adam does`, () => {
    const network = referenceNetwork();
    writeState(network, takeStep(network).state);
    const weights = network.layers.flatMap((layer) => layer.weights);
    expected.weightsAfter.forEach((first, index) => {
      assertClose(weights[index]!.read().dataSync().slice(0, 8), first, 1e-5);
    });
    assertClose(logitsOf(network), expected.logitsAfter, 5e-3);
  });
}
