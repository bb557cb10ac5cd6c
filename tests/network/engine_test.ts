/** Graphs beside tfjs's own layers, for every architecture and every kind of layer that has one. */
import { imageBytes, type Images, type Size } from "@lib/data/images.ts";
import { ARCHITECTURES } from "@lib/network/architectures.ts";
import { engineOf } from "@lib/network/engine.ts";
import { forEachBatch } from "@lib/network/evaluate.ts";
import { graphStep } from "@lib/network/graph_step.ts";
import { graphForward, graphGradient } from "@lib/network/graph_passes.ts";
import { Graph } from "@lib/network/graph.ts";
import { toTensor } from "@lib/network/image_input.ts";
import { hasGraph } from "@lib/network/network_nodes.ts";
import { loadedGraphs } from "@lib/network/loaded_graphs.ts";
import { plainForward, plainGradient, plainStep } from "@lib/network/plain_layers.ts";
import { tf } from "@lib/network/tensorflow.ts";
import { startingState, writeState } from "@lib/network/training_state.ts";
import { seededRandom } from "@lib/random.ts";
import { assert, assertEquals } from "@lib/std/assert.ts";

/** Images of noise, in which no two values of a pooling window tie but by rare chance. */
function noise(size: Size, count: number, seed = 1): Images {
  const random = seededRandom(seed);
  const pixels = Uint8Array.from(
    { length: count * imageBytes(size) },
    () => Math.floor(256 * random()),
  );
  return { ...size, pixels };
}

/** A network whose every weight is at work, as after training. */
function busy(network: tf.LayersModel): tf.LayersModel {
  const state = startingState(network);
  const around = (value: tf.Tensor, seed: number, width: number): tf.Tensor =>
    value.add(tf.randomNormal(value.shape, 0, width, "float32", seed));
  const moving = around(state.moving, 2, 0.1).abs().add(0.1);
  writeState(network, { ...state, weights: around(state.weights, 1, 0.02), moving });
  return network;
}

const gap = (one: tf.Tensor, other: tf.Tensor): number =>
  tf.tidy(() => one.sub(other).norm().div(other.norm().add(1e-12)).dataSync()[0]!);

const SIZES: Size[] = [
  { height: 32, width: 32, channels: 3 },
  { height: 48, width: 40, channels: 1 },
  { height: 21, width: 13, channels: 3 }, // no multiple of four bytes
];

for (const [name, { build }] of Object.entries(ARCHITECTURES)) {
  for (const size of SIZES) {
    const title = `${name}, ${size.height}×${size.width}×${size.channels}`;
    Deno.test(`${title}: every layer's output and the gradient by images are tfjs's own`, () => {
      const network = busy(build(size, 300, 1));
      assert(hasGraph(network));
      const images = noise(size, 8);
      const layers = network.layers.filter((layer) => layer.getClassName() !== "InputLayer");
      const before = tf.memory().numTensors;
      tf.tidy(() => {
        const found = graphForward(network, layers, images)(images);
        const expected = plainForward(network, layers)(images);
        layers.forEach((layer, index) =>
          assert(gap(found[index]!, expected[index]!) < 1e-5, layer.name)
        );
        const labels = tf.tensor1d([299, 0, 1, 2, 3, 4, 5, 6], "int32");
        const [one, other] = [graphGradient, plainGradient].map((gradientOf) =>
          gradientOf(network)(toTensor(images), labels)
        );
        assert(gap(one!.losses, other!.losses) < 1e-5);
        assert(gap(one!.logits, other!.logits) < 1e-5);
        assert(
          gap(one!.gradient, other!.gradient) < 1e-4,
          `${gap(one!.gradient, other!.gradient)}`,
        );
      });
      assertEquals(tf.memory().numTensors, before);
      network.dispose();
    });

    Deno.test(`${title}: steps of training are tfjs's own`, () => {
      const network = busy(build(size, 300, 1));
      const settings = { seed: 3, weightDecay: 1e-6 };
      // no dropout in the plain steps' way, whose masks are drawn otherwise
      const still = withoutDropout(network);
      const [asGraph, asLayers] = [graphStep(still, settings), plainStep(still, settings)];
      let state = startingState(still);
      const gaps: number[] = [];
      for (let step = 0; step < 5; step++) {
        const labels = Int32Array.from({ length: 7 }, (_, index) => (41 * index + step) % 300);
        const batch = { ...noise(size, 7, step), labels };
        const [found, expected] = [asGraph, asLayers].map((run) => run(state, batch, 0.0005));
        assert(gap(found!.loss, expected!.loss) < 1e-5);
        assert(gap(found!.state.moving, expected!.state.moving) < 1e-5);
        assert(gap(found!.state.weights, expected!.state.weights) < 1e-4);
        gaps.push(gap(found!.state.mean, expected!.state.mean));
        state = found!.state;
      }
      // where rounding takes a value across ReLU's zero or decides a maximum, its slope goes elsewhere
      gaps.sort((a, b) => a - b);
      assert(gaps[0]! < 1e-5 && gaps[4]! < 5e-2, String(gaps));
      network.dispose();
    });
  }
}

