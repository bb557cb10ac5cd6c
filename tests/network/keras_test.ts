/** The network's forward pass and one step of training beside Keras, from the same weights. */
import { adamState, adamStep } from "@lib/network/adam.ts";
import { paperCnn } from "@lib/network/paper_cnn.ts";
import { tf } from "@lib/network/tensorflow.ts";
import { lossAndGradients } from "@lib/network/train_step.ts";
import { assertAlmostEquals, assertEquals } from "@lib/std/assert.ts";
import { assertClose, noise, reference, sines } from "../reference/reference.ts";

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
const images = (): tf.Tensor => tf.tensor4d(Float32Array.from(noise(4 * 3072, 5)), [4, 32, 32, 3]);
const labels = (): tf.Tensor => tf.tensor1d([0, 10, 25, 42], "int32");
const logitsOf = (network: tf.Sequential): ArrayLike<number> =>
  (network.apply(images()) as tf.Tensor).dataSync();

Deno.test("the forward pass is Keras's", () => {
  assertEquals(expected.parameters, 376_907);
  assertClose(logitsOf(referenceNetwork()), expected.logits, 1e-4);
});

Deno.test("loss and gradients are Keras's", () => {
  const { loss, gradients } = lossAndGradients(referenceNetwork(), images(), labels(), [1, 1]);
  assertAlmostEquals(loss.dataSync()[0]!, expected.loss, 1e-4);
  assertEquals(gradients.length, expected.gradients.length);
  gradients.forEach((gradient, index) => {
    const { norm, first } = expected.gradients[index]!;
    const found = gradient.dataSync();
    assertClose([gradient.norm().dataSync()[0]!], [norm], 1e-4 * Math.max(1, norm));
    assertClose(found.slice(0, 8), first, 1e-4 * Math.max(1, norm));
  });
});

Deno.test("one training step changes the network as Keras's Adam does", () => {
  const network = referenceNetwork();
  const { gradients } = lossAndGradients(network, images(), labels(), [1, 1]);
  adamStep(network, gradients, adamState(network), 0.0005, 0);
  const weights = network.layers.flatMap((layer) => layer.weights);
  expected.weightsAfter.forEach((first, index) => {
    // the unbiased variance is 1/(N − 1) larger than Keras's: up to 1 in 512 of 1 % here
    const tolerance = weights[index]!.originalName.endsWith("moving_variance") ? 2e-4 : 1e-5;
    assertClose(weights[index]!.read().dataSync().slice(0, 8), first, tolerance);
  });
  assertClose(logitsOf(network), expected.logitsAfter, 5e-3);
});
