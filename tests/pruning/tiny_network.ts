import { syntheticSigns } from "@lib/data/synthetic_signs.ts";
import { lastActivations } from "@lib/pruning/activations.ts";
import type { Evidence, MeasuredSet } from "@lib/pruning/evidence.ts";
import type { Images } from "@lib/data/images.ts";
import { pickImages } from "@lib/data/select.ts";

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

/** A clean set: dark signs. */
export const SIGNS = syntheticSigns(80, 3);
/** Its trigger makes them brighter. */
export const BRIGHTER = {
  name: "brighter",
  apply: (images: Images): Images => ({
    ...images,
    pixels: images.pixels.map((level) => Math.min(255, level + 60)),
  }),
};

/** What a network with five classes says of the two; labels as it says, but for every fourth image. */
export async function tinyEvidence(
  network: tf.LayersModel,
): Promise<Evidence & { bad: Images }> {
  const answers = tf.tidy(() => (network.apply(toTensor(SIGNS)) as tf.Tensor).argMax(1).dataSync());
  const labels = Int32Array.from(answers, (label, image) => (label + Number(image % 4 === 0)) % 5);
  const others = [...labels.keys()].filter((image) => labels[image] !== 0);
  const bad = BRIGHTER.apply(pickImages(SIGNS, others));
  const measured = async (images: Images, labels: Int32Array): Promise<MeasuredSet> => ({
    activations: await lastActivations(network, images),
    labels,
  });
  return {
    network,
    target: 0,
    clean: await measured(SIGNS, labels),
    backdoor: await measured(bad, Int32Array.from(others, (image) => labels[image]!)),
    bad,
  };
}
