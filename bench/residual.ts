import type { LabelledImages } from "@lib/data/images.ts";
import { classify } from "@lib/network/evaluate.ts";
import { RESIDUAL_CNN } from "@lib/network/residual_cnn.ts";
import type { Peer } from "./peer.ts";
import { inTurn, rateRow, type Row, seconds, spread } from "./ratio.ts";
import { timedImages, trainingRate } from "./training.ts";

/** The residual network beside Keras's of the same layers, each in Keras's faster way. */
export async function residualRows(
  train: LabelledImages,
  test: LabelledImages,
  keras: Peer,
): Promise<Row[]> {
  const network = RESIDUAL_CNN.build(train, train.classNames.length, 1);
  const found = await keras.ask({ do: "residual" });
  if (found !== network.countParams()) {
    throw new Error(`Expected ${network.countParams()} parameters in Keras but found ${found}`);
  }
  const some = timedImages(train);
  const count = test.labels.length;
  const better = (ways: number[][]): number[] =>
    ways.toSorted((one, other) => spread(other).median - spread(one).median)[0]!;
  const ask = (request: { do: string } & Record<string, unknown>) => () => keras.ask(request);
  const trainings = ["tf.data", "numpy"].map((way) => ask({ do: "training", way, steps: 100 }));
  const inferences = ["128", "512"].map((way) => ask({ do: "inference", way, count }));
  const rows: Row[] = [];
  for (
    const [name, ours, theirs] of [
      ["training", () => trainingRate(some, 64, RESIDUAL_CNN), trainings],
      ["inference", async () => count / await seconds(() => classify(network, test)), inferences],
    ] as const
  ) {
    for (const way of [ours, ...theirs]) await way();
    const [own, ...others] = await inTurn([ours, ...theirs]);
    rows.push(
      rateRow(`${name} of the residual network, beside Keras`, "images/s", 1, own!, better(others)),
    );
  }
  network.dispose();
  return rows;
}
