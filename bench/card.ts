import type { Dataset } from "@lib/data/dataset.ts";
import { drawn, pickImages } from "@lib/data/select.ts";
import type { LabelledImages } from "@lib/data/images.ts";
import { classify } from "@lib/network/evaluate.ts";
import type { tf } from "@lib/network/tensorflow.ts";
import { seededRandom } from "@lib/random.ts";
import type { Peer } from "./peer.ts";
import { inTurn, rateRow, type Row, seconds, spread } from "./ratio.ts";
import { verdictSeconds } from "./search.ts";
import { trainingRate } from "./training.ts";

/** Images of an epoch that is timed. */
const IMAGES = 12_800;

/** What a graphics card is for: training and inference beside PyTorch on the same card, and the verdict. */
export async function cardRows(
  network: tf.LayersModel,
  train: LabelledImages,
  { test, validationHalf }: Dataset,
  torch: Peer,
): Promise<Row[]> {
  const some = pickImages(train, Array.from({ length: IMAGES }, (_, index) => index * 3));
  const rows: Row[] = [];
  for (const [batch, bar] of [[64, 1], [256, 1]] as const) {
    const ours = (): Promise<number> => trainingRate(some, batch);
    const theirs = (): Promise<number> =>
      torch.ask({ do: "training", way: "eager", steps: 50, batch });
    await ours();
    await theirs();
    const [own, peer] = await inTurn([ours, theirs]);
    rows.push(
      rateRow(`training in batches of ${batch}, beside PyTorch`, "images/s", bar, own!, peer!),
    );
  }
  const count = test.labels.length;
  const ours = async (): Promise<number> => count / await seconds(() => classify(network, test));
  const theirs = (): Promise<number> => torch.ask({ do: "inference", way: "eager 512", count });
  await ours();
  await theirs();
  const [own, peer] = await inTurn([ours, theirs]);
  rows.push(rateRow("inference, beside PyTorch", "images/s", 0.8, own!, peer!));
  const clean = drawn(validationHalf, 1000, seededRandom(1));
  const [times] = await inTurn([() => verdictSeconds({ network, clean })], 3);
  const verdict = { ours: spread(times!).median, peer: null, ratio: null, bar: null };
  return [...rows, {
    name: "verdict, to class and trigger, from 1,000 images of 43 classes",
    unit: "s",
    ...verdict,
  }];
}
