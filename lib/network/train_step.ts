import { runKernel, type } from "@lib/network/kernels.ts";
import { type Pass, runLayer } from "@lib/network/layer_gradients.ts";
import { tf } from "@lib/network/tensorflow.ts";

/**
 * The loss of a batch and its gradients: one forward and one backward pass in training mode.
 *
 * @param network A sequential network that ends in logits; its moving statistics are updated.
 * @param images Shape [batch, 32, 32, 3], RGB from 0 to 1; not disposed.
 * @param labels Shape [batch], int32 class indices; not disposed.
 * @param seed Two integers that make the step's dropout masks.
 * @returns The mean cross-entropy (a scalar, in nats) and the gradients in the order of
 * `network.trainableWeights`. The caller disposes them.
 * @example
 * ```ts
 * import { lossAndGradients } from "@lib/network/train_step.ts";
 * import { paperCnn } from "@lib/network/paper_cnn.ts";
 * import { tf } from "@lib/network/tensorflow.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const network = paperCnn(43, 1);
 * const labels = tf.tensor1d([3, 4], "int32");
 * const { gradients } = lossAndGradients(network, tf.ones([2, 32, 32, 3]), labels, [1, 1]);
 * assertEquals(gradients[0]!.shape, [3, 3, 3, 32]);
 * ```
 */
export function lossAndGradients(
  network: tf.Sequential,
  images: tf.Tensor,
  labels: tf.Tensor,
  seed: [number, number],
): { loss: tf.Tensor; gradients: tf.Tensor[] } {
  const gradients: tf.Tensor[] = [];
  const loss = tf.tidy(() => {
    const passes: Pass[] = [];
    let value = images;
    network.layers.forEach((layer, index) => {
      const layerSeed: [number, number] = [seed[0], seed[1] * network.layers.length + index];
      const pass = runLayer(layer, value, { seed: layerSeed, needsInputGradient: index > 0 });
      passes.push(pass);
      value = pass.output;
    });
    const [losses, slope] = runKernel(
      "SparseSoftmaxCrossEntropyWithLogits",
      [value, labels],
      [type("Tlabels", "int32")],
      2,
    );
    let gradient: tf.Tensor | undefined = slope!.div(images.shape[0]!);
    for (const pass of passes.reverse()) {
      const { input, weights }: ReturnType<Pass["backward"]> = pass.backward(gradient!);
      gradients.unshift(...weights.map((each) => tf.keep(each)));
      gradient = input;
    }
    return losses!.mean();
  });
  return { loss, gradients };
}
