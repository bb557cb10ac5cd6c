/** Layers as nodes of a graph beside the same layers of tfjs, and dropout beside its definition. */
import { Graph } from "@lib/network/graph.ts";
import { addLayer, hasGraph } from "@lib/network/network_nodes.ts";
import { ErrorFunction } from "@lib/network/nodes/error_function.ts";
import { GroupedConv2D } from "@lib/network/nodes/grouped_convolution.ts";
import { Logarithm } from "@lib/network/nodes/logarithm.ts";
import { Resized } from "@lib/network/nodes/resized.ts";
import { dropoutMask } from "@lib/network/nodes/training_nodes.ts";
import { paperCnn } from "@lib/network/paper_cnn.ts";
import { tf } from "@lib/network/tensorflow.ts";
import { assert, assertAlmostEquals, assertEquals } from "@lib/std/assert.ts";
import { assertClose } from "../assert_close.ts";

const largest = (difference: tf.Tensor): number => difference.abs().max().dataSync()[0]!;

/** Runs one layer in training forward and back from a slope of its output. */
function runLayer(
  layer: tf.layers.Layer,
  input: tf.Tensor,
  slope: tf.Tensor,
  seed: [number, number] = [1, 2],
): { output: tf.Tensor; byInput: tf.Tensor; byWeights: tf.Tensor[] } {
  const graph = new Graph();
  const feeds: Record<string, tf.Tensor> = { input, slope };
  const [inputs, slopes] = [
    graph.placeholder("input", "FLOAT"),
    graph.placeholder("slope", "FLOAT"),
  ];
  const weights = new Map(layer.weights.map((weight, index) => {
    feeds[`weight_${index}`] = weight.read();
    return [weight, graph.placeholder(`weight_${index}`, "FLOAT")];
  }));
  const context = { weights, seed: graph.constant(seed, "INT32"), needsInputGradient: true };
  const pass = addLayer(graph, layer, [inputs], context);
  const back = pass.backward(slopes);
  const [output, byInput, ...byWeights] = graph.compile()(feeds, [
    pass.output,
    back.inputs[0]!,
    ...back.weights,
  ]);
  return { output: output!, byInput: byInput!, byWeights };
}

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
    const { output, byInput, byWeights } = runLayer(layer, input, slope);
    assertAlmostEquals(largest(output.sub(expected)), 0, 1e-5);
    assertAlmostEquals(largest(byInput.sub(tf.grad(plain)(input, slope))), 0, 1e-5);
    assertEquals(
      byWeights.map((each) => each.shape),
      layer.trainableWeights.map((weight) => weight.shape as number[]),
    );
  });
}

Deno.test("rows are normalised by the graph as by tfjs, forward and backward", () => {
  const layer = tf.layers.batchNormalization({ gammaInitializer: "randomUniform" });
  layer.apply(tf.input({ shape: [6] }));
  const [input, slope] = [5, 6].map((seed) => tf.randomNormal([40, 6], 0.2, 1, "float32", seed));
  const plain = (x: tf.Tensor): tf.Tensor => layer.apply(x, { training: true }) as tf.Tensor;
  const expected = plain(input!);
  const { output, byInput } = runLayer(layer, input!, slope!);
  assertAlmostEquals(largest(output.sub(expected)), 0, 1e-5);
  assertAlmostEquals(largest(byInput.sub(tf.grad(plain)(input!, slope!))), 0, 1e-5);
});

