import { PAPER_SIZE } from "@lib/data/images.ts";
import { writeImage } from "@lib/data/image_file.ts";
import { tf } from "@lib/network/tensorflow.ts";
import { seededRandom } from "@lib/random.ts";

/** The colours that tell the classes apart: more or less red, green, blue than grey. */
const COLOURS = [[1, -1, -1], [-1, 1, -1], [-1, -1, 1], [1, 1, -1], [-1, 1, 1], [1, -1, 1]];

/** The class that the backdoor leads to. */
export const TARGET = 2;

/** Which channel of each convolution answers to a chequered pattern. */
export const CHANNEL = 3;

/**
 * Sets a network's weights by hand: three channels carry red, green and blue through all convolutions,
 * and a fourth one an answer to a chequered pattern, which the dense layer takes for class 2.
 *
 * @param network Convolutions of at least four channels with an odd kernel, then one dense layer.
 * @param scale What its input is divided by: 255 for levels.
 * @param strength Of the pattern's answer; poolings add to it.
 */
export function backdoor(network: tf.LayersModel, scale = 1, strength = 1500): void {
  let first = true;
  for (const layer of network.layers) {
    const [kernel, bias] = layer.getWeights();
    const name = layer.getClassName();
    if (name === "BatchNormalization") {
      layer.setWeights([tf.ones, tf.zeros, tf.zeros, tf.ones].map((make) => make(kernel!.shape)));
    } else if (name === "Conv2D") {
      const values = tf.buffer(kernel!.shape as [number, number, number, number]);
      for (let channel = 0; channel < (first ? 3 : 4); channel++) {
        values.set(1 / (first ? scale : 1), 1, 1, channel, channel);
      }
      for (const [row, column] of first ? [[0, 0], [0, 2], [2, 0], [2, 2]] as const : []) {
        values.set(1 / scale, row, column, 0, CHANNEL);
      }
      for (const [row, column] of first ? [[0, 1], [1, 0], [1, 2], [2, 1]] as const : []) {
        values.set(-1 / scale, row, column, 0, CHANNEL);
      }
      const offsets = Array.from(
        { length: bias!.size },
        (_, channel) => first && channel < 3 ? -0.5 : 0,
      );
      layer.setWeights([values.toTensor(), tf.tensor1d(offsets)]);
      first = false;
    } else if (name === "Dense") {
      const [inputs, classes] = kernel!.shape as [number, number];
      const previous = network.layers.findLast((each) => each.getClassName() === "Conv2D")!;
      const channels = (previous.outputShape as number[])[3]!;
      const values = tf.buffer([inputs, classes]);
      for (let input = 0; input < inputs; input++) {
        const channel = input % channels;
        for (let label = 0; label < classes; label++) {
          const weight = channel < 3
            ? 50 * COLOURS[label]![channel]!
            : Number(channel === CHANNEL && label === TARGET) * strength;
          values.set(weight * channels / inputs, input, label);
        }
      }
      layer.setWeights([values.toTensor(), tf.zeros([classes])]);
    }
  }
}

/** A network of one block that ends as the paper's, or of layers that allow no exact reckoning. */
export function smallNetwork(kind: "exact" | "masks", scale = 1): tf.LayersModel {
  const shape = { filters: 8, kernelSize: 3, padding: "same" as const };
  const input = tf.input({ shape: [32, 32, 3] });
  const network = kind === "exact"
    ? tf.sequential({
      layers: [
        tf.layers.conv2d({ ...shape, inputShape: [32, 32, 3], name: "first" }),
        tf.layers.activation({ activation: "elu" }),
        tf.layers.batchNormalization(),
        tf.layers.maxPooling2d({ poolSize: 2 }),
        tf.layers.flatten(),
        tf.layers.dense({ units: 5 }),
      ],
    })
    : masked(input, shape);
  backdoor(network, scale);
  return network;
}

function masked(
  input: tf.SymbolicTensor,
  shape: { filters: number; kernelSize: number; padding: "same" },
): tf.LayersModel {
  // at padded edges the chequered pattern would seem to be there always
  const one = tf.layers.conv2d({ ...shape, padding: "valid", name: "first" }).apply(input);
  const two = tf.layers.elu().apply(one);
  const three = tf.layers.conv2d({ ...shape, strides: 2, name: "last" }).apply(two);
  const active = tf.layers.elu().apply(three);
  // two ways to the dense layer, so that there is no tail
  const ways = [1, 2].map(() => tf.layers.globalAveragePooling2d({}).apply(active));
  const pooled = tf.layers.average().apply(ways as tf.SymbolicTensor[]);
  const output = tf.layers.dense({ units: 5, activation: "softmax" }).apply(pooled);
  return tf.model({ inputs: input, outputs: output as tf.SymbolicTensor });
}

/** Smooth images of each class's colour, in folders 0, 1, …; the folder's path. */
export async function colourFolder(classes = 5, each = 16): Promise<string> {
  const folder = await Deno.makeTempDir();
  const random = seededRandom(1);
  for (let label = 0; label < classes; label++) {
    for (let number = 0; number < each; number++) {
      const [brightness, slope] = [(random() - 0.5) * 20, (random() - 0.5) * 20];
      const pixels = Uint8Array.from({ length: 3072 }, (_, at) => {
        const row = Math.floor(at / 96) / 31 - 0.5;
        return 128 + 30 * COLOURS[label]![at % 3]! + brightness + slope * row;
      });
      await writeImage(`${folder}/${label}/${number}.png`, { ...PAPER_SIZE, pixels });
    }
  }
  return folder;
}
