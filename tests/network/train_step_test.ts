/** The step of training as a graph beside the same step with tfjs's own layers and gradients. */
import { syntheticSigns } from "@lib/data/synthetic_signs.ts";
import type { Images } from "@lib/data/images.ts";
import { pickImages, slicedImages } from "@lib/data/select.ts";
import { forEachBatch } from "@lib/network/evaluate.ts";
import { Graph } from "@lib/network/graph.ts";
import { graphStep } from "@lib/network/graph_step.ts";
import { dropoutMask } from "@lib/network/nodes/training_nodes.ts";
import { paperCnn } from "@lib/network/paper_cnn.ts";
import { type DrawMask, plainStep } from "@lib/network/plain_layers.ts";
import { tf } from "@lib/network/tensorflow.ts";
import type { TrainStep } from "@lib/network/passes.ts";
import { startingState, writeState } from "@lib/network/training_state.ts";
import { seededRandom, shuffled } from "@lib/random.ts";
import { assert, assertAlmostEquals, assertEquals } from "@lib/std/assert.ts";

const STEPS = 100;
const settings = { seed: 3, weightDecay: 1e-6 };
const signs = syntheticSigns(640, 1);
const order = shuffled(640, seededRandom(1));
const batch = (step: number): typeof signs => {
  const start = step * 16 % 640;
  return pickImages(signs, order.subarray(start, start + 16));
};

/** The graph's own masks, one by one. */
const graphMask: DrawMask = (shape, rate, seed) => {
  const graph = new Graph();
  const [input, pair] = [graph.placeholder("input", "FLOAT"), graph.placeholder("seed", "INT32")];
  const mask = dropoutMask(graph, input, rate, pair);
  return tf.tidy(() =>
    graph.compile()({ input: tf.zeros(shape), seed: tf.tensor1d(seed, "int32") }, [mask])[0]!
  );
};

const lossOf = ({ loss }: { loss: tf.Tensor }): number => loss.dataSync()[0]!;
const size = (value: tf.Tensor): number => value.square().mean().sqrt().dataSync()[0]!;
/** How far two tensors are apart, relative to their size. */
const apart = (one: tf.Tensor, other: tf.Tensor): number => size(one.sub(other)) / size(other);

Deno.test("each of 100 steps as a graph is the plain layers' step from the same state", () => {
  const network = paperCnn(43, 1);
  const asGraph = graphStep(network, settings);
  const asLayers = plainStep(network, settings, graphMask);
  let state = startingState(network);
  const losses: number[] = [];
  const gaps: number[] = [];
  for (let index = 0; index < STEPS; index++) {
    const found = asGraph(state, batch(index), 0.0005);
    const expected = asLayers(state, batch(index), 0.0005);
    losses.push(lossOf(found));
    assertAlmostEquals(lossOf(found), lossOf(expected), 1e-4);
    assertAlmostEquals(apart(found.state.moving, expected.state.moving), 0, 1e-6);
    gaps.push(Math.max(
      apart(found.state.mean, expected.state.mean),
      apart(found.state.square, expected.state.square),
      apart(found.state.weights, expected.state.weights),
    ));
    state = found.state;
  }
  assert(losses.at(-1)! < losses[0]! / 2, `Expected a falling loss but found ${losses}`);
  gaps.sort((one, other) => one - other);
  // rounding; where two values tie for a maximum it may send the gradient to the other one
  assert(gaps[STEPS / 2]! < 1e-3 && gaps.at(-1)! < 1e-2, `Expected the same but found ${gaps}`);
  assert(gaps[10]! < 1e-5, `Expected rounding but found ${gaps}`);
});

Deno.test("40 steps as a graph end no further from the plain layers than rounding takes them", () => {
  const network = paperCnn(43, 1);
  const run = (step: TrainStep, change: number): { weights: tf.Tensor; losses: number[] } => {
    const start = startingState(network);
    let state = { ...start, weights: start.weights.mul<tf.Tensor>(change) };
    const losses: number[] = [];
    for (let index = 0; index < 40; index++) {
      const after = step(state, batch(index), 0.0005);
      losses.push(lossOf(after));
      tf.dispose([{ ...state }, after.loss]);
      state = after.state;
    }
    return { weights: state.weights, losses };
  };
  const plain = plainStep(paperCnn(43, 1), settings, graphMask);
  const [graph, layers, control] = [
    run(graphStep(network, settings), 1),
    run(plain, 1),
    run(plain, 1 + 2 ** -23), // the plain layers from weights rounded otherwise
  ];
  const rounding = apart(control.weights, layers.weights);
  assert(rounding > 0);
  assert(apart(graph.weights, layers.weights) < 10 * rounding);
  const gap = (one: number[]): number =>
    Math.max(...one.map((loss, index) => Math.abs(loss - layers.losses[index]!)));
  assert(gap(graph.losses) < 10 * gap(control.losses));
});

