import type { LabelledImages } from "@lib/data/images.ts";
import { pickImages } from "@lib/data/select.ts";
import { type Random, shuffled } from "@lib/random.ts";

/**
 * Draws batches of images, none a second time before all, or all but too few for a batch, were drawn.
 *
 * @param images Left as they are.
 * @param random Decides the order.
 * @returns Given a size, a batch of so many images, or of all if there are fewer.
 * @throws {Error} If there are no images.
 * @example
 * ```ts
 * import { PAPER_SIZE } from "@lib/data/images.ts";
 * import { randomBatches } from "@lib/data/random_batches.ts";
 * import { seededRandom } from "@lib/random.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const [pixels, labels] = [new Uint8Array(2 * 3072), Int32Array.of(0, 1)];
 * const images = { ...PAPER_SIZE, pixels, labels, classNames: ["a", "b"] };
 * const draw = randomBatches(images, seededRandom(1));
 * assertEquals([...draw(1).labels, ...draw(1).labels].sort(), [0, 1]);
 * ```
 */
export function randomBatches(
  images: LabelledImages,
  random: Random,
): (size: number) => LabelledImages {
  const count = images.labels.length;
  if (count === 0) throw new Error("Expected images to draw from but found none");
  let left: number[] = [];
  return (size) => {
    if (left.length < size) left = [...shuffled(count, random)];
    return pickImages(images, left.splice(0, size));
  };
}
