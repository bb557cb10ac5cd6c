import { createHash } from "node:crypto";
import type { LabelledImages } from "@lib/data/images.ts";
import { pickImages } from "@lib/data/select.ts";
import { loadCheckpoint, saveCheckpoint } from "@lib/network/checkpoint.ts";
import { engineOf } from "@lib/network/engine.ts";
import type { NamedArrays } from "@lib/network/safetensors.ts";
import { tf } from "@lib/network/tensorflow.ts";
import { type EpochRecord, startingState, writeState } from "@lib/network/training_state.ts";
import { seededRandom, shuffled } from "@lib/random.ts";

/** How a network is trained; the paper's values are in section 3.1. */
export interface Recipe {
  epochs: number;
  /** Images a step: 64. */
  batchSize: number;
  /** Adam's at the start, 0.0005; it falls along a half cosine, to 0 after the last step. */
  learningRate: number;
  /** L2 penalty on convolution kernels; the FTrojan authors' 1e-6. */
  weightDecay: number;
  /** Of the order of images and of the dropout masks. */
  seed: number;
}

/** How far a training is. */
export interface TrainingProgress {
  /** Share of all steps that are done, 0–1. */
  share: number;
  imagesPerSecond: number;
}

/** What is trained along with a network, such as a generator of triggers. */
export interface Companion {
  /** Tells it from others, so that a checkpoint of something else is recognised. */
  readonly task: object;
  /**
   * Learns from a batch and changes it before the network's own step.
   *
   * @param batch As it was drawn; left as it is.
   * @param step How many steps the network has taken. Its weights are those after them.
   * @returns What the network is trained on in its place.
   */
  step(batch: LabelledImages, step: number): LabelledImages;
  /** What a checkpoint holds of it. */
  save(): NamedArrays["arrays"];
  /** Sets it to where {@link Companion.save} found it; of arrays that are not right it takes none. */
  restore(arrays: NamedArrays["arrays"]): void;
}

/** What a training may tell and be asked on its way. */
export interface TrainingHooks {
  /** File for the state after each epoch; a later call goes on from there. */
  checkpoint?: string;
  /** Trained along; none if not given. */
  companion?: Companion;
  /** Run after each epoch; its result goes into the history. */
  evaluate?: () => Promise<Record<string, number>>;
  /** Told a few times a second. */
  onProgress?: (progress: TrainingProgress) => void | Promise<void>;
  /** Told after each epoch, and at once if there is a checkpoint. */
  onEpoch?: (history: readonly EpochRecord[]) => void | Promise<void>;
}

/**
 * Trains a network with Adam on cross-entropy, epoch by epoch (paper, section 3.1).
 *
 * The order of images and all dropout masks follow from the recipe's seed and the epoch, so a training
 * that was cut and goes on from its checkpoint ends with the same network as one that was not. Only layers of
 * noise, such as GaussianNoise of a network that was brought along, draw without a seed.
 *
 * @param network Its weights are changed.
 * @param images The training set.
 * @param recipe Epochs, batch size, rates and seed.
 * @param hooks Checkpoint file, evaluation and progress.
 * @returns One record an epoch.
 * @throws {Error} If the checkpoint is damaged or of another recipe, training set or network, or the loss is no number.
 */
export async function train(
  network: tf.LayersModel,
  images: LabelledImages,
  recipe: Recipe,
  hooks: TrainingHooks = {},
): Promise<EpochRecord[]> {
  const { checkpoint, evaluate, onEpoch, companion } = hooks;
  const task = taskOf(images, recipe, companion);
  const loaded = checkpoint && await loadCheckpoint(checkpoint, network, task, companion?.restore);
  const history = loaded ? loaded.history : [];
  let state = loaded ? loaded.state : startingState(network);
  try {
    if (history.length > 0) await onEpoch?.(history);
    const step = engineOf(network).step(network, recipe);
    const report = progressReporter(images.labels.length, recipe, history.length, hooks);
    for (let epoch = history.length + 1; epoch <= recipe.epochs; epoch++) {
      const start = performance.now();
      let lossSum = 0;
      const batches = batchesOf(images.labels.length, recipe, epoch);
      for (const indices of batches) {
        const rate = learningRateAt(state.step, batches.length * recipe.epochs, recipe);
        let batch = pickImages(images, indices);
        if (companion) {
          writeState(network, state);
          batch = companion.step(batch, state.step);
        }
        const after = step(state, batch, rate);
        lossSum += after.loss.dataSync()[0]!;
        tf.dispose([{ ...state }, after.loss]);
        state = after.state;
        await report(indices.length);
      }
      const loss = lossSum / batches.length;
      if (!Number.isFinite(loss)) {
        throw new Error(`Expected a finite loss but found ${loss} in epoch ${epoch}`);
      }
      writeState(network, state);
      const rates = await evaluate?.() ?? {};
      history.push({ epoch, loss, seconds: (performance.now() - start) / 1000, rates });
      const found = { history, state };
      if (checkpoint) await saveCheckpoint(checkpoint, network, task, found, companion?.save());
      await onEpoch?.(history);
    }
  } finally {
    tf.dispose({ ...state });
  }
  return history;
}

/** What is trained on what, so that a checkpoint of something else is recognised. */
function taskOf(images: LabelledImages, recipe: Recipe, companion?: Companion): string {
  const content = createHash("md5").update(images.pixels).update(images.labels).digest("hex");
  return JSON.stringify({ ...recipe, trainingSet: content, companion: companion?.task });
}

/** The epoch's images in random order, cut into batches. */
function batchesOf(count: number, { batchSize, seed }: Recipe, epoch: number): Uint32Array[] {
  const order = shuffled(count, seededRandom(seed * 10_007 + epoch));
  return Array.from(
    { length: Math.ceil(count / batchSize) },
    (_, index) => order.subarray(index * batchSize, (index + 1) * batchSize),
  );
}

/** A half cosine from the recipe's rate to 0 (Loshchilov and Hutter, 2017, without restarts). */
function learningRateAt(step: number, steps: number, { learningRate }: Recipe): number {
  return learningRate * (1 + Math.cos(Math.PI * step / steps)) / 2;
}

/** Tells the progress at most four times a second and at the end, and lets other work have its turn then. */
function progressReporter(
  count: number,
  { epochs }: Recipe,
  epochsDone: number,
  { onProgress }: TrainingHooks,
): (images: number) => Promise<void> {
  const start = performance.now();
  let done = 0;
  let lastTold = start;
  return async (images) => {
    done += images;
    const now = performance.now();
    const left = (epochs - epochsDone) * count - done;
    if (now - lastTold < 250 && left > 0) return;
    lastTold = now;
    const imagesPerSecond = done / ((now - start) / 1000);
    await onProgress?.({ share: 1 - left / (epochs * count), imagesPerSecond });
    await new Promise((resolve) => setTimeout(resolve));
  };
}
