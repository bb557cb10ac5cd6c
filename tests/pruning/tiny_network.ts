import { syntheticSigns } from "@lib/data/synthetic_signs.ts";
import { lastActivations } from "@lib/pruning/activations.ts";
import type { Evidence } from "@lib/pruning/evidence.ts";
import type { MeasuredSet } from "@lib/pruning/measure.ts";
import { toTensor } from "@lib/network/image_input.ts";
import { tf } from "@lib/network/tensorflow.ts";
import { seededRandom } from "@lib/random.ts";

/** Classes of {@link tinyNetwork}; the target is the first. */
export const CLASSES = 5;

/** Nothing but a last block, on 32×32 images, small enough to try all sets of its channels. */
export function tinyNetwork(channels: number, seed = 1): tf.Sequential {
  const network = tf.sequential({
    layers: [
      tf.layers.conv2d({
        filters: channels,
        kernelSize: 3,
        strides: 8,
        padding: "same",
        inputShape: [32, 32, 3],
      }),
      tf.layers.activation({ activation: "elu" }),
      tf.layers.batchNormalization(),
      tf.layers.maxPooling2d({ poolSize: 2 }),
      tf.layers.flatten(),
      tf.layers.dense({ units: CLASSES }),
    ],
  });
  const random = seededRandom(seed);
  network.setWeights(
    network.getWeights().map((weight, index) => {
      const around = /gamma|variance/.test(network.weights[index]!.originalName) ? 1 : 0;
      const width = weight.rank > 1 ? 2.5 : 1;
      const values = Float32Array.from(
        { length: weight.size },
        () => around + (random() - 0.5) * width,
      );
      return tf.tensor(values, weight.shape);
    }),
  );
  return network;
}

/** Pixels of a clean set and of its triggered images: dark signs and the same signs made brighter. */
export const PIXELS: Uint8Array = syntheticSigns(80, 3).pixels;
const bright = PIXELS.map((level) => Math.min(255, level + 60));

/** What a network with five classes says of the two; labels as it says, but for every fourth image. */
export async function tinyEvidence(
  network: tf.LayersModel,
): Promise<Evidence & { badPixels: Uint8Array }> {
  const answers = tf.tidy(() =>
    (network.apply(toTensor(PIXELS)) as tf.Tensor).argMax(1).dataSync()
  );
  const labels = Uint8Array.from(answers, (label, image) => (label + Number(image % 4 === 0)) % 5);
  const others = [...labels.keys()].filter((image) => labels[image] !== 0);
  const badPixels = new Uint8Array(
    others.flatMap((image) => [...bright.subarray(image * 3072, (image + 1) * 3072)]),
  );
  const measured = async (pixels: Uint8Array, labels: Uint8Array): Promise<MeasuredSet> => ({
    activations: await lastActivations(network, pixels),
    labels,
  });
  return {
    network,
    target: 0,
    clean: await measured(PIXELS, labels),
    backdoor: await measured(badPixels, Uint8Array.from(others, (image) => labels[image]!)),
    badPixels,
  };
}
