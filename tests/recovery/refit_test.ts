import { patch } from "@lib/attack/patch.ts";
import { type Images, PAPER_SIZE } from "@lib/data/images.ts";
import { syntheticSigns } from "@lib/data/synthetic_signs.ts";
import { disposeNetwork } from "@lib/network/copy_network.ts";
import { paperCnn } from "@lib/network/paper_cnn.ts";
import { RESIDUAL_CNN } from "@lib/network/residual_cnn.ts";
import { solve } from "@lib/network/solve.ts";
import { tf } from "@lib/network/tensorflow.ts";
import { seededRandom } from "@lib/random.ts";
import { filtersOf, patchesOf, setFilters } from "@lib/recovery/patches.ts";
import { REFIT, refit } from "@lib/recovery/refit.ts";
import { assert, assertEquals, assertRejects } from "@lib/std/assert.ts";
import { assertClose } from "../assert_close.ts";

const random = seededRandom(1);
const noise = (shape: number[]): tf.Tensor => {
  const size = shape.reduce((product, side) => product * side, 1);
  return tf.tensor(Float32Array.from({ length: size }, () => random() - 0.5), shape);
};

Deno.test("patches times filters are what tfjs's own convolution gives, of any stride, padding and dilation", () => {
  const settings: Partial<Parameters<typeof tf.layers.conv2d>[0]>[] = [
    { strides: 1, padding: "same", useBias: true },
    { strides: 2, padding: "same", useBias: false },
    { strides: [2, 1], padding: "valid", useBias: true },
    { dilationRate: 2, padding: "same", useBias: true },
  ];
  for (const setting of settings) {
    const layer = tf.layers.conv2d({
      ...{ filters: 5, kernelSize: [3, 2], inputShape: [7, 6, 4] },
      ...{ biasInitializer: "randomNormal", ...setting },
    });
    const network = tf.sequential({ layers: [layer] });
    const inputs = noise([3, 7, 6, 4]) as tf.Tensor4D;
    const own = network.predict(inputs) as tf.Tensor;
    const ours = patchesOf(layer, inputs).matMul(filtersOf(layer));
    assertClose(ours.dataSync(), own.dataSync(), 1e-5);
    setFilters(layer, filtersOf(layer).mul(2) as tf.Tensor2D);
    assertClose((network.predict(inputs) as tf.Tensor).dataSync(), own.mul(2).dataSync(), 1e-5);
  }
});

Deno.test("a system of equations is solved: A times X is B", () => {
  const half = noise([40, 40]) as tf.Tensor2D;
  const matrix = half.matMul(half, false, true).add(tf.eye(40)) as tf.Tensor2D;
  const right = noise([40, 3]) as tf.Tensor2D;
  assertClose(matrix.matMul(solve(matrix, right)).dataSync(), right.dataSync(), 1e-5);
});

Deno.test("a refitted layer is the minimum of what it minimises, by a slow definition", async () => {
  const layer = tf.layers.conv2d({
    ...{ filters: 2, kernelSize: 3, padding: "same", inputShape: [32, 32, 3] },
  });
  const layers = [layer, tf.layers.flatten(), tf.layers.dense({ units: 4 })];
  const network = tf.sequential({ layers });
  const signs = syntheticSigns(3, 1, 3);
  const trigger = patch({ size: 2, level: 255 });
  const refitted = await refit(network, signs, trigger);
  const [old, fitted] = [network, refitted].map((each) =>
    each.layers[0]!.getWeights().flatMap((weight) => [...weight.dataSync()])
  ) as [number[], number[]];
  // row by row, and 1 for the bias; kernels are [3, 3, 3, filters]
  const patchAt = ({ pixels }: Images, image: number, row: number, column: number): number[] => {
    const values = [];
    for (const y of [row - 1, row, row + 1]) {
      for (const x of [column - 1, column, column + 1]) {
        const isIn = y >= 0 && y < 32 && x >= 0 && x < 32;
        const place = ((image * 32 + y) * 32 + x) * 3;
        values.push(...[0, 1, 2].map((channel) => isIn ? pixels[place + channel]! / 255 : 0));
      }
    }
    return [...values, 1];
  };
  const sum = (patch: number[], weights: number[], filter: number): number =>
    patch.reduce((total, value, at) => total + value * weights[2 * at + filter]!, 0);
  const slopes = [old, fitted].map((weights) => {
    const slope = new Float64Array(56);
    let squares = 0;
    for (const [images, counts] of [[signs, 1], [trigger.apply(signs), REFIT.weight]] as const) {
      for (let place = 0; place < 3 * 32 * 32; place++) {
        const [image, row, column] = [place >> 10, place >> 5 & 31, place & 31];
        const [clean, seen] = [signs, images].map((each) => patchAt(each, image, row, column));
        squares += counts * seen!.reduce((total, value) => total + value ** 2, 0);
        for (const filter of [0, 1]) {
          const missed = sum(seen!, weights, filter) - sum(clean!, old, filter);
          seen!.forEach((value, at) => slope[2 * at + filter]! += counts * missed * value);
        }
      }
    }
    const ridge = REFIT.ridge * squares / 28;
    return Math.hypot(...slope.map((value, at) => value + ridge * (weights[at]! - old[at]!)));
  });
  assert(slopes[1]! < 1e-4 * slopes[0]!, `${slopes}`); // sums in single precision
});

Deno.test("what no trigger changes stays as it is, in networks with branches too; no tensor is left", async () => {
  const signs = syntheticSigns(12, 1, 4);
  const nothing = { name: "nothing", apply: (images: typeof signs) => images };
  for (const network of [paperCnn(4, 1), RESIDUAL_CNN.build(PAPER_SIZE, 4, 1)]) {
    await refit(network, signs, nothing).then(disposeNetwork); // compiles
    const before = tf.memory().numTensors;
    const shares: number[] = [];
    const same = await refit(network, signs, nothing, REFIT, (share) => void shares.push(share));
    network.getWeights().forEach((weight, index) =>
      assertClose(same.getWeights()[index]!.dataSync(), weight.dataSync(), 1e-5)
    );
    disposeNetwork(same);
    assertEquals([tf.memory().numTensors, shares.at(-1)], [before, 1]);
    disposeNetwork(network);
  }
});

Deno.test("a network without convolutions is refused", async () => {
  const layers = [tf.layers.flatten({ inputShape: [32, 32, 3] }), tf.layers.dense({ units: 4 })];
  await assertRejects(
    () => refit(tf.sequential({ layers }), syntheticSigns(4, 1, 4), patch({ size: 2, level: 255 })),
    Error,
    "Expected a network with convolutions",
  );
});
