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
  /** Where it is stated. */
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
  /** Section 3.2, "around 100%" at the first two drops; section 4 for the last. */
  repaired: [
    { drop: 0.02, channelsPruned: 0.53, attackSuccess: 1 },
    { drop: 0.1, channelsPruned: 0.7, attackSuccess: 1 },
    { drop: 0.2, channelsPruned: 0.77 },
    { drop: 0.3, channelsPruned: 0.8, attackSuccess: 0.26, cleanAccuracy: 0.65 },
  ] as readonly PaperRepair[],
  /** Section 3.2, Figure 7: attack success stays until the first share of channels, is 0 from the second. */
  curve: { attackStaysUntil: 0.75, attackGoneFrom: 0.83 },
} as const;
