import type { LabelledImages } from "@lib/data/images.ts";
import { pickImages } from "@lib/data/select.ts";
import { PAPER_CNN } from "@lib/network/paper_cnn.ts";
import { type Recipe, train } from "@lib/network/train.ts";
import type { Peer } from "./peer.ts";
import { exponent, inTurn, rateRow, type Row, spread } from "./ratio.ts";

/** Steps of 64 images that are timed, after at least 50 that are not. */
const STEPS = 100;

const recipe: Recipe = {
  epochs: 2,
  batchSize: 64,
  learningRate: 0.0005,
  weightDecay: 1e-6,
  seed: 1,
};

/** Images a second of the second of two epochs. */
export async function trainingRate(
  images: LabelledImages,
  batchSize = 64,
  { build } = PAPER_CNN,
): Promise<number> {
  const network = build(images, images.classNames.length, 1);
  const [, epoch] = await train(network, images, { ...recipe, batchSize });
  network.dispose();
  return images.labels.length / epoch!.seconds;
}

/** Images of an epoch that is timed, from all classes. */
export const timedImages = (images: LabelledImages): LabelledImages =>
  pickImages(images, Array.from({ length: 64 * STEPS }, (_, index) => index * 6));

/** Training beside Keras and PyTorch, each in its faster way. */
export async function trainingRows(
  images: LabelledImages,
  keras: Peer,
  torch: Peer,
): Promise<Row[]> {
  const some = timedImages(images);
  const ask = (peer: Peer, way: string) => (): Promise<number> =>
    peer.ask({ do: "training", way, steps: STEPS });
  const ways = [
    ask(keras, "tf.data"),
    ask(keras, "numpy"),
    ask(torch, "eager"),
    ask(torch, "compiled"),
  ];
  for (const way of ways) await way();
  const [ours, ...theirs] = await inTurn([() => trainingRate(some), ...ways]);
  const row = (name: string, values: number[][], bar: number): Row => {
    const best = values.toSorted((one, other) => spread(other).median - spread(one).median)[0]!;
    return rateRow(`training, beside ${name}`, "images/s", bar, ours!, best);
  };
  return [
    row("Keras fit, its faster input", theirs.slice(0, 2), 1.15),
    row("PyTorch, its faster mode", theirs.slice(2), 1.15),
  ];
}

/** How the time of an epoch grows with the images. */
export async function trainingGrowth(images: LabelledImages): Promise<Row> {
  const sizes = [800, 1600, 3200, 6400];
  const ways = sizes.map((size) => {
    const some = pickImages(images, Array.from({ length: size }, (_, index) => index * 3));
    return async (): Promise<number> => size / await trainingRate(some);
  });
  const costs = (await inTurn(ways, 3)).map((values) => spread(values).median);
  return {
    name: "growth of an epoch's time with images, 800 to 6,400",
    ours: exponent(sizes, costs),
    peer: null,
    unit: "exponent",
    ratio: null,
    bar: null,
  };
}
