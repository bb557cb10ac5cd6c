/** Pruning from cached activations beside really zeroing filters and predicting. */
import { syntheticSigns } from "@lib/data/synthetic_signs.ts";
import { slicedImages } from "@lib/data/select.ts";
import { lastActivations } from "@lib/pruning/activations.ts";
import type { MeasuredSet } from "@lib/pruning/evidence.ts";
import { rateCurve } from "@lib/pruning/pruning_curve.ts";
import { pruneChannels } from "@lib/pruning/prune_channels.ts";
import { requireTail } from "@lib/pruning/tail.ts";
import { pruningSteps } from "@lib/pruning/pruning_steps.ts";
import { lastBefore, repairAt } from "@lib/pruning/repair.ts";
import { classify } from "@lib/network/evaluate.ts";
import { toTensor } from "@lib/network/image_input.ts";
import { paperCnn } from "@lib/network/paper_cnn.ts";
import { tf } from "@lib/network/tensorflow.ts";
import { seededRandom, shuffled } from "@lib/random.ts";
import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertRejects,
  assertThrows,
} from "@lib/std/assert.ts";
import { assertClose } from "../assert_close.ts";
import { sines } from "../reference/reference.ts";

const signs = syntheticSigns(300, 1);

/** A network whose every weight is at work, as after training, and that tells the signs apart. */
function busyNetwork(): tf.Sequential {
  const network = paperCnn(43, 1);
  const busy = network.getWeights().map((weight, index) => {
    if (weight.rank > 1) return weight;
    const centre = /gamma|variance/.test(network.weights[index]!.originalName) ? 1 : 0.1;
    const values = sines(weight.size, index, 0.1).map((value) => centre + value);
    return tf.tensor1d(Float32Array.from(values));
  });
  network.setWeights(busy);
  const [kernel, bias] = network.getLayer("dense").getWeights() as [tf.Tensor, tf.Tensor];
  const logits = network.apply(toTensor(signs)) as tf.Tensor;
  network.getLayer("dense").setWeights([kernel, bias.sub(logits.mean(0))]);
  return network;
}

const order = [...shuffled(128, seededRandom(4))];

Deno.test("every step's classes are those of the network with zeroed filters", async () => {
  const network = busyNetwork();
  const activations = await lastActivations(network, signs);
  const steps = [...pruningSteps(network, activations, order)];
  assertEquals(steps.length, 129);
  const distinct = new Set(steps.map(String));
  assert(
    distinct.size > 10,
    `Expected pruning to change classes but found ${distinct.size} outcomes`,
  );
  for (const count of [0, 1, 2, 17, 64, 100, 127, 128]) {
    const pruned = await pruneChannels(network, order.slice(0, count));
    assertEquals(steps[count], await classify(pruned, signs));
    pruned.dispose();
  }
});

Deno.test("orders of every length give the steps that the whole order begins with", async () => {
  const network = busyNetwork();
  const activations = await lastActivations(network, signs);
  const whole = [...pruningSteps(network, activations, order)];
  for (const length of [0, 1, 7, 8, 9, 128]) {
    const steps = [...pruningSteps(network, activations, order.slice(0, length))];
    assertEquals(steps.length, length + 1);
    steps.forEach((classes, step) => assertEquals(classes, whole[step]));
  }
});

Deno.test("statistics are those of the layers themselves", async () => {
  const network = busyNetwork();
  const { convolution, pooling } = await lastActivations(network, signs);
  const { activation, pooling: pool } = requireTail(network);
  for (const [layer, found] of [[activation, convolution], [pool, pooling]] as const) {
    const outputs = layer.output as tf.SymbolicTensor;
    const inside = tf.model({ inputs: network.inputs, outputs });
    const values = inside.apply(toTensor(signs)) as tf.Tensor;
    const slow = (of: (value: number) => number): Float64Array => {
      const sums = new Float64Array(128);
      values.dataSync().forEach((value, at) => sums[at % 128]! += of(value));
      return sums.map((sum) => sum / (values.size / 128));
    };
    assertClose(found.mean, slow((value) => value), 1e-5);
    assertClose(found.absolute, slow(Math.abs), 1e-5);
    assertClose(found.positive, slow((value) => Math.max(0, value)), 1e-5);
    // rounding may take a value or two across zero
    assertClose(found.active, slow((value) => Number(value > 0)), 5e-4);
  }
});

