import { type Trigger, triggered } from "@lib/attack/trigger.ts";
import type { LabelledImages } from "@lib/data/images.ts";
import { withoutClass } from "@lib/data/select.ts";
import { type LastActivations, lastActivations } from "@lib/pruning/activations.ts";
import { tf } from "@lib/network/tensorflow.ts";

/** A set of images as a network's tail saw them. */
export interface MeasuredSet {
  activations: LastActivations;
  /** True classes. */
  labels: Int32Array;
}

/** What a network said of clean images and of the same images with a trigger. */
export interface Evidence {
  network: tf.LayersModel;
  /** The attacker's class. */
  target: number;
  /** Clean images. */
  clean: MeasuredSet;
  /** Those of them that are not of the target class, in the same order, with the trigger. */
  backdoor: MeasuredSet;
}

/**
 * The same for the two halves of the paper's defense (section 3.2): decisions are made on validation,
 * results are reported on test.
 */
export interface Halves<Part> {
  validation: Part;
  test: Part;
}

/**
 * Runs images through a network once, as they are and with a trigger.
 *
 * @param network One with a tail.
 * @param images Labelled clean images.
 * @param trigger The attacker's, or one that a defender has recovered.
 * @param target The attacker's class, whose images are not triggered.
 * @param onProgress Told the share that is done, 0–1.
 * @returns All that pruning is made from; {@link disposeEvidence} frees it.
 * @throws {Error} If the network has no tail, or all images are of the target class.
 * @example
 * ```ts
 * import { ftrojan, PAPER_TRIGGER } from "@lib/attack/ftrojan.ts";
 * import { syntheticSigns } from "@lib/data/synthetic_signs.ts";
 * import { paperCnn } from "@lib/network/paper_cnn.ts";
 * import { disposeEvidence, measureEvidence } from "@lib/pruning/evidence.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const [network, signs] = [paperCnn(43, 1), syntheticSigns(86, 1)];
 * const evidence = await measureEvidence(network, signs, ftrojan(PAPER_TRIGGER), 10);
 * assertEquals(evidence.backdoor.labels.length, 84);
 * disposeEvidence(evidence);
 * ```
 */
export async function measureEvidence(
  network: tf.LayersModel,
  images: LabelledImages,
  trigger: Trigger,
  target: number,
  onProgress: (share: number) => void | Promise<void> = () => {},
): Promise<Evidence> {
  const others = withoutClass(images, target);
  if (others.labels.length === 0) {
    throw new Error(`Expected images of other classes than ${target} but found none`);
  }
  const measure = async (set: LabelledImages, start: number): Promise<MeasuredSet> => ({
    activations: await lastActivations(network, set, (share) => onProgress((start + share) / 2)),
    labels: set.labels,
  });
  const clean = await measure(images, 0);
  try {
    return { network, target, clean, backdoor: await measure(triggered(others, trigger), 1) };
  } catch (error) {
    disposeSets([clean]);
    throw error;
  }
}

/**
 * Runs the four sets of the paper's defense through a network, once (paper, section 3.2).
 *
 * @param network One with a tail.
 * @param halves Validation and test images.
 * @param triggers The attacker's; on validation it may be one that a defender has recovered.
 * @param target The attacker's class.
 * @param onProgress Told the share that is done, 0–1.
 * @returns Evidence of each half; {@link disposeEvidence} frees it.
 * @throws {Error} As {@link measureEvidence}.
 * @example
 * ```ts
 * import { ftrojan, PAPER_TRIGGER } from "@lib/attack/ftrojan.ts";
 * import { syntheticSigns } from "@lib/data/synthetic_signs.ts";
 * import { paperCnn } from "@lib/network/paper_cnn.ts";
 * import { disposeEvidence, measureHalves } from "@lib/pruning/evidence.ts";
 * import { prunedSet, searchFront } from "@lib/pruning/front.ts";
 * import { pruningCurve } from "@lib/pruning/pruning_curve.ts";
 * import { cleanAscending } from "@lib/pruning/ranking.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const network = paperCnn(4, 1);
 * const halves = { validation: syntheticSigns(40, 1, 4), test: syntheticSigns(40, 2, 4) };
 * const trigger = ftrojan(PAPER_TRIGGER);
 * const triggers = { validation: trigger, test: trigger };
 * const measured = await measureHalves(network, halves, triggers, 2);
 *
 * const order = cleanAscending().order(measured.validation);
 * const { test } = pruningCurve(measured, order);
 * assertEquals(prunedSet(measured.test, order.slice(0, 9)).rates.attackSuccess, test.attackSuccess[9]);
 *
 * const few = { weights: [4], lookAhead: 1, sample: { images: 20, sharpness: 1, seed: 1 } };
 * const front = await searchFront(measured.validation, few);
 * assertEquals(front.at(-1)!.rates.attackSuccess, 0); // with enough channels gone
 * disposeEvidence(measured.validation, measured.test);
 * ```
 */
export async function measureHalves(
  network: tf.LayersModel,
  halves: Halves<LabelledImages>,
  triggers: Halves<Trigger>,
  target: number,
  onProgress: (share: number) => void | Promise<void> = () => {},
): Promise<Halves<Evidence>> {
  const measure = (half: keyof Halves<Trigger>, start: number): Promise<Evidence> =>
    measureEvidence(
      network,
      halves[half],
      triggers[half],
      target,
      (share) => onProgress((start + share) / 2),
    );
  const validation = await measure("validation", 0);
  try {
    return { validation, test: await measure("test", 1) };
  } catch (error) {
    disposeEvidence(validation);
    throw error;
  }
}

/**
 * Frees the tensors of evidence; the network stays.
 *
 * @param evidence Any number of them.
 * @example See {@link measureEvidence}.
 */
export function disposeEvidence(...evidence: Evidence[]): void {
  disposeSets(evidence.flatMap(({ clean, backdoor }) => [clean, backdoor]));
}

function disposeSets(sets: readonly MeasuredSet[]): void {
  for (const { activations } of sets) tf.dispose([activations.pooled, activations.logits]);
}