const image: tf.Shape = [null, 5, 5, 3];
const convolved = { kernelSize: 3, padding: "same", activation: "swish" } as const;
for (
  const layer of [
    tf.layers.depthwiseConv2d({ ...convolved, depthMultiplier: 2, strides: 2 }),
    tf.layers.prelu({ sharedAxes: [1, 2], alphaInitializer: "glorotNormal" }),
    tf.layers.prelu({ sharedAxes: [1, 2, 3], alphaInitializer: "glorotNormal" }),
    tf.layers.layerNormalization({ gammaInitializer: "glorotNormal", epsilon: 0.01 }),
    tf.layers.globalMaxPooling2d({}),
    new Logarithm({}),
    tf.layers.permute({ dims: [3, 1, 2] }),
    tf.layers.reshape({ targetShape: [75] }),
    tf.layers.rescaling({ scale: [2, -1, 0.5] as never, offset: [0, 1, 2] as never }),
    ...(["swish", "gelu", "mish"] as const).map((activation) =>
      tf.layers.activation({ activation: activation as "swish" })
    ),
    tf.layers.cropping2D({ cropping: [[1, 0], [2, 1]] }),
    tf.layers.dense({ units: 4, activation: "tanh" }),
    new ErrorFunction({}),
    new GroupedConv2D({
      ...{ filters: 6, kernelSize: [3, 2], strides: [2, 1], padding: "same", groups: 3 },
      useBias: true,
    }),
    new Resized({ size: [8, 3], interpolation: "bilinear" }),
    new Resized({ size: [10, 5], interpolation: "nearest" }),
  ]
) {
  Deno.test(`a layer of class ${layer.getClassName()} is tfjs's own, forward and backward`, () => {
    layer.apply(tf.input({ batchShape: image }));
    layer.setWeights(
      layer.weights.map(({ shape }, at) => tf.randomNormal(shape as number[], 0, 1, "float32", at)),
    );
    // shares are not below 0, and some are 0
    const mean = layer instanceof Logarithm ? 6 : 0.2;
    const input = tf.randomNormal([4, 5, 5, 3], mean, 1, "float32", 5).mul(
      tf.randomUniform([4, 5, 5, 3], 0, 1, "float32", 7).greater(0.1),
    );
    const plain = (x: tf.Tensor): tf.Tensor => layer.apply(x) as tf.Tensor;
    const expected = plain(input);
    const slope = tf.randomNormal(expected.shape, 0, 1, "float32", 6);
    const { output, byInput, byWeights } = runLayer(layer, input, slope);
    assertAlmostEquals(largest(output.sub(expected)), 0, 1e-5);
    assertAlmostEquals(largest(byInput.sub(tf.grad(plain)(input, slope))), 0, 1e-5);
    const variables = layer.trainableWeights.map((weight) => weight.read() as tf.Variable);
    if (variables.length === 0) return;
    const sum = (): tf.Scalar => plain(input).mul(slope).sum();
    const { grads } = tf.variableGrads(sum, variables);
    variables.forEach(({ name }, index) =>
      assertAlmostEquals(largest(byWeights[index]!.sub(grads[name]!)), 0, 1e-4)
    );
  });
}

Deno.test("a dilated convolution is one with zeros between its filters' values", () => {
  // of which tfjs has no way back
  const [input, slope] = [[2, 7, 6, 2], [2, 7, 6, 4]].map((shape, seed) =>
    tf.randomNormal(shape, 0, 1, "float32", seed)
  );
  const kernel = tf.randomNormal([3, 3, 2, 4], 0, 1, "float32", 5);
  const [one, two, three] = tf.split(kernel, 3);
  const none = tf.zerosLike(one!);
  const stretched = tf.concat([one!, none, two!, none, three!]);
  const [dilated, plain] = [[kernel, [2, 1]], [stretched, [1, 1]]].map((each) => {
    const [weights, dilationRate] = each as [tf.Tensor, [number, number]];
    const kernelSize = weights.shape.slice(0, 2);
    const settings = { filters: 4, padding: "same", useBias: false, dilationRate } as const;
    const layer = tf.layers.conv2d({ ...settings, kernelSize });
    layer.apply(tf.input({ shape: [7, 6, 2] }));
    layer.setWeights([weights]);
    return runLayer(layer, input!, slope!);
  });
  assertClose(dilated!.output.dataSync(), plain!.output.dataSync(), 1e-5);
  assertClose(dilated!.byInput.dataSync(), plain!.byInput.dataSync(), 1e-5);
  const rows = tf.gather(plain!.byWeights[0]!, [0, 2, 4]);
  assertClose(dilated!.byWeights[0]!.dataSync(), rows.dataSync(), 1e-5);
});