/** The same network with dropout that drops nothing. */
function withoutDropout(network: tf.LayersModel): tf.LayersModel {
  for (const layer of network.layers) {
    if (layer.getClassName() === "Dropout") (layer as unknown as { rate: number }).rate = 0;
  }
  return network;
}

const INPUT: Size = { height: 9, width: 10, channels: 3 };

/** One of each kind of layer, in the settings that differ. */
const KINDS: Record<string, (input: tf.SymbolicTensor) => tf.SymbolicTensor> = {
  "strides, no padding": (input) =>
    tf.layers.conv2d({ filters: 4, kernelSize: [3, 2], strides: [2, 1], padding: "valid" })
      .apply(input) as tf.SymbolicTensor,
  "average pooling with padding": (input) =>
    tf.layers.averagePooling2d({ poolSize: 3, strides: 2, padding: "same" })
      .apply(input) as tf.SymbolicTensor,
  "overlapping maximum": (input) =>
    tf.layers.maxPooling2d({ poolSize: 3, strides: 1, padding: "same" })
      .apply(input) as tf.SymbolicTensor,
  "zero padding": (input) =>
    tf.layers.zeroPadding2d({ padding: [[1, 0], [2, 3]] }).apply(input) as tf.SymbolicTensor,
  "normalisation by axis 3": (input) =>
    tf.layers.batchNormalization({ axis: 3 }).apply(input) as tf.SymbolicTensor,
  "leaky, turned round": (input) =>
    tf.layers.leakyReLU({ alpha: -0.5 }).apply(input) as tf.SymbolicTensor,
  "leaky": (input) => tf.layers.leakyReLU({ alpha: 0.1 }).apply(input) as tf.SymbolicTensor,
  "ReLU up to 6": (input) => tf.layers.reLU({ maxValue: 6 }).apply(input) as tf.SymbolicTensor,
  "joined": (input) => {
    const more = tf.layers.conv2d({ filters: 2, kernelSize: 1, activation: "tanh" }).apply(input);
    return tf.layers.concatenate({ axis: -1 })
      .apply([input, more as tf.SymbolicTensor]) as tf.SymbolicTensor;
  },
  ...Object.fromEntries(
    (["elu", "relu", "relu6", "selu", "sigmoid", "softplus", "softsign", "tanh"] as const).map(
      (activation) => [
        activation,
        (input: tf.SymbolicTensor) =>
          tf.layers.conv2d({ filters: 3, kernelSize: 1, activation })
            .apply(input) as tf.SymbolicTensor,
      ],
    ),
  ),
};

for (const [name, add] of Object.entries(KINDS)) {
  Deno.test(`${name}: forward, by images and a step of training are tfjs's own`, () => {
    const input = tf.input({ shape: [INPUT.height, INPUT.width, INPUT.channels] });
    const first = tf.layers.conv2d({
      ...{ filters: 3, kernelSize: 3, padding: "same" },
      useBias: false,
    }).apply(input);
    const flat = tf.layers.flatten().apply(add(first as tf.SymbolicTensor));
    const outputs = tf.layers.dense({ units: 5, useBias: false }).apply(flat) as tf.SymbolicTensor;
    const network = busy(tf.model({ inputs: input, outputs }));
    assert(hasGraph(network));
    const images = noise(INPUT, 6);
    const labels = Int32Array.of(0, 1, 2, 3, 4, 0);
    const wanted = tf.tensor1d(labels, "int32");
    const last = [network.layers.at(-1)!];
    const [forward] = graphForward(network, last, images)(images);
    assert(gap(forward!, plainForward(network, last)(images)[0]!) < 1e-5);
    const [one, other] = [graphGradient, plainGradient].map((gradientOf) =>
      gradientOf(network)(toTensor(images), wanted)
    );
    assert(gap(one!.gradient, other!.gradient) < 1e-4);
    const state = startingState(network);
    const [found, expected] = [graphStep, plainStep].map((makeStep) =>
      makeStep(network, { seed: 1, weightDecay: 1e-6 })(state, { ...images, labels }, 0.001)
    );
    assert(gap(found!.loss, expected!.loss) < 1e-5);
    assert(gap(found!.state.mean, expected!.state.mean) < 1e-4);
    assert(gap(found!.state.weights, expected!.state.weights) < 1e-5);
  });
}