Deno.test("measuring and pruning leave no tensors behind, even when stopped early", async () => {
  const network = busyNetwork();
  const before = tf.memory().numTensors;
  const activations = await lastActivations(network, signs);
  assertEquals(tf.memory().numTensors, before + 2); // pooled values and logits
  for (const _ of pruningSteps(network, activations, order)) break;
  for (const _ of pruningSteps(network, activations, order.slice(0, 3)));
  (await pruneChannels(network, [1])).dispose();
  assertEquals(tf.memory().numTensors, before + 2);
});

Deno.test("a curve counts clean accuracy, attack success and robust accuracy on their own sets", async () => {
  const network = busyNetwork();
  const activations = await lastActivations(network, signs);
  const own = await classify(network, signs);
  const target = own[0]!;
  const bad = own.map((found) => found === target ? (target + 1) % 43 : found);
  const set = (labels: Int32Array): MeasuredSet => ({ activations, labels });
  const evidence = { network, target, clean: set(own), backdoor: set(bad) };
  const curve = rateCurve(evidence, order);
  assertEquals(curve.cleanAccuracy.length, 129);
  assertEquals(curve.cleanAccuracy[0], 1);
  const share = own.filter((found) => found === target).length / own.length;
  assertEquals(curve.attackSuccess[0], share);
  assertAlmostEquals(curve.robustAccuracy[0]!, 1 - share, 1e-12);
  const pruned = await pruneChannels(network, order.slice(0, 90));
  const answers = await classify(pruned, signs);
  const rate = (wanted: (image: number) => number): number =>
    answers.filter((found, image) => found === wanted(image)).length / own.length;
  assertEquals(curve.cleanAccuracy[90], rate((image) => own[image]!));
  assertEquals(curve.attackSuccess[90], rate(() => target));
  assertEquals(curve.robustAccuracy[90], rate((image) => bad[image]!));
  assertThrows(
    () => rateCurve({ ...evidence, backdoor: set(own) }, order),
    Error,
    `without the target class ${target} but found image 0`,
  );
});

Deno.test("orders that name a channel twice or one that is not there are refused", async () => {
  const network = paperCnn(43, 1);
  const activations = await lastActivations(network, slicedImages(signs, 0, 1));
  for (const bad of [[3, 3], [128], [-1], [0.5]]) {
    assertThrows(
      () => [...pruningSteps(network, activations, bad)],
      Error,
      "at most once but found",
    );
  }
  await assertRejects(() => pruneChannels(network, [128]), Error, "channel in 0–127 but found 128");
});

Deno.test("repairs are the first step that reaches the drop, on validation", () => {
  const curve = {
    order: [2, 0, 1],
    validation: {
      cleanAccuracy: [0.95, 0.94, 0.93, 0.2],
      attackSuccess: [1, 1, 0.9, 0],
      robustAccuracy: [0, 0, 0.1, 0.2],
    },
    test: {
      cleanAccuracy: [0.96, 0.91, 0.9, 0.1],
      attackSuccess: [1, 0.99, 0.8, 0.01],
      robustAccuracy: [0, 0.01, 0.15, 0.1],
    },
  };
  assertEquals(repairAt(curve, 0.02), {
    drop: 0.02,
    channelsPruned: 2,
    validation: { cleanAccuracy: 0.93, attackSuccess: 0.9, robustAccuracy: 0.1 },
    test: { cleanAccuracy: 0.9, attackSuccess: 0.8, robustAccuracy: 0.15 },
    defenseEffectiveness: ((1 - 0.8) - (0.96 - 0.9) + 1) / 2,
  });
  assertEquals(lastBefore(curve, 0.02).channelsPruned, 1);
  assertEquals(repairAt(curve, 0.3).channelsPruned, 3);
  assertThrows(() => repairAt(curve, 0.8), Error, "Expected validation accuracy to drop by 0.8");
});
