/** The fused kernels beside the same layers of tfjs, and dropout beside its definition. */
import { runLayer } from "@lib/network/layer_gradients.ts";
import { paperCnn } from "@lib/network/paper_cnn.ts";
import { tf } from "@lib/network/tensorflow.ts";
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@lib/std/assert.ts";

const context = { seed: [1, 2] as [number, number], needsInputGradient: true };
const largest = (difference: tf.Tensor): number => difference.abs().max().dataSync()[0]!;

for (
  const name of ["conv2d_5", "activation_5", "batch_normalization_5", "max_pooling2d_2", "dense"]
) {
  Deno.test(`${name} is tfjs's own layer, forward and backward`, () => {
    const layer = paperCnn(43, 3).getLayer(name);
    const [, ...shape] = (layer.input as tf.SymbolicTensor).shape as number[];
    const input = tf.randomNormal([4, ...shape], 0.2, 1, "float32", 5);
    const plain = (x: tf.Tensor): tf.Tensor => layer.apply(x, { training: true }) as tf.Tensor;
    const expected = plain(input);
    const slope = tf.randomNormal(expected.shape, 0, 1, "float32", 6);
    const { output, backward } = runLayer(layer, input, context);
    assertAlmostEquals(largest(output.sub(expected)), 0, 1e-5);
    const gradients = backward(slope);
    assertAlmostEquals(largest(gradients.input!.sub(tf.grad(plain)(input, slope))), 0, 1e-5);
    assertEquals(
      gradients.weights.map((each) => each.shape),
      layer.trainableWeights.map((weight) => weight.shape as number[]),
    );
  });
}

Deno.test("dropout lets its share through, scaled, the same way back, and anew in each step", () => {
  const layer = tf.layers.dropout({ rate: 0.4 });
  const input = tf.ones([100_000]);
  const { output, backward } = runLayer(layer, input, context);
  const values = output.dataSync();
  const scaled = Math.fround(1 / 0.6);
  assert(values.every((value) => value === 0 || Math.abs(value - scaled) < 1e-6));
  const kept = values.filter((value) => value > 0).length / values.length;
  assertAlmostEquals(kept, 0.6, 0.01); // six standard deviations
  assertEquals(backward(input).input!.dataSync(), values);
  const again = runLayer(layer, input, context).output.dataSync();
  const next = runLayer(layer, input, { ...context, seed: [1, 3] }).output.dataSync();
  assertEquals(again, values);
  assert(next.some((value, index) => value !== values[index]));
});

Deno.test("the first convolution's input gradient is left out", () => {
  const layer = paperCnn(43, 1).getLayer("conv2d");
  const { output, backward } = runLayer(layer, tf.ones([1, 32, 32, 3]), {
    ...context,
    needsInputGradient: false,
  });
  assertEquals(backward(output).input, undefined);
});

Deno.test("a layer that the paper's network does not have is refused by name", () => {
  assertThrows(
    () => runLayer(tf.layers.globalAveragePooling2d({}), tf.ones([1, 4, 4, 2]), context),
    Error,
    "but found GlobalAveragePooling2D",
  );
});

Deno.test("the summary has the numbers of the paper's Figure 4", () => {
  const lines: string[] = [];
  paperCnn(43, 1).summary(undefined, undefined, (line) => lines.push(line));
  const total = (name: string): string =>
    lines.find((line) => line.startsWith(name))!.split(": ")[1]!;
  assertEquals(total("Total params"), "376907");
  assertEquals(total("Trainable params"), "376011");
  assertEquals(total("Non-trainable params"), "896");
});
