import type { LabelledImages } from "@lib/data/images.ts";
import { classify } from "@lib/network/evaluate.ts";
import type { tf } from "@lib/network/tensorflow.ts";
import type { Peer } from "./peer.ts";
import { inTurn, rateRow, type Row, seconds } from "./ratio.ts";

const BATCHES = [64, 128, 256, 512];

/** Inference beside the better of Keras and PyTorch, each in its best mode and batch. */
export async function inferenceRows(
  network: tf.LayersModel,
  images: LabelledImages,
  keras: Peer,
  torch: Peer,
): Promise<Row[]> {
  const count = images.labels.length;
  const ours = async (): Promise<number> => count / await seconds(() => classify(network, images));
  const best = async (peer: Peer, kinds: string[]): Promise<() => Promise<number>> => {
    const ways = kinds.map((way) => (): Promise<number> =>
      peer.ask({ do: "inference", way, count })
    );
    for (const way of ways) await way();
    const rates = (await inTurn(ways, 1)).map(([rate]) => rate!);
    return ways[rates.indexOf(Math.max(...rates))]!;
  };
  const predict = await best(keras, BATCHES.map(String));
  const modes = BATCHES.flatMap((batch) => [`eager ${batch}`, `compiled ${batch}`]);
  const inferenceMode = await best(torch, modes);
  await ours();
  const [own, byKeras, byTorch] = await inTurn([ours, predict, inferenceMode]);
  return [
    rateRow("inference, beside Keras predict at its best batch", "images/s", 1.1, own!, byKeras!),
    rateRow(
      "inference, beside PyTorch at its best mode and batch",
      "images/s",
      1.1,
      own!,
      byTorch!,
    ),
  ];
}
