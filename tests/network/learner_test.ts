/** Small networks trained along with others: their steps, their checkpoints, and losses of a network. */
import { imageGradient } from "@lib/network/engine.ts";
import {
  disposeLearner,
  filledModel,
  learn,
  learnerArrays,
  learnerWeights,
  newLearner,
  restoreLearners,
} from "@lib/network/learner.ts";
import { networkLoss } from "@lib/network/network_loss.ts";
import { paperCnn } from "@lib/network/paper_cnn.ts";
import { tf } from "@lib/network/tensorflow.ts";
import { assertEquals, assertThrows } from "@lib/std/assert.ts";
import { assertClose } from "../assert_close.ts";
import { weightsOf } from "../weights_of.ts";

const made = (seed: number): tf.Sequential =>
  tf.sequential({
    layers: [5, 2].map((units, index) =>
      tf.layers.dense({
        ...(index === 0 ? { inputShape: [3] } : {}),
        units,
        kernelInitializer: tf.initializers.glorotUniform({ seed: seed + index }),
      })
    ),
  });
const inputs = tf.randomUniform([7, 3], -1, 1, "float32", 3);
const lossOf = (model: tf.LayersModel): tf.Scalar =>
  (model.apply(inputs) as tf.Tensor).sub(1).square().mean().asScalar();

Deno.test("a learner's steps are those of tfjs's own Adam", () => {
  const [own, other] = [made(1), made(1)];
  const before = tf.memory().numTensors;
  const learner = newLearner(own);
  const adam = tf.train.adam(0.01, 0.9, 0.999, 1e-7);
  for (let step = 0; step < 5; step++) {
    const found = learn(learner, () => lossOf(own), 0.01);
    const loss = adam.minimize(() => lossOf(other), true)!;
    assertClose([found], loss.dataSync(), 1e-5);
    loss.dispose();
  }
  assertClose(weightsOf(own), weightsOf(other), 1e-5);
  adam.dispose();
  disposeLearner(learner);
  assertEquals(tf.memory().numTensors, before - own.weights.length);
});

Deno.test("a learner that was saved goes on as one that was not, and takes nothing else's arrays", () => {
  const whole = newLearner(made(1));
  for (let step = 0; step < 3; step++) learn(whole, () => lossOf(whole.model), 0.01);
  const arrays = learnerArrays(whole, "own");
  const resumed = newLearner(made(2));
  restoreLearners({ own: resumed }, arrays);
  for (const learner of [whole, resumed]) learn(learner, () => lossOf(learner.model), 0.01);
  assertEquals(weightsOf(resumed.model), weightsOf(whole.model));
  const copy = filledModel(made(3), learnerWeights(whole).values);
  assertEquals(weightsOf(copy), weightsOf(whole.model));
  const { "own/mean": _, ...without } = arrays;
  const message = "Expected 32 numbers as own/mean but found none";
  const [now, other] = [weightsOf(resumed.model), newLearner(made(4))];
  const both = { other, own: resumed }; // the first one's arrays are right
  const all = { ...learnerArrays(whole, "other"), ...without };
  const left = weightsOf(other.model);
  assertThrows(() => restoreLearners(both, all), Error, message);
  assertEquals([weightsOf(resumed.model), weightsOf(other.model)], [now, left]);
  disposeLearner(other);
  const before = tf.memory().numTensors;
  const text = "Expected 32 weights of a generator but found 31";
  assertThrows(() => filledModel(made(3), new Float32Array(31)), Error, text);
  assertEquals(tf.memory().numTensors, before);
  const lost = (): tf.Scalar => lossOf(whole.model).mul(NaN);
  assertThrows(
    () => learn(whole, lost, 0.1),
    Error,
    "Expected a finite loss but found NaN in step 5",
  );
});

Deno.test("a network's loss has tfjs's slopes, at whatever weights the network has by then", () => {
  const network = paperCnn(4, 1, { height: 16, width: 16, channels: 3 });
  const images = tf.randomUniform([3, 16, 16, 3], 0, 1, "float32", 7);
  const labels = Int32Array.of(2, 0, 3);
  const gradientOf = imageGradient(network, true);
  const slow = (all: tf.Tensor): tf.Tensor => {
    const truth = tf.oneHot(tf.tensor1d(labels, "int32"), 4);
    return truth.mul(tf.logSoftmax(network.apply(all) as tf.Tensor)).sum().neg();
  };
  for (const factor of [1, -0.5]) {
    network.layers.filter((layer) => layer.getClassName() === "BatchNormalization")
      .forEach((layer) => {
        const [scale, ...others] = layer.getWeights();
        layer.setWeights([scale!.mul(factor), ...others]);
      });
    const before = tf.memory().numTensors;
    tf.tidy(() => {
      const faster = networkLoss(gradientOf, labels);
      const [found, expected] = [faster, slow].map((loss) =>
        tf.valueAndGrad((light: tf.Tensor) => loss(images.mul(light)))(tf.scalar(0.9))
      );
      assertClose(found!.value.dataSync(), expected!.value.dataSync(), 1e-4);
      const [slope] = expected!.grad.dataSync();
      assertClose(found!.grad.dataSync(), [slope!], 1e-4 * (1 + Math.abs(slope!)));
    });
    assertEquals(tf.memory().numTensors, before);
  }
});
