import { countOf, type Images } from "@lib/data/images.ts";
import { slicedImages } from "@lib/data/select.ts";
import { forEachBatch } from "@lib/network/evaluate.ts";
import type { tf } from "@lib/network/tensorflow.ts";

/**
 * Two forms of one network in numbers, as cells of a table.
 *
 * @param one A network.
 * @param other Another that should say the same.
 * @param images Of their size; timed on them.
 * @returns Parameters of each, images a second of each, and the largest difference of their logits.
 * @example
 * ```ts
 * import { besideEachOther } from "@lib/study/two_forms.ts";
 * import { PAPER_SIZE } from "@lib/data/images.ts";
 * import { uniformImages } from "@lib/data/select.ts";
 * import { paperCnn } from "@lib/network/paper_cnn.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const network = paperCnn(43, 1);
 * const grey = uniformImages(PAPER_SIZE, 1, 128);
 * const [parameters, , , , gap] = await besideEachOther(network, network, grey);
 * assertEquals([parameters, gap], ["376,907", "0e+0"]);
 * ```
 */
export async function besideEachOther(
  one: tf.LayersModel,
  other: tf.LayersModel,
  images: Images,
): Promise<string[]> {
  const run = async (network: tf.LayersModel): Promise<{ logits: number[]; speed: string }> => {
    const logits: number[] = [];
    const layers = [network.layers.at(-1)!];
    await forEachBatch(network, layers, slicedImages(images, 0, 1), () => {}); // a warm-up
    const start = performance.now();
    await forEachBatch(network, layers, images, ([out]) => {
      for (const logit of out!.dataSync()) logits.push(logit);
    });
    const seconds = (performance.now() - start) / 1000;
    return { logits, speed: String(Math.round(countOf(images) / seconds)) };
  };
  const [first, second] = [await run(one), await run(other)];
  const gap = first.logits.reduce(
    (largest, logit, at) => Math.max(largest, Math.abs(logit - second.logits[at]!)),
    0,
  );
  const parameters = [one, other].map((network) => network.countParams().toLocaleString("en"));
  return [...parameters, first.speed, second.speed, gap.toExponential(0)];
}
