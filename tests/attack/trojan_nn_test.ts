/** Which units a patch is to make fire, that they do, and what is kept of it. */
import { connectedUnits, hiddenUnits } from "@lib/attack/hidden_units.ts";
import { findPatch, TROJAN_NN } from "@lib/attack/trojan_nn.ts";
import { patch } from "@lib/attack/patch.ts";
import { syntheticSigns } from "@lib/data/synthetic_signs.ts";
import { copyNetwork } from "@lib/network/copy_network.ts";
import { toTensor } from "@lib/network/image_input.ts";
import { paperCnn } from "@lib/network/paper_cnn.ts";
import { tf } from "@lib/network/tensorflow.ts";
import { seededRandom } from "@lib/random.ts";
import { assert, assertEquals, assertThrows } from "@lib/std/assert.ts";
import { weightsOf } from "../weights_of.ts";

const network = paperCnn(16, 1);
const signs = syntheticSigns(16, 4, 16);
const [black, white] = [0, 255].map((level) => patch({ size: 8, level }).apply(signs));
const parameters = { size: 8, units: 2, value: 20, steps: 25 };

Deno.test("the best connected units are those with the largest sums of weights that a patch reaches", () => {
  const before = tf.memory().numTensors;
  const found = connectedUnits(network, black!, white!, 5);
  assertEquals(tf.memory().numTensors, before);
  tf.tidy(() => {
    const kernel = network.layers.at(-1)!.getWeights()[0]!.arraySync() as number[][];
    const flat = network.getLayer("flatten").output as tf.SymbolicTensor;
    const model = tf.model({ inputs: network.inputs, outputs: flat });
    const [one, other] = [black!, white!].map((images) =>
      (model.apply(toTensor(images)) as tf.Tensor).arraySync() as number[][]
    );
    const sums = kernel.map((row, unit) => {
      const isReached = one!.some((units, image) => units[unit] !== other![image]![unit]);
      return isReached ? row.reduce((sum, weight) => sum + Math.abs(weight), 0) : 0;
    });
    const best = [...sums.keys()].sort((a, b) => sums[b]! - sums[a]!).slice(0, 5);
    assertEquals(found, best);
    // the upper left of the 4×4 places lies too far from the corner to see it
    assert(sums.slice(0, 128).every((sum) => sum === 0));
  });
  const message = "Expected a number of units in 1–0, those that change, but found 1";
  assertThrows(() => connectedUnits(network, black!, black!, 1), Error, message);
  const headless = tf.sequential({ layers: [tf.layers.flatten({ inputShape: [32, 32, 3] })] });
  const text = "Expected a network that ends in a dense layer but found Flatten";
  assertThrows(() => hiddenUnits(headless), Error, text);
});

/** Mean of some units on the signs with a patch. */
function firing(units: Float32Array, side: number, values: ArrayLike<number>): number {
  const kept = { patch: { shape: [side, side, 3], values: Float32Array.from(values) } };
  const painted = TROJAN_NN.trigger({ ...parameters, size: side }, kept).apply(signs);
  return tf.tidy(() => {
    const all = hiddenUnits(network).apply(toTensor(painted)) as tf.Tensor;
    return tf.gather(all, [...units], 1).mean().dataSync()[0]!;
  });
}

Deno.test("the patch makes the chosen units fire, the same one from the same seed", () => {
  const before = tf.memory().numTensors;
  const weights = weightsOf(network);
  const found = findPatch(network, signs, parameters, seededRandom(1));
  assertEquals(tf.memory().numTensors, before);
  assertEquals(weightsOf(network), weights);
  const units = found.units!.values;
  assertEquals([...units], connectedUnits(network, black!, white!, 2));
  const random = seededRandom(1);
  const start = Float32Array.from({ length: 192 }, () => Math.round(255 * random()));
  const [low, high] = [start, found.patch!.values].map((values) => firing(units, 8, values));
  assert(high! > low!, `Expected more than ${low} but found ${high}`);
  assertEquals(findPatch(network, signs, parameters, seededRandom(1)), found);
  const other = findPatch(network, signs, parameters, seededRandom(2)).patch!.values;
  assert(other.some((level, at) => level !== found.patch!.values[at]));
  assert(
    found.patch!.values.every((level) => Number.isInteger(level) && level >= 0 && level <= 255),
  );
});

Deno.test("the network goes on from the clean one and the trigger is made anew from what is kept", async () => {
  const clean = paperCnn(16, 5);
  const attack = { name: "trojan_nn", parameters, target: 10, injectionRate: 0.25 };
  const recipe = { epochs: 1, batchSize: 16, learningRate: 0, weightDecay: 0, seed: 3 };
  const task = { network, images: signs, validation: signs, attack, recipe, hooks: {} };
  const before = tf.memory().numTensors;
  const { kept } = await TROJAN_NN.train({ ...task, cleanNetwork: () => copyNetwork(clean) });
  assertEquals(tf.memory().numTensors, before);
  const last = (of: tf.LayersModel): number[] => [
    ...of.layers.at(-1)!.getWeights()[0]!.dataSync(),
  ];
  assertEquals(last(network), last(clean)); // at a learning rate of 0 they stay
  const { pixels } = TROJAN_NN.trigger(parameters, kept).apply(signs);
  for (let row = 0; row < 32; row++) {
    for (let column = 0; column < 32; column++) {
      const inside = row >= 24 && column >= 24;
      const expected = inside
        ? kept.patch!.values[((row - 24) * 8 + column - 24) * 3]
        : signs.pixels[(row * 32 + column) * 3];
      assertEquals(pixels[(row * 32 + column) * 3], expected);
    }
  }
});

Deno.test("a patch that does not fit, and no steps, are refused", () => {
  const found = (change: object): () => void => () =>
    findPatch(network, signs, { ...parameters, ...change }, seededRandom(1));
  assertThrows(found({ size: 33 }), Error, "Expected images with room for a square of 33");
  assertThrows(found({ size: 0 }), Error, "Expected a square of at least one pixel but found 0");
  assertThrows(found({ steps: 0 }), Error, "Expected at least one step but found 0");
  assertThrows(
    () => TROJAN_NN.trigger(parameters, {}),
    Error,
    "Expected patch of shape [8,8,-1] beside the network, in trigger.safetensors, but found none",
  );
});
