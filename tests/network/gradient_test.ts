/** Gradients of the graph in inference mode beside tfjs's own. */
import { type GradientGraph, gradientGraph } from "@lib/network/graph_passes.ts";
import { imageGradient } from "@lib/network/engine.ts";
import { paperCnn } from "@lib/network/paper_cnn.ts";
import { tf } from "@lib/network/tensorflow.ts";
import { assert, assertEquals } from "@lib/std/assert.ts";

/** With statistics and scales as a trained network has them; some scales negative if asked for. */
function network(negative: boolean): tf.Sequential {
  const made = paperCnn(43, 5);
  made.layers.forEach((layer, index) => {
    if (layer.getClassName() !== "BatchNormalization") return;
    const [gamma, beta, mean, variance] = layer.getWeights();
    const noise = (seed: number): tf.Tensor =>
      tf.randomNormal(gamma!.shape, 0, 0.3, "float32", 10 * index + seed);
    const scale = negative ? noise(1).mul(4) : noise(1).abs().add(0.5);
    layer.setWeights([
      scale,
      beta!.add(noise(2)),
      mean!.add(noise(3)),
      variance!.add(noise(4).abs()),
    ]);
  });
  return made;
}

const images = tf.randomUniform([8, 32, 32, 3], 0, 1, "float32", 7) as tf.Tensor4D;
const labels = tf.tensor1d([3, 4, 5, 6, 42, 0, 1, 2], "int32");

const lossesOf = (logits: tf.Tensor): tf.Tensor =>
  tf.oneHot(labels, 43).mul(tf.logSoftmax(logits)).sum(1).neg();

const gap = (one: tf.Tensor, other: tf.Tensor): number =>
  one.sub(other).abs().max().div(other.abs().max()).dataSync()[0]!;

/** How close the two largest values of a pooling window come to each other, at the least; one an image. */
function nearestTies(cnn: tf.Sequential): number[] {
  const pooled = cnn.layers.filter((layer) => layer.getClassName() === "MaxPooling2D");
  const before = tf.model({
    inputs: cnn.inputs,
    outputs: pooled.map((layer) => layer.input as tf.SymbolicTensor),
  });
  const gaps = (before.predict(images) as tf.Tensor4D[]).map((values) => {
    const [count, height, width, channels] = values.shape;
    const windows = values.reshape([count * height / 2, 2, width / 2, 2 * channels])
      .transpose([0, 2, 1, 3]).reshape([count, -1, 4, channels]).transpose([0, 1, 3, 2]);
    const { values: two } = tf.topk(windows, 2);
    const [first, second] = tf.split(two, 2, -1);
    return first!.sub(second!).min([1, 2, 3]);
  });
  return [...tf.stack(gaps).min(0).dataSync()];
}

for (const negative of [false, true]) {
  Deno.test(`losses and their slopes by the images, ${negative ? "any" : "positive"} scales`, () => {
    const cnn = network(negative);
    const gradientOf = imageGradient(cnn);
    const before = tf.memory().numTensors;
    const found = gradientOf(images, labels);
    assertEquals(tf.memory().numTensors, before + 3);
    const expected = tf.grad((input) => lossesOf(cnn.apply(input) as tf.Tensor))(images);
    const gaps = found.gradient.sub(expected).abs().max([1, 2, 3]).div(expected.abs().max());
    // where rounding decides which of two values is the larger, pooling sends the slope elsewhere
    const ties = nearestTies(cnn);
    const clear = [...gaps.dataSync()].filter((_, image) => ties[image]! > 3e-7);
    assert(clear.length >= 3, `only ${clear.length} images without a tie`);
    clear.forEach((each) => assert(each < 1e-5, `${each}`));
    assert(gap(found.losses, lossesOf(cnn.apply(images) as tf.Tensor)) < 1e-5);
    assert(gap(found.logits, cnn.apply(images) as tf.Tensor) < 1e-5);
    // a batch that cannot be divided goes as a whole
    const whole = gradientOf(images.slice(0, 7), labels.slice(0, 7));
    assert(gap(whole.gradient, found.gradient.slice(0, 7)) < 1e-5);
    assert(gap(whole.losses, found.losses.slice(0, 7)) < 1e-5);
  });
}

/** Compares the slopes that one network's graph gives at another's weights with tfjs's own. */
function assertSlopes(graph: GradientGraph, own: tf.Sequential, other: tf.Sequential): void {
  const variables = other.trainableWeights.map((weight) => weight.read() as tf.Variable);
  const { grads } = tf.variableGrads(
    () => lossesOf(other.apply(images, { training: false }) as tf.Tensor).sum().asScalar(),
    variables,
  );
  const wanted = own.trainableWeights.map((weight) => graph.byWeights.get(weight)!);
  const found = graph.run(images, labels, other.weights.map((weight) => weight.read()), wanted);
  variables.forEach((variable, index) =>
    assert(gap(found[index]!, grads[variable.name]!) < 1e-4, variable.name)
  );
}

for (const parts of [1, 4]) {
  Deno.test(`slopes by all weights in ${parts} parts, moving statistics as they are`, () => {
    const cnn = network(true);
    assertSlopes(gradientGraph(cnn, parts), cnn, cnn);
  });
}

Deno.test("slopes at weights that are not the network's own, scales turned negative among them", () => {
  const own = network(false);
  assertSlopes(gradientGraph(own), own, network(true));
});

Deno.test("a network that is no such chain has tfjs's own gradient", () => {
  const other = tf.sequential({
    layers: [
      tf.layers.flatten({ inputShape: [32, 32, 3] }),
      tf.layers.dense({ units: 43, activation: "relu" }),
    ],
  });
  const before = tf.memory().numTensors;
  const { gradient } = imageGradient(other)(images, labels);
  assertEquals(tf.memory().numTensors, before + 3);
  const expected = tf.grad((input) => lossesOf(other.apply(input) as tf.Tensor))(images);
  assert(gap(gradient, expected) < 1e-5);
});