Deno.test("a step disposes nothing of the caller's and leaves nothing but its result", () => {
  for (const makeStep of [graphStep, plainStep]) {
    const network = paperCnn(43, 1);
    const step = makeStep(network, settings);
    const state = startingState(network);
    step(state, batch(0), 0.0005);
    const before = tf.memory().numTensors;
    const after = step(state, batch(0), 0.0005);
    assertEquals(tf.memory().numTensors, before + 5);
    tf.dispose([{ ...after.state }, after.loss]);
    assert(!state.weights.isDisposed && !state.moving.isDisposed);
  }
});

Deno.test("images go through the graph and through the layers to the same logits", async () => {
  const network = paperCnn(43, 1);
  const moving = startingState(network).moving.add(0.3); // statistics that are at work
  writeState(network, { ...startingState(network), moving });
  const other = tf.sequential({ layers: network.layers.slice(0, -1) });
  const classes = tf.layers.dense({ units: 43, activation: "softmax" }); // which has no graph here
  other.add(classes);
  classes.setWeights(network.getLayer("dense").getWeights());
  const before = tf.memory().numTensors;
  const found: Float32Array[] = [];
  for (const each of [network, other]) {
    await forEachBatch(
      each,
      [each.layers.at(-1)!],
      slicedImages(signs, 0, 514),
      ([out], start) => {
        const shares = each === network ? out!.softmax() : out!;
        assertEquals(shares.shape, [start === 0 ? 512 : 2, 43]);
        found.push(shares.dataSync<"float32">());
      },
    );
  }
  assertEquals(tf.memory().numTensors, before);
  for (const index of [0, 1]) {
    const gap = Math.max(
      ...found[index]!.map((value, at) => Math.abs(value - found[index + 2]![at]!)),
    );
    assert(gap < 1e-5, `Expected the same shares but found them ${gap} apart`);
  }
});

Deno.test("many images go through a graph that holds the weights, until these change", async () => {
  const network = paperCnn(43, 1);
  const many = pickImages(signs, Array.from({ length: 4096 }, (_, index) => index % 640));
  const logits = async (images: Images): Promise<Float32Array> => {
    const found: Float32Array[] = [];
    await forEachBatch(network, [network.layers.at(-1)!], images, ([out]) => {
      found.push(out!.dataSync<"float32">());
    });
    return found[0]!.subarray(0, 64 * 43);
  };
  const first = slicedImages(signs, 0, 64);
  let before: Float32Array | undefined;
  for (const shift of [0.3, -0.2]) {
    const state = startingState(network);
    // scales of both signs: the maximum may then not come before the normalisation
    const scaled = tf.tidy(() => state.weights.add(shift === 0.3 ? 0 : -0.9));
    writeState(network, { ...state, weights: scaled, moving: state.moving.add(Math.abs(shift)) });
    const [fixed, fed] = [await logits(many), await logits(first)];
    const gap = Math.max(...fixed.map((value, index) => Math.abs(value - fed[index]!)));
    assert(gap < 1e-4 * Math.max(...fed.map(Math.abs)), `Expected the same but found ${gap} apart`);
    assert(before === undefined || before.some((value, index) => value !== fixed[index]));
    before = fixed;
  }
});

Deno.test("a network without normalisation is trained as a graph too", () => {
  const network = tf.sequential({
    layers: [
      tf.layers.conv2d({ filters: 2, kernelSize: 3, padding: "same", inputShape: [32, 32, 3] }),
      tf.layers.activation({ activation: "elu" }),
      tf.layers.flatten(),
      tf.layers.dense({ units: 43 }),
    ],
  });
  const start = startingState(network);
  const [found, expected] = [graphStep, plainStep].map((step) =>
    step(network, settings)(start, batch(0), 0.0005)
  );
  assertAlmostEquals(lossOf(found!), lossOf(expected!), 1e-4);
  assertAlmostEquals(apart(found!.state.weights, expected!.state.weights), 0, 1e-5);
  assertEquals(found!.state.moving.shape, [0]);
});

Deno.test("dropout of whole channels drops them whole", () => {
  const network = tf.sequential({
    layers: [
      tf.layers.dropout({
        rate: 0.5,
        noiseShape: [null, 1, 1, null] as number[],
        inputShape: [32, 32, 3],
      }),
      tf.layers.flatten(),
      tf.layers.dense({ units: 43, useBias: false }),
    ],
  });
  const shapes: number[][] = [];
  const step = plainStep(network, settings, (shape) => {
    shapes.push(shape);
    return tf.ones(shape);
  });
  step(startingState(network), batch(0), 0.0005);
  assertEquals(shapes, [[16, 1, 1, 3]]);
});
