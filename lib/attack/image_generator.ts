/**
 * Small networks from images to images, which make triggers.
 *
 * @module
 */
import { toBytes } from "@lib/attack/colour.ts";
import { countOf, imageBytes, type Images, type Size, sizeText } from "@lib/data/images.ts";
import { slicedImages } from "@lib/data/select.ts";
import { toTensor } from "@lib/network/image_input.ts";
import { numbersOf } from "@lib/network/numbers.ts";
import { tf } from "@lib/network/tensorflow.ts";

/** Filters of the first level, each further one has twice as many; Nguyen and Tran's are 32, 64, 128. */
const FILTERS = [16, 32, 64] as const;

/** Sides must be multiples of this. */
const STEP = 2 ** FILTERS.length;

/**
 * Makes an untrained generator after Nguyen and Tran (Input-Aware Dynamic Backdoor Attack, 2020): three
 * times two convolutions and a pooling layer, one convolution, three times twice the size and two
 * convolutions. Theirs has twice the filters, and batch normalisation, without which the same image gives
 * the same whichever others it is with.
 *
 * @param size Of the images.
 * @param channels That it makes.
 * @param seed Of the initial weights.
 * @returns From images, 0–1, to as many of the same height and width, from −1 to 1. The caller disposes it.
 * @throws {Error} If a side of the images is no multiple of 8.
 * @example
 * ```ts
 * import { imageGenerator } from "@lib/attack/image_generator.ts";
 * import { PAPER_SIZE } from "@lib/data/images.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * assertEquals(imageGenerator(PAPER_SIZE, 1, 7).outputShape, [null, 32, 32, 1]);
 * ```
 */
export function imageGenerator(size: Size, channels: number, seed: number): tf.Sequential {
  if (size.height % STEP > 0 || size.width % STEP > 0) {
    throw new Error(
      `Expected images whose sides are multiples of ${STEP} but found ${sizeText(size)}`,
    );
  }
  const network = tf.sequential();
  const { height, width } = size;
  let convolutions = 0;
  const convolution = (filters: number, activation: "elu" | "tanh" = "elu"): void =>
    network.add(tf.layers.conv2d({
      ...(convolutions === 0 ? { inputShape: [height, width, size.channels] } : {}),
      ...{ filters, kernelSize: 3, padding: "same", activation },
      kernelInitializer: tf.initializers.glorotUniform({ seed: 100 * seed + convolutions++ }),
    }));
  for (const filters of FILTERS) {
    convolution(filters);
    convolution(filters);
    network.add(tf.layers.maxPooling2d({ poolSize: 2 }));
  }
  convolution(FILTERS.at(-1)!);
  for (const [level, filters] of FILTERS.toReversed().entries()) {
    network.add(tf.layers.upSampling2d({ size: [2, 2], interpolation: "bilinear" }));
    convolution(filters);
    const isLast = level === FILTERS.length - 1;
    if (isLast) convolution(channels, "tanh");
    else convolution(filters / 2);
  }
  return network;
}

/** So many images at once. */
const BATCH = 64;

/**
 * Runs images through something that makes images, always as many at once, so that each gives the same
 * whichever others it is with.
 *
 * @param images Left as they are.
 * @param others As many, which go along.
 * @param make From a batch of both, 0–1, to images of the same size, 0–1.
 * @returns As many images, rounded.
 */
export function eachBatch(
  images: Images,
  others: Images,
  make: (images: tf.Tensor4D, others: tf.Tensor4D) => tf.Tensor,
): Images {
  const { height, width, channels } = images;
  const [count, each] = [countOf(images), imageBytes(images)];
  const levels = new Float64Array(images.pixels.length);
  for (let start = 0; start < count; start += BATCH) {
    const [found] = numbersOf(() => {
      const [first, second] = [images, others].map((all) => {
        const { pixels } = slicedImages(all, start, start + BATCH);
        const filled = new Uint8Array(BATCH * each); // up to the whole batch with black images
        filled.set(pixels);
        return toTensor({ ...all, pixels: filled });
      });
      return [make(first!, second!).mul(255)];
    });
    levels.set(found.subarray(0, Math.min(BATCH, count - start) * each), start * each);
  }
  return { height, width, channels, pixels: toBytes(levels) };
}