Deno.test("layer normalisation without scale or offset is that with ones and zeros", () => {
  // tfjs's own cannot be called without them
  const [input, slope] = [5, 6].map((seed) => tf.randomNormal([4, 6], 0.2, 1, "float32", seed));
  const [expected, ...others] = [{}, { scale: false, axis: 1 }, { center: false }].map((some) => {
    const layer = tf.layers.layerNormalization(some);
    layer.apply(tf.input({ shape: [6] }));
    return runLayer(layer, input!, slope!);
  });
  for (const { output, byInput } of others) {
    assertClose(output.dataSync(), expected!.output.dataSync());
    assertClose(byInput.dataSync(), expected!.byInput.dataSync());
  }
  const [byScale, byOffset] = expected!.byWeights.map((each) => each.dataSync());
  assertClose(others[0]!.byWeights[0]!.dataSync(), byOffset!);
  assertClose(others[1]!.byWeights[0]!.dataSync(), byScale!);
});

Deno.test("a product with one value for each channel is tfjs's own, forward and backward", () => {
  const layer = tf.layers.multiply();
  layer.apply([image, [null, 1, 1, 3]].map((batchShape) => tf.input({ batchShape })));
  const [one, other, slope] = [[4, 5, 5, 3], [4, 1, 1, 3], [4, 5, 5, 3]].map((shape, index) =>
    tf.randomNormal(shape, 0.2, 1, "float32", index)
  ) as [tf.Tensor, tf.Tensor, tf.Tensor];
  const graph = new Graph();
  const [left, right, slopes] = ["one", "other", "slope"].map((name) =>
    graph.placeholder(name, "FLOAT")
  );
  const pass = addLayer(graph, layer, [left!, right!], {
    ...{ weights: new Map(), needsInputGradient: true },
  });
  const { inputs } = pass.backward(slopes!);
  const found = graph.compile()({ one, other, slope }, [pass.output, ...inputs]);
  const expected = [one.mul(other), ...tf.grads((a, b) => a.mul(b))([one, other], slope)];
  expected.forEach((each, index) => {
    assertEquals(found[index]!.shape, each.shape);
    assertAlmostEquals(largest(found[index]!.sub(each)), 0, 1e-5);
  });
});

Deno.test("dropout lets its share through, scaled, the same way back, and anew in each step", () => {
  const layer = tf.layers.dropout({ rate: 0.4 });
  const input = tf.ones([100_001]); // no multiple of the four values that a random word gives
  const { output, byInput } = runLayer(layer, input, input);
  const values = output.dataSync();
  const scaled = Math.fround(1 / 0.6);
  assert(values.every((value) => value === 0 || Math.abs(value - scaled) < 1e-6));
  const kept = values.filter((value) => value > 0).length / values.length;
  assertAlmostEquals(kept, 0.6, 0.01); // six standard deviations
  assertClose(byInput.dataSync(), values);
  assertClose(runLayer(layer, input, input).output.dataSync(), values);
  const next = runLayer(layer, input, input, [1, 3]).output.dataSync();
  const both = next.filter((value, index) => value > 0 && values[index]! > 0).length / next.length;
  assertAlmostEquals(both, 0.36, 0.01); // independent of the step before
});

Deno.test("dropout of whole channels drops each or keeps it in all pixels of an image", () => {
  const layer = tf.layers.dropout({ rate: 0.4, noiseShape: [null, 1, 1, null] as never });
  const input = tf.ones([50, 4, 3, 40]);
  const { output } = runLayer(layer, input, input);
  const [least, most] = [output.min([1, 2]), output.max([1, 2])];
  assertEquals(largest(most.sub(least)), 0);
  assertAlmostEquals(most.greater(0).mean().dataSync()[0]!, 0.6, 0.07); // six standard deviations
});

