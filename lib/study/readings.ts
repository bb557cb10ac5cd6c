import type { ClassShare } from "@lib/figures/confusion_bars.ts";
import type { LabelledImages } from "@lib/data/images.ts";
import { wilson } from "@lib/study/statistics.ts";

/**
 * As what a network reads images: how many rightly, and what it takes the others for, with Wilson's intervals.
 *
 * @param answers The network's, a class an image.
 * @param images The images, with their true classes.
 * @param target The attacker's class.
 * @returns The true classes together, then the wrong ones from most often given to least; the shares add up
 * to 1.
 * @example
 * ```ts
 * import { PAPER_SIZE } from "@lib/data/images.ts";
 * import { readingsOf } from "@lib/study/readings.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const labels = Int32Array.of(0, 0, 1, 1);
 * const images = { ...PAPER_SIZE, pixels: new Uint8Array(4 * 3072), labels, classNames: ["a", "b"] };
 * const [truth, wrong] = readingsOf([0, 0, 1, 0], images, 1);
 * assertEquals([truth!.class, truth!.share, truth!.is], ["their true class", 0.75, "truth"]);
 * assertEquals([wrong!.class, wrong!.share], ["a", 0.25]);
 * ```
 */
export function readingsOf(
  answers: ArrayLike<number>,
  { labels, classNames }: LabelledImages,
  target: number,
): ClassShare[] {
  const counts = classNames.map(() => 0);
  let right = 0;
  labels.forEach((label, image) => {
    if (answers[image] === label) right++;
    else counts[answers[image]!]!++;
  });
  const shareOf = (count: number): Pick<ClassShare, "share" | "range"> => (
    { share: count / labels.length, range: wilson(count, labels.length) }
  );
  const wrong = counts.map((count, label): ClassShare => ({
    ...{ class: classNames[label]!, ...shareOf(count) },
    ...(label === target && { is: "target" }),
  }));
  const truth: ClassShare = { class: "their true class", ...shareOf(right), is: "truth" };
  const given = wrong.filter(({ share, is }) => share > 0 || is === "target");
  return [truth, ...given.sort((a, b) => b.share - a.share)];
}
