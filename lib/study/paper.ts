/**
 * The numbers that the paper states, to stand beside measured ones: Liao, Hao and Lu, *Pruning Defense
 * for Backdoor Attack through Frequency Domain*, New York University. Shares from 0 to 1.
 *
 * @module
 */

/** A row of the paper's section 3.2: what the repaired model is like after a drop of accuracy. */
export interface PaperRepair {
  /** Of validation accuracy, 0.02 being two percentage points. */
  drop: number;
  /** Share of the channels pruned. */
  channelsPruned: number;
  /** Attack success in the paper's own words. */
  attack: string;
  /** The same as a share, where the words are a number. */
  attackSuccess?: number;
  /** Where it is stated. */
  cleanAccuracy?: number;
}

/** The paper's numbers, by section. */
export const PAPER = {
  /** Section 3.1. */
  gtsrb: { trainingImages: 39_209, testImages: 12_630, classes: 43 },
  /** Section 3.1. */
  trigger: { bands: "(15,15) (31,31)", magnitude: 30, target: 10, injectionRate: 0.05 },
  /** Section 3.1; epochs are not stated. */
  training: { learningRate: 0.0005, batchSize: 64 },
  /** Figure 4. */
  network: { parameters: 376_907, trainable: 376_011, nonTrainable: 896 },
  /** Table 1, GTSRB; the attack's rate counts images of the target class too. */
  badNet: { cleanAccuracy: 0.97165, attackSuccess: 1 },
  /** Table 1, CIFAR-10. */
  cifar10: { cleanAccuracy: 0.8616, attackSuccess: 0.9997 },
  /**
   * Section 3.2. The 26 % and 65 % of section 4 stand without a threshold there; 65 % fits the last, and
   * no other.
   */
  repaired: [
    { drop: 0.02, channelsPruned: 0.53, attack: "“around 100%”", attackSuccess: 1 },
    { drop: 0.1, channelsPruned: 0.7, attack: "“around 100%”", attackSuccess: 1 },
    {
      drop: 0.2,
      channelsPruned: 0.77,
      attack: "“below the validation accuracy of clean data”",
    },
    { drop: 0.3, channelsPruned: 0.8, attack: "26 %", attackSuccess: 0.26, cleanAccuracy: 0.65 },
  ] as readonly PaperRepair[],
  /** Section 3.2, Figure 7: attack success stays until the first share of channels, is 0 from the second. */
  curve: { attackStaysUntil: 0.75, attackGoneFrom: 0.83 },
  /** Sections 3.1 and 3.3. */
  environment: {
    machine: "Windows 10, 32GB RAM, 20-core Intel i7-12700K",
    accelerator: "NVIDIA GeForce RTX 3070Ti",
    language: "Python 3.8.3",
    learning: "Tensorflow-GPU 2.5.0",
    libraries: "Numpy 1.23.4, “Opency” 4.5.1, Idx2numpy 1.2.3",
  },
} as const;

/**
 * The row of the paper's Table 1 to stand beside a data set's numbers.
 *
 * @param data In the list of data sets.
 * @returns Its row and of what data it is: GTSRB's where the paper has none of this data.
 * @example
 * ```ts
 * import { paperRow } from "@lib/study/paper.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * assertEquals(paperRow("cifar10_images").cleanAccuracy, 0.8616); // the same as image files
 * assertEquals(paperRow("synthetic").title, "GTSRB");
 * ```
 */
export function paperRow(
  data: string,
): { title: string; cleanAccuracy: number; attackSuccess: number } {
  return data.startsWith("cifar10")
    ? { title: "CIFAR-10", ...PAPER.cifar10 }
    : { title: "GTSRB", ...PAPER.badNet };
}

/**
 * The paper's curve and repaired models, to be drawn beside those of the same data.
 *
 * @param data In the list of data sets.
 * @returns What it says of pruning; nothing but on GTSRB, where it pruned.
 * @example
 * ```ts
 * import { paperCurve } from "@lib/study/paper.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * assertEquals(["gtsrb", "cifar10"].map((data) => paperCurve(data)?.repaired.length), [4, undefined]);
 * ```
 */
export function paperCurve(data: string): typeof PAPER | undefined {
  return data === "gtsrb" ? PAPER : undefined;
}