Deno.test("outside training batch normalisation uses its moving statistics and dropout does nothing", () => {
  const graph = new Graph();
  const network = paperCnn(43, 1);
  const layer = network.getLayer("batch_normalization_1");
  const statistics = [0.5, 2, 0.1, 4].map((value) => tf.fill([32], value)); // scale, offset, mean, variance
  layer.setWeights(statistics);
  const weights = new Map(layer.weights.map((weight, index) => {
    return [weight, graph.placeholder(`weight_${index}`, "FLOAT")];
  }));
  const input = graph.placeholder("input", "FLOAT");
  const context = { weights, needsInputGradient: true };
  const normal = addLayer(graph, layer, [input], context).output;
  assertEquals(addLayer(graph, network.getLayer("dropout"), [normal], context).output, normal);
  const feeds = Object.fromEntries(statistics.map((value, index) => [`weight_${index}`, value]));
  const [found] = graph.compile()({ ...feeds, input: tf.ones([1, 2, 2, 32]) }, [normal]);
  const expected = 0.5 * (1 - 0.1) / Math.sqrt(4 + 1e-3) + 2;
  found!.dataSync().forEach((value) => assertAlmostEquals(value, expected, 1e-6));
});

Deno.test("the mask has the input's shape, at every rate", () => {
  for (const [rate, size] of [[0.2, 4], [0.3, 1023], [0.4, 40_000]] as const) {
    const graph = new Graph();
    const input = graph.placeholder("input", "FLOAT");
    const mask = dropoutMask(graph, input, rate, graph.constant([5, 6], "INT32"));
    const [values] = graph.compile()({ input: tf.zeros([2, size]) }, [mask]);
    assertEquals(values!.shape, [2, size]);
    const dropped = values!.equal(0).mean().dataSync()[0]!;
    assertAlmostEquals(dropped, rate, 6 * Math.sqrt(rate / (2 * size)));
  }
});

Deno.test("networks with other layers or settings have no graph here", () => {
  const inputShape: [number, number, number] = [8, 8, 3];
  const layers: tf.layers.Layer[] = [
    tf.layers.depthwiseConv2d({ kernelSize: 3, dilationRate: 2, inputShape }),
    tf.layers.activation({ activation: "hardSigmoid", inputShape }),
    tf.layers.reLU({ maxValue: 5, inputShape }),
    tf.layers.upSampling2d({ inputShape }),
    tf.layers.batchNormalization({ axis: 1, inputShape }),
  ];
  for (const layer of layers) assertEquals(hasGraph(tf.sequential({ layers: [layer] })), false);
  const images = tf.input({ shape: inputShape });
  const pooled = tf.layers.globalAveragePooling2d({}).apply(images);
  const pixel = tf.layers.reshape({ targetShape: [1, 1, 3] }).apply(pooled);
  const stretched = tf.layers.add().apply([images, pixel as tf.SymbolicTensor]);
  const adding = tf.model({ inputs: images, outputs: stretched as tf.SymbolicTensor });
  assertEquals(hasGraph(adding), false);
  const network = paperCnn(10, 1);
  assertEquals(hasGraph(network), true);
  network.layers[2]!.trainable = false; // as loaded networks may have it
  assertEquals(hasGraph(network), false);
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

Deno.test("groups of any size convolve only their own channels", () => {
  for (const each of [1, 41, 47, 115]) {
    const layer = new GroupedConv2D({
      ...{ filters: 2, kernelSize: [1, 1], strides: [1, 1], padding: "same", groups: 2 },
      useBias: false,
    });
    layer.apply(tf.input({ batchShape: [1, 1, 1, 2 * each] }));
    layer.setWeights([tf.ones([1, 1, each, 2])]);
    const values = Float32Array.from({ length: 2 * each }, (_, at) => Number(at < each));
    const sums = layer.apply(tf.tensor4d(values, [1, 1, 1, 2 * each])) as tf.Tensor;
    assertEquals([...sums.dataSync()], [each, 0]);
  }
});
