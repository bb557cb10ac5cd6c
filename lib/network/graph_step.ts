import { addCrossEntropy } from "@lib/network/cross_entropy.ts";
import { adamRate, addAdamStep } from "@lib/network/adam.ts";
import { Graph, type Ref, WHOLE } from "@lib/network/graph.ts";
import { addImages, bytesTensor, sizeOf } from "@lib/network/image_input.ts";
import { addNetwork } from "@lib/network/network_nodes.ts";
import type { StepSettings, TrainStep } from "@lib/network/passes.ts";
import { tf } from "@lib/network/tensorflow.ts";

/** Adds the placeholder `seed`, for {@link seedTensor}: what layers' random numbers are made from. */
export function addSeeds(graph: Graph): (index: number) => Ref {
  const seed = graph.placeholder("seed", "INT32");
  return (index) => graph.node("AddV2", [seed, graph.constant([0, index], "INT32")], WHOLE);
}

/** The numbers that a step's random numbers are made from. */
export const seedTensor = ({ layers }: tf.LayersModel, seed: number, step: number): tf.Tensor1D =>
  tf.tensor1d([seed, step * layers.length], "int32");

/** A slope of a sum over a batch as that of the mean. */
export function meanOf(graph: Graph, slope: Ref, labels: Ref): Ref {
  const count = graph.cast(graph.size(labels, "INT32"), "INT32", "FLOAT");
  return graph.node("RealDiv", [slope, count]);
}

/**
 * The step of training as one TensorFlow graph, from bytes of images to new weights.
 *
 * @param network One that has a graph.
 * @param settings Seed and weight decay.
 * @returns The step, which leaves the network itself as it is.
 * @example
 * ```ts
 * import { PAPER_SIZE } from "@lib/data/images.ts";
 * import { graphStep } from "@lib/network/graph_step.ts";
 * import { paperCnn } from "@lib/network/paper_cnn.ts";
 * import { startingState } from "@lib/network/training_state.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const network = paperCnn(43, 1);
 * const step = graphStep(network, { seed: 1, weightDecay: 1e-6 });
 * const [pixels, labels] = [new Uint8Array(2 * 3072), Int32Array.of(3, 4)];
 * const batch = { ...PAPER_SIZE, pixels, labels };
 * assertEquals(step(startingState(network), batch, 0.0005).state.step, 1);
 * ```
 */
export function graphStep(network: tf.LayersModel, { seed, weightDecay }: StepSettings): TrainStep {
  const graph = new Graph();
  const images = addImages(graph, sizeOf(network));
  const labels = graph.placeholder("labels", "INT32");
  const rate = graph.placeholder("rate", "FLOAT");
  const before = {
    weights: graph.placeholder("weights", "FLOAT"),
    mean: graph.placeholder("mean", "FLOAT"),
    square: graph.placeholder("square", "FLOAT"),
  };
  const statistics = graph.placeholder("moving", "FLOAT");
  const partsOf = (value: Ref, weights: tf.LayerVariable[]): [tf.LayerVariable, Ref][] =>
    graph.split(value, weights.map((weight) => weight.shape as number[]))
      .map((part, index) => [weights[index]!, part]);
  const weights = new Map([
    ...partsOf(before.weights, network.trainableWeights),
    ...partsOf(statistics, network.nonTrainableWeights),
  ]);

  const settings = { weights, seedOf: addSeeds(graph), needsImageGradient: false };
  const nodes = addNetwork(graph, network, images, settings);
  const { losses, slope } = addCrossEntropy(graph, network, nodes, labels);
  const loss = graph.reduce("Mean", losses, [0]);
  const { byWeights } = nodes.backward(meanOf(graph, slope, labels));
  const gradient = graph.concatenate(network.trainableWeights.map((weight) => {
    const own = byWeights.get(weight)!;
    if (weight.shape.length !== 4) return own;
    const pull = graph.node("Mul", [weights.get(weight)!, graph.constant(2 * weightDecay)]);
    return graph.node("AddV2", [own, pull]);
  }));
  const after = addAdamStep(graph, before, gradient, rate);
  const moved = network.nonTrainableWeights.map((weight) => nodes.moving.get(weight)!);
  const moving = moved.length > 0 ? graph.concatenate(moved) : graph.node("Identity", [statistics]);

  const run = graph.compile();
  const wanted = [after.weights, after.mean, after.square, moving, loss];
  return ({ step: done, ...values }, batch, learningRate) => {
    const step = done + 1;
    const feeds = {
      images: bytesTensor(batch),
      labels: tf.tensor1d(batch.labels, "int32"),
      seed: seedTensor(network, seed, done),
      rate: tf.scalar(adamRate(step, learningRate)),
    };
    const found = run({ ...feeds, ...values }, wanted);
    tf.dispose(feeds);
    const [weights, mean, square, moving, loss] = found;
    const state = { weights: weights!, mean: mean!, square: square!, moving: moving! };
    return { state: { step, ...state }, loss: loss! };
  };
}
