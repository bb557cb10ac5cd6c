import { type Trigger, triggered } from "@lib/attack/trigger.ts";
import { type LabelledImages, pickImages } from "@lib/data/labelled_images.ts";
import type { Dataset } from "@lib/dataset.ts";
import { lastActivations } from "@lib/defense/activations.ts";
import type { DefenseSets, MeasuredSet } from "@lib/defense/pruning_curve.ts";
import type { ChannelMeans } from "@lib/defense/ranking.ts";
import type { tf } from "@lib/network/tensorflow.ts";

/** The layers whose mean activation may rank channels; the paper's text names both (section 3.2). */
export type RankedLayer = "convolution" | "pooling";

/**
 * Runs the four sets of the paper's defense through a network, once (paper, section 3.2).
 *
 * @param network The attacked network.
 * @param dataset Its validation and test halves.
 * @param trigger The attacker's.
 * @param target The attacker's class, whose images are in no bad set.
 * @param onProgress Told the share that is done, 0–1.
 * @returns What the pruning curve is made from.
 * @example
 * ```ts ignore
 * const sets = await measureDefense(network, dataset, ftrojan(PAPER_TRIGGER), 10);
 * ```
 */
export async function measureDefense(
  network: tf.LayersModel,
  dataset: Dataset,
  trigger: Trigger,
  target: number,
  onProgress: (share: number) => void | Promise<void> = () => {},
): Promise<DefenseSets> {
  let done = 0;
  const measure = async (images: LabelledImages): Promise<MeasuredSet> => {
    const tell = (share: number): void | Promise<void> => onProgress((done + share) / 4);
    const activations = await lastActivations(network, images.pixels, tell);
    done++;
    return { activations, labels: images.labels };
  };
  const bad = (images: LabelledImages): LabelledImages =>
    triggered(withoutClass(images, target), trigger);
  return {
    cleanValidation: await measure(dataset.validationHalf),
    cleanTest: await measure(dataset.testHalf),
    badValidation: await measure(bad(dataset.validationHalf)),
    badTest: await measure(bad(dataset.testHalf)),
  };
}

/**
 * The images of all other classes.
 *
 * @param images Left as they are.
 * @param label The class to leave out.
 * @returns A copy of the rest.
 * @example
 * ```ts
 * import { withoutClass } from "@lib/defense/measure.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const signs = {
 *   pixels: new Uint8Array(2 * 3072),
 *   labels: Uint8Array.of(10, 3),
 *   classNames: Array.from({ length: 43 }, (_, index) => `class ${index}`),
 * };
 * assertEquals(withoutClass(signs, 10).labels, Uint8Array.of(3));
 * ```
 */
export function withoutClass(images: LabelledImages, label: number): LabelledImages {
  const others = [...images.labels.keys()].filter((index) => images.labels[index] !== label);
  return pickImages(images, others);
}

/**
 * Mean activation of each channel on the validation sets, by which rankings order them.
 *
 * @param sets What the network said of them.
 * @param layer At the last convolution's activation or at the last pooling layer.
 * @returns Two means a channel.
 * @example
 * ```ts ignore
 * const order = CLEAN_ASCENDING.order(channelMeans(sets, "convolution"));
 * ```
 */
export function channelMeans(sets: DefenseSets, layer: RankedLayer): ChannelMeans {
  return {
    clean: sets.cleanValidation.activations[layer],
    backdoor: sets.badValidation.activations[layer],
  };
}
