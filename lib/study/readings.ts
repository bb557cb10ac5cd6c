import type { LabelledImages } from "@lib/data/images.ts";

/** What a share of some images is taken for. */
export interface Reading {
  /** A class, or "their true class". */
  name: string;
  /** 0–1. */
  share: number;
  kind: "truth" | "target" | "other";
}

/**
 * As what a network reads images: how many rightly, and what it takes the others for.
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
 * assertEquals(truth, { name: "their true class", share: 0.75, kind: "truth" });
 * assertEquals(wrong, { name: "a", share: 0.25, kind: "other" });
 * ```
 */
export function readingsOf(
  answers: ArrayLike<number>,
  { labels, classNames }: LabelledImages,
  target: number,
): Reading[] {
  const counts = classNames.map(() => 0);
  let right = 0;
  labels.forEach((label, image) => {
    if (answers[image] === label) right++;
    else counts[answers[image]!]!++;
  });
  const wrong = counts.map((count, label): Reading => ({
    ...{ name: classNames[label]!, share: count / labels.length },
    kind: label === target ? "target" : "other",
  }));
  const truth: Reading = {
    ...{ name: "their true class", share: right / labels.length },
    kind: "truth",
  };
  return [truth, ...wrong.filter(({ share }) => share > 0).sort((a, b) => b.share - a.share)];
}
