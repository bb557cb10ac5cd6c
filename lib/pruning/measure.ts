import { type Trigger, triggered } from "@lib/attack/trigger.ts";
import type { LabelledImages } from "@lib/data/images.ts";
import { pickImages } from "@lib/data/select.ts";
import type { Dataset } from "@lib/study/dataset.ts";
import { type LastActivations, lastActivations } from "@lib/pruning/activations.ts";
import { tf } from "@lib/network/tensorflow.ts";

/** A set of images as the last block saw them. */
export interface MeasuredSet {
  activations: LastActivations;
  /** True classes. */
  labels: Uint8Array;
}

/** The triggers of a defense's two bad sets. */
export interface Triggers {
  /** What decisions are made on: the attacker's, or one that a defender has recovered. */
  validation: Trigger;
  /** What results are reported on. */
  test: Trigger;
}

/** An attacked network and what it said of the four sets of the paper's defense (section 3.2). */
export interface Defense {
  network: tf.LayersModel;
  /** The attacker's class. */
  target: number;
  cleanValidation: MeasuredSet;
  cleanTest: MeasuredSet;
  /** Triggered images whose true class is not the target. */
  badValidation: MeasuredSet;
  badTest: MeasuredSet;
}

/**
 * Runs the four sets of the paper's defense through a network, once (paper, section 3.2).
 *
 * @param network The attacked network.
 * @param dataset Its validation and test halves.
 * @param trigger The attacker's; or one for each bad set.
 * @param target The attacker's class, whose images are in no bad set.
 * @param onProgress Told the share that is done, 0–1.
 * @returns All that pruning is made from; {@link disposeDefense} frees it.
 * @example
 * ```ts ignore
 * const defense = await measureDefense(network, dataset, ftrojan(PAPER_TRIGGER), 10);
 * ```
 */
export async function measureDefense(
  network: tf.LayersModel,
  dataset: Pick<Dataset, "validationHalf" | "testHalf">,
  trigger: Trigger | Triggers,
  target: number,
  onProgress: (share: number) => void | Promise<void> = () => {},
): Promise<Defense> {
  let done = 0;
  const measure = async (images: LabelledImages): Promise<MeasuredSet> => {
    const tell = (share: number): void | Promise<void> => onProgress((done + share) / 4);
    const activations = await lastActivations(network, images.pixels, tell);
    done++;
    return { activations, labels: images.labels };
  };
  const triggers = "apply" in trigger ? { validation: trigger, test: trigger } : trigger;
  const bad = (images: LabelledImages, half: keyof Triggers): LabelledImages =>
    triggered(withoutClass(images, target), triggers[half]);
  return {
    network,
    target,
    cleanValidation: await measure(dataset.validationHalf),
    cleanTest: await measure(dataset.testHalf),
    badValidation: await measure(bad(dataset.validationHalf, "validation")),
    badTest: await measure(bad(dataset.testHalf, "test")),
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
 * import { withoutClass } from "@lib/pruning/measure.ts";
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
 * Frees a defense's tensors; the network stays.
 *
 * @param defense Not to be used any more.
 * @example
 * ```ts ignore
 * disposeDefense(defense);
 * ```
 */
export function disposeDefense(defense: Defense): void {
  const { cleanValidation, cleanTest, badValidation, badTest } = defense;
  for (const { activations } of [cleanValidation, cleanTest, badValidation, badTest]) {
    tf.dispose([activations.pooled, activations.logits]);
  }
}
