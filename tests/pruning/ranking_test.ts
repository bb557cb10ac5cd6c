/** Rankings on hand-made numbers and networks, beside their definitions worked out the slow way. */
import type { ChannelStatistics } from "@lib/pruning/channel_statistics.ts";
import {
  LOGIT_CONTRIBUTION_DESCENDING,
  TOTAL_CHANGE_DESCENDING,
  totalChange,
} from "@lib/pruning/contributions.ts";
import type { Images } from "@lib/data/images.ts";
import type { Evidence, MeasuredSet } from "@lib/pruning/evidence.ts";
import { descending } from "@lib/pruning/order.ts";
import { requireTail } from "@lib/pruning/tail.ts";
import {
  backdoorDescending,
  cleanAscending,
  differenceDescending,
  randomRanking,
  ratioDescending,
  type View,
} from "@lib/pruning/ranking.ts";
import { pruneChannels } from "@lib/pruning/prune_channels.ts";
import {
  LIPSCHITZ_DESCENDING,
  lipschitzBounds,
  WEIGHT_NORM_ASCENDING,
} from "@lib/pruning/weight_rankings.ts";
import { toTensor } from "@lib/network/image_input.ts";
import { tf } from "@lib/network/tensorflow.ts";
import { assertEquals, assertThrows } from "@lib/std/assert.ts";
import { assertClose } from "../assert_close.ts";
import { reference, sines } from "../reference/reference.ts";
import { CLASSES, SIGNS, tinyEvidence, tinyNetwork } from "./tiny_network.ts";

/** Evidence with nothing in it but statistics: other rankings would fail on it. */
function told(
  clean: number[],
  backdoor: number[],
  at: keyof ChannelStatistics,
  layer: View["layer"] = "pooling",
): Evidence {
  const set = (values: number[]): MeasuredSet =>
    ({ activations: { [layer]: { [at]: Float64Array.from(values) } } }) as unknown as MeasuredSet;
  return { clean: set(clean), backdoor: set(backdoor) } as Evidence;
}

Deno.test("rankings by the mean at the last pooling layer, the paper's, with a known answer", () => {
  const means = told([0.5, -1, 0.5, 2, 0], [0.5, 3, 0.4, 2.5, 0], "mean");
  assertEquals(cleanAscending().order(means), [1, 4, 0, 2, 3]);
  assertEquals(backdoorDescending().order(means), [1, 3, 0, 2, 4]);
  assertEquals(differenceDescending().order(means), [1, 3, 0, 4, 2]);
  const positive = told([0.5, 0, 0.25, 2], [0.5, 0.001, 1, 1], "positive");
  assertEquals(ratioDescending().order(positive), [2, 1, 0, 3]); // hardly active ones do not come first
});

Deno.test("rankings look at the statistic they name, and at no other", () => {
  const counts = told([0.9, 0.1, 0.4], [0.2, 0.3, 0.1], "active", "convolution");
  const view = { layer: "convolution", statistic: "active" } as const;
  assertEquals(cleanAscending(view).order(counts), [1, 2, 0]);
  assertEquals(backdoorDescending(view).order(counts), [1, 0, 2]);
  assertEquals(differenceDescending(view).order(counts), [1, 2, 0]);
  assertThrows(() => cleanAscending().order(counts), TypeError, "undefined");
});

Deno.test("random orders are orders, the same from the same seed", () => {
  const evidence = told(Array(9).fill(0), [], "mean");
  const order = randomRanking(4).order(evidence);
  assertEquals(order.toSorted(), [0, 1, 2, 3, 4, 5, 6, 7, 8]);
  assertEquals(order, randomRanking(4).order(evidence));
  assertEquals(String(order) === String(randomRanking(5).order(evidence)), false);
});

Deno.test("channel Lipschitz bounds are NumPy's singular values times the normalisation's slope", () => {
  const network = tf.sequential({
    layers: [
      tf.layers.conv2d({ filters: 6, kernelSize: 3, inputShape: [8, 8, 40] }),
      tf.layers.activation({ activation: "elu" }),
      tf.layers.batchNormalization(),
      tf.layers.maxPooling2d({ poolSize: 2 }),
      tf.layers.flatten(),
      tf.layers.dense({ units: 2 }),
    ],
  });
  const kernel = tf.tensor(Float32Array.from(sines(6 * 40 * 9, 7)), [6, 40, 3, 3]);
  const [gamma, variance] = [[1, -2, 0.5, 1, 3, 0], [1, 1, 4, 0.25, 9, 1]];
  network.layers[0]!.setWeights([kernel.transpose([2, 3, 1, 0]), tf.zeros([6])]);
  network.layers[2]!.setWeights(
    [gamma, [9, 9, 9, 9, 9, 9], [5, 5, 5, 5, 5, 5], variance].map((v) => tf.tensor1d(v)),
  );
  const { convolution, between } = requireTail(network);
  const expected = reference.statistics.largestSingularValues.map((value, channel) =>
    value * Math.abs(gamma[channel]!) / Math.sqrt(variance[channel]! + 0.001)
  );
  assertClose(lipschitzBounds(convolution, between[1]), expected, 2e-5 * Math.max(...expected));
  const evidence = { network } as unknown as Evidence;
  assertEquals(LIPSCHITZ_DESCENDING.order(evidence), descending(expected));
});