/** A chain with a batch normalisation; tfjs's own has no gradient without scale or offset. */
function normalizing(settings: { scale?: boolean; center?: boolean }): tf.Sequential {
  const kernelInitializer = tf.initializers.glorotUniform({ seed: 4 });
  return tf.sequential({
    layers: [
      tf.layers.conv2d({
        ...{ filters: 3, kernelSize: 3, kernelInitializer },
        inputShape: [INPUT.height, INPUT.width, INPUT.channels],
      }),
      tf.layers.batchNormalization(settings),
      tf.layers.flatten(),
      tf.layers.dense({ units: 5, kernelInitializer }),
    ],
  });
}

for (const settings of [{ scale: false }, { center: false }, { scale: false, center: false }]) {
  Deno.test(`normalisation with ${JSON.stringify(settings)} is one with ones and zeros`, () => {
    const networks = [normalizing(settings), normalizing({})]; // which begins with ones and zeros
    const images = noise(INPUT, 6);
    const labels = Int32Array.of(0, 1, 2, 3, 4, 0);
    const [one, other] = networks.map((network) =>
      graphGradient(network)(toTensor(images), tf.tensor1d(labels, "int32"))
    );
    assert(gap(one!.gradient, other!.gradient) < 1e-6);
    const [found, expected] = networks.map((network) => {
      const step = graphStep(network, { seed: 1, weightDecay: 1e-6 });
      const { state } = step(startingState(network), { ...images, labels }, 0.001);
      writeState(network, state);
      return network.layers;
    });
    for (const layer of [0, 3]) {
      found![layer]!.getWeights().forEach((weight, index) =>
        assert(gap(weight, expected![layer]!.getWeights()[index]!) < 1e-6)
      );
    }
    const statistics = (layers: tf.layers.Layer[]): tf.Tensor[] =>
      layers[1]!.nonTrainableWeights.map((weight) => weight.read());
    statistics(found!).forEach((value, index) =>
      assert(gap(value, statistics(expected!)[index]!) < 1e-6)
    );
  });
}

Deno.test("a chain with a layer twice has no graph", () => {
  const relu = tf.layers.reLU();
  const conv = (inputShape?: tf.Shape): tf.layers.Layer =>
    tf.layers.conv2d({ filters: 3, kernelSize: 3, ...(inputShape && { inputShape }) });
  const ends = [tf.layers.flatten(), tf.layers.dense({ units: 5 })];
  const layers = [conv([INPUT.height, INPUT.width, INPUT.channels]), relu, conv()];
  assertEquals(hasGraph(tf.sequential({ layers: [...layers, relu, ...ends] })), false);
});

Deno.test("a saved functional network is the same when it is loaded", async () => {
  const network = busy(ARCHITECTURES.residual!.build(INPUT, 5, 1));
  const folder = await Deno.makeTempDir();
  await network.save(`file://${folder}`);
  const loaded = await tf.loadLayersModel(`file://${folder}/model.json`);
  assert(hasGraph(loaded));
  const images = noise(INPUT, 3);
  const logits = [network, loaded].map((each) =>
    engineOf(each).forward(each, [each.layers.at(-1)!], images)(images)[0]!
  );
  assertEquals(gap(logits[0]!, logits[1]!), 0);
});

Deno.test("many graphs keep few sessions, and a released one runs again", async () => {
  const first = new Graph();
  const doubled = first.node("Mul", [first.placeholder("x", "FLOAT"), first.constant(2)]);
  const run = first.compile();
  const value = (): number => run({ x: tf.scalar(3) }, [doubled])[0]!.dataSync()[0]!;
  assertEquals(value(), 6);
  for (let filters = 1; filters <= 30; filters++) {
    const network = tf.sequential({
      layers: [
        tf.layers.conv2d({ filters, kernelSize: 1, inputShape: [4, 4, 3] }),
        tf.layers.flatten(),
        tf.layers.dense({ units: 3 }),
      ],
    });
    const images = noise({ height: 4, width: 4, channels: 3 }, 2);
    await forEachBatch(network, [network.layers.at(-1)!], images, () => {});
    network.dispose();
  }
  assert(loadedGraphs() <= 16, `Expected few but found ${loadedGraphs()}`);
  assertEquals(value(), 6);
});
