import { ftrojan, PAPER_TRIGGER } from "@lib/attack/ftrojan.ts";
import type { Dataset } from "@lib/data/dataset.ts";
import { statisticsSum } from "@lib/pruning/channel_statistics.ts";
import {
  disposeEvidence,
  type Evidence,
  type Halves,
  measureHalves,
} from "@lib/pruning/evidence.ts";
import { pruningCurve, rateCurve } from "@lib/pruning/pruning_curve.ts";
import { backdoorDescending, cleanAscending, shuffledChannels } from "@lib/pruning/ranking.ts";
import { tf } from "@lib/network/tensorflow.ts";
import type { Peer } from "./peer.ts";
import { costRow, exponent, inTurn, type Row, seconds, spread } from "./ratio.ts";

const TARGET = 10;
/** Steps that the plain way is timed on in each round; the rest is extrapolated. */
const PLAIN_STEPS = 1;

/** The whole curve of 128 steps on four sets beside one forward pass, and beside the plain way. */
export async function pruningRows(
  network: tf.LayersModel,
  dataset: Dataset,
  keras: Peer,
): Promise<Row[]> {
  const trigger = ftrojan(PAPER_TRIGGER);
  const halves = { validation: dataset.validationHalf, test: dataset.testHalf };
  const triggers = { validation: trigger, test: trigger };
  const measure = (): Promise<Halves<Evidence>> => measureHalves(network, halves, triggers, TARGET);
  const measured = await measure();
  const { validation, test } = measured;
  const sets = [validation.clean, test.clean, validation.backdoor, test.backdoor];
  const count = sets.reduce((sum, { labels }) => sum + labels.length, 0);
  const curve = (order: readonly number[]) => (): Promise<number> =>
    seconds(() => pruningCurve(measured, order));
  const ways = [
    () => seconds(async () => disposeEvidence(...Object.values(await measure()))),
    curve(cleanAscending().order(validation)),
    () => seconds(() => pruningCurve(measured, backdoorDescending().order(validation))),
    async () => 128 * await keras.ask({ do: "pruning", steps: PLAIN_STEPS, count }),
  ];
  for (const way of ways) await way();
  const [forward, first, another, plain] = await inTurn(ways);
  disposeEvidence(validation, test);
  const images = count.toLocaleString("en");
  return [
    costRow(
      `pruning curve (128 steps, ${images} images) beyond the forward pass, beside 128 × zeroed ` +
        `filters and Keras predict, extrapolated from ${PLAIN_STEPS} a round`,
      "s",
      1000,
      first!,
      plain!,
    ),
    costRow(
      "pruning curve on top of the forward pass, beside that pass (5 %)",
      "s",
      20,
      first!,
      forward!,
    ),
    costRow(
      "another ranking and its curve, beside a forward pass (3 %)",
      "s",
      100 / 3,
      another!,
      forward!,
    ),
  ];
}

/** How the curve's time grows with images and, on synthetic features, with channels. */
export async function pruningGrowth(): Promise<Row[]> {
  const images = [1000, 2000, 5000, 10_000, 25_000];
  const channels = [32, 64, 128, 256, 512];
  const growth = async (
    name: string,
    sizes: number[],
    make: (size: number) => Evidence,
  ): Promise<Row> => {
    const costs: number[] = [];
    for (const size of sizes) {
      const evidence = make(size);
      const channels = evidence.clean.activations.pooled.shape[0];
      const order = shuffledChannels(channels, 1);
      const way = (): Promise<number> => seconds(() => rateCurve(evidence, order));
      await way();
      costs.push(spread((await inTurn([way]))[0]!).median);
      disposeEvidence(evidence);
      evidence.network.dispose();
    }
    return {
      name,
      ours: exponent(sizes, costs),
      peer: null,
      unit: "exponent",
      ratio: null,
      bar: null,
    };
  };
  return [
    await growth(
      "growth of the curve's time with images, 1,000 to 25,000 (synthetic features)",
      images,
      (size) => synthetic(size, 128),
    ),
    await growth(
      "growth of the curve's time with channels, 32 to 512 (synthetic features)",
      channels,
      (size) => synthetic(2000, size),
    ),
  ];
}

/** A last block with so many channels, and random features in place of images. */
function synthetic(images: number, channels: number): Evidence {
  const network = tf.sequential({
    layers: [
      tf.layers.conv2d({
        filters: channels,
        kernelSize: 3,
        padding: "same",
        inputShape: [8, 8, 3],
      }),
      tf.layers.activation({ activation: "elu" }),
      tf.layers.batchNormalization(),
      tf.layers.maxPooling2d({ poolSize: 2 }),
      tf.layers.flatten(),
      tf.layers.dense({ units: 43 }),
    ],
  });
  const activations = {
    convolution: statisticsSum(channels).statistics(), // which no count needs
    pooling: statisticsSum(channels).statistics(),
    pooled: tf.randomNormal<tf.Rank.R3>([channels, images, 16], 0, 1, "float32", 1),
    logits: tf.randomNormal<tf.Rank.R2>([images, 43], 0, 1, "float32", 2),
  };
  const set = { activations, labels: new Int32Array(images) };
  return { network, target: TARGET, clean: set, backdoor: set };
}
