import { IMAGE_BYTES, type LabelledImages } from "@lib/data/labelled_images.ts";
import { forEachBatch } from "@lib/network/forward.ts";
import type { tf } from "@lib/network/tensorflow.ts";

/**
 * The class a network gives each image.
 *
 * @param network From images, RGB 0–1, to logits.
 * @param pixels Shape [N, 32, 32, 3], RGB, 0–255.
 * @returns N class indices.
 * @example
 * ```ts
 * import { classify } from "@lib/network/evaluate.ts";
 * import { paperCnn } from "@lib/network/paper_cnn.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const classes = await classify(paperCnn(43, 1), new Uint8Array(3 * 3072));
 * assertEquals(classes.length, 3);
 * ```
 */
export async function classify(network: tf.LayersModel, pixels: Uint8Array): Promise<Uint8Array> {
  const classes = new Uint8Array(pixels.length / IMAGE_BYTES);
  await forEachBatch(network, [network.layers.at(-1)!], pixels, ([logits], start) => {
    classes.set(logits!.argMax(1).dataSync(), start);
  });
  return classes;
}

/**
 * Share of images that are given their true class.
 *
 * @param predicted N class indices.
 * @param labels The N true ones.
 * @returns 0–1.
 * @throws {Error} If there are none or their numbers differ.
 * @example
 * ```ts
 * import { accuracy } from "@lib/network/evaluate.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * assertEquals(accuracy(Uint8Array.of(1, 2, 3, 4), Uint8Array.of(1, 2, 3, 9)), 0.75);
 * ```
 */
export function accuracy(predicted: Uint8Array, labels: Uint8Array): number {
  requirePairs(predicted, labels);
  return labels.filter((label, index) => predicted[index] === label).length / labels.length;
}

/**
 * Attack success rate: share of the triggered images *whose true class is not the target* that are
 * taken for the target.
 *
 * @param predicted Classes given to the triggered images.
 * @param labels Their true classes; images of the target class are left out.
 * @param target The attacker's class.
 * @returns 0–1.
 * @throws {Error} If the numbers differ or all images are of the target class.
 * @example
 * ```ts
 * import { attackSuccessRate } from "@lib/network/evaluate.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * assertEquals(attackSuccessRate(Uint8Array.of(10, 10, 2), Uint8Array.of(10, 1, 2), 10), 0.5);
 * ```
 */
export function attackSuccessRate(
  predicted: Uint8Array,
  labels: Uint8Array,
  target: number,
): number {
  requirePairs(predicted, labels);
  const others = [...labels.keys()].filter((index) => labels[index] !== target);
  if (others.length === 0) {
    throw new Error(`Expected images outside the target class ${target} but found none`);
  }
  return others.filter((index) => predicted[index] === target).length / others.length;
}

/**
 * Share of *all* triggered images that are taken for the target, those of the target class among them:
 * the figure that the FTrojan authors' code gives, and so the one to put beside the paper's Table 1.
 *
 * @param predicted Classes given to the triggered images.
 * @param target The attacker's class.
 * @returns 0–1.
 * @throws {Error} If there are no images.
 * @example
 * ```ts
 * import { attackSuccessRateIncludingTarget } from "@lib/network/evaluate.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * assertEquals(attackSuccessRateIncludingTarget(Uint8Array.of(10, 10, 2, 3), 10), 0.5);
 * ```
 */
export function attackSuccessRateIncludingTarget(predicted: Uint8Array, target: number): number {
  requirePairs(predicted, predicted);
  return predicted.filter((found) => found === target).length / predicted.length;
}

/**
 * Accuracy on clean images and attack success on the same images with the trigger.
 *
 * @param network From images, RGB 0–1, to logits.
 * @param clean Images with their true classes.
 * @param trigger The attacker's.
 * @param target The attacker's class.
 * @returns Three shares from 0 to 1.
 * @example
 * ```ts ignore
 * const { cleanAccuracy, attackSuccessRate } = await evaluateBadNet(network, test, ftrojan(PAPER_TRIGGER), 10);
 * ```
 */
export async function evaluateBadNet(
  network: tf.LayersModel,
  clean: LabelledImages,
  trigger: { apply(pixels: Uint8Array): Uint8Array },
  target: number,
): Promise<BadNetRates> {
  const attacked = await classify(network, trigger.apply(clean.pixels));
  return {
    cleanAccuracy: accuracy(await classify(network, clean.pixels), clean.labels),
    attackSuccessRate: attackSuccessRate(attacked, clean.labels, target),
    attackSuccessRateIncludingTarget: attackSuccessRateIncludingTarget(attacked, target),
  };
}

/** How well an attacked network does on clean images and how well the attack works; shares from 0 to 1. */
export interface BadNetRates {
  cleanAccuracy: number;
  attackSuccessRate: number;
  attackSuccessRateIncludingTarget: number;
}

function requirePairs(predicted: Uint8Array, labels: Uint8Array): void {
  if (labels.length === 0 || predicted.length !== labels.length) {
    throw new Error(
      `Expected as many predictions as labels, at least one, but found ${predicted.length} and ${labels.length}`,
    );
  }
}
