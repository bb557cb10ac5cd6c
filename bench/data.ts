import { ftrojan, PAPER_TRIGGER } from "@lib/attack/ftrojan.ts";
import type { GtsrbArchives } from "@lib/data/gtsrb_archives.ts";
import { readGtsrbTest, readGtsrbTraining } from "@lib/data/gtsrb_images.ts";
import { type LabelledImages, PAPER_SIZE } from "@lib/data/images.ts";
import type { Peer } from "./peer.ts";
import { inTurn, rateRow, type Row, seconds } from "./ratio.ts";

/** Poisoning the whole training set beside OpenCV, image by image, and SciPy, in batches. */
export async function poisoningRows(train: LabelledImages, plain: Peer): Promise<Row[]> {
  const trigger = ftrojan(PAPER_TRIGGER);
  const count = train.labels.length;
  const ways = [
    async () => count / await seconds(() => trigger.apply(train)),
    () => plain.ask({ do: "poisoning", way: "opencv" }),
    () => plain.ask({ do: "poisoning", way: "scipy" }),
    async () => count / await seconds(() => train.pixels.slice()),
  ];
  for (const way of ways) await way();
  const [ours, opencv, scipy, copying] = await inTurn(ways);
  const images = count.toLocaleString("en");
  return [
    rateRow(
      `poisoning ${images} images, beside OpenCV image by image`,
      "images/s",
      10,
      ours!,
      opencv!,
    ),
    rateRow(`poisoning ${images} images, beside SciPy in batches`, "images/s", null, ours!, scipy!),
    rateRow(
      `copying ${images} images, beside OpenCV's poisoning`,
      "images/s",
      null,
      copying!,
      opencv!,
    ),
  ];
}

/** From the archives to bytes in memory beside zipfile and Pillow. */
export async function readingRow(archives: GtsrbArchives, plain: Peer): Promise<Row> {
  const ours = async (): Promise<number> => {
    let count = 0;
    const time = await seconds(async () => {
      const sets = await Promise.all([
        readGtsrbTraining(archives, PAPER_SIZE),
        readGtsrbTest(archives, PAPER_SIZE),
      ]);
      for (const { labels } of sets) count += labels.length;
    });
    return count / time;
  };
  const zips = [archives.trainingImages, archives.testImages];
  const ways = [ours, () => plain.ask({ do: "reading", archives: zips })];
  for (const way of ways) await way();
  const [own, pillow] = await inTurn(ways);
  return rateRow(
    "reading GTSRB from its archives, beside zipfile and Pillow",
    "images/s",
    3,
    own!,
    pillow!,
  );
}