Deno.test("weight norm prunes the filter with the smallest sum of absolute values first", () => {
  const network = tinyNetwork(4);
  const scales = tf.tensor1d([3, -0.2, 2, 1]);
  // one weight of the first filter: its sum, 3, is below the second's, 5.4; its sum of squares, 9, above
  const [first, others] = [tf.oneHot(0, 27).toFloat(), tf.ones([27])];
  const kernel = tf.stack([first, others, others, others], 1).mul(scales).reshape([3, 3, 3, 4]);
  network.layers[0]!.setWeights([kernel, tf.zeros([4])]);
  assertEquals(WEIGHT_NORM_ASCENDING.order({ network } as unknown as Evidence), [0, 1, 3, 2]);
});

Deno.test("a separable convolution is ranked by the filters that make its channels", () => {
  const network = tf.sequential({
    layers: [
      tf.layers.separableConv2d({ filters: 3, kernelSize: 3, inputShape: [8, 8, 2] }),
      tf.layers.flatten(),
      tf.layers.dense({ units: 2 }),
    ],
  });
  const [depthwise, , bias] = network.layers[0]!.getWeights();
  const pointwise = tf.tensor4d([3, 1, 2, 3, -1, 2], [1, 1, 2, 3]);
  network.layers[0]!.setWeights([depthwise!, pointwise, bias!]);
  assertEquals(WEIGHT_NORM_ASCENDING.order({ network } as unknown as Evidence), [1, 2, 0]);
  const norms = [3, 1, 2].map((value) => value * Math.SQRT2);
  assertClose(lipschitzBounds(network.layers[0]!), norms, 1e-5);
});

Deno.test("total change is the mean over image pairs, positions and both directions", async () => {
  const network = tinyNetwork(6);
  const evidence = await tinyEvidence(network);
  const pairs = [...evidence.clean.labels.keys()].filter((image) =>
    evidence.clean.labels[image] !== 0
  );
  const before = evidence.clean.activations.pooled.arraySync();
  const after = evidence.backdoor.activations.pooled.arraySync();
  const slow = before.map((values, channel) => {
    const changes = pairs.flatMap((image, index) =>
      values[image]!.map((value, at) => Math.abs(after[channel]![index]![at]! - value))
    );
    return changes.reduce((sum, change) => sum + change) / changes.length;
  });
  assertClose(totalChange(evidence), slow, 1e-5);
  assertEquals(TOTAL_CHANGE_DESCENDING.order(evidence), descending(slow));
  const labels = evidence.backdoor.labels.map((label) => label % 4 + 1);
  const other = { ...evidence, backdoor: { ...evidence.backdoor, labels } };
  assertThrows(() => totalChange(other), Error, "clean images of other classes with the trigger");
});

Deno.test("logit contributions are what pruning really takes from the margins", async () => {
  const network = tinyNetwork(6);
  const evidence = await tinyEvidence(network);
  const logitsOf = (model: tf.LayersModel, images: Images): number[][] =>
    tf.tidy(() => (model.apply(toTensor(images)) as tf.Tensor2D).arraySync());
  const [clean, bad] = [SIGNS, evidence.bad].map((images) => logitsOf(network, images));
  const rivals = clean!.map((logits, image) => {
    const label = evidence.clean.labels[image]!;
    const others = Array.from({ length: CLASSES }, (_, other) => other).filter((o) => o !== label);
    return others.reduce((best, other) => logits[other]! > logits[best]! ? other : best);
  });
  const mean = (values: number[]): number => values.reduce((sum, v) => sum + v) / values.length;
  const scores: number[] = [];
  for (let channel = 0; channel < 6; channel++) {
    const pruned = await pruneChannels(network, [channel]);
    const [cleanAfter, badAfter] = [SIGNS, evidence.bad].map((p) => logitsOf(pruned, p));
    const lost = (
      before: number[][],
      after: number[][],
      of: (logits: number[], i: number) => number,
    ): number => mean(before.map((logits, image) => of(logits, image) - of(after[image]!, image)));
    const labels = evidence.clean.labels;
    scores.push(
      lost(bad!, badAfter!, (logits, i) => logits[0]! - logits[evidence.backdoor.labels[i]!]!) -
        lost(clean!, cleanAfter!, (logits, i) => logits[labels[i]!]! - logits[rivals[i]!]!),
    );
  }
  assertEquals(LOGIT_CONTRIBUTION_DESCENDING.order(evidence), descending(scores));
});

Deno.test("rankings leave no tensors behind", async () => {
  const evidence = await tinyEvidence(tinyNetwork(6));
  const before = tf.memory().numTensors;
  for (
    const { order } of [
      ...[LOGIT_CONTRIBUTION_DESCENDING, TOTAL_CHANGE_DESCENDING],
      ...[LIPSCHITZ_DESCENDING, WEIGHT_NORM_ASCENDING],
    ]
  ) order(evidence);
  assertEquals(tf.memory().numTensors, before);
});
