/**
 * What every notebook does: say what it runs on, load data and network with live progress, and word
 * numbers. Everything else is in the rooms of the library.
 *
 * @module
 */
import { outputPath } from "@lib/environment.ts";
import { ftrojan } from "@lib/attack/ftrojan.ts";
import { badNet } from "@lib/study/bad_net.ts";
import { type Dataset, loadDataset } from "@lib/study/dataset.ts";
import { type Defense, measureDefense } from "@lib/pruning/measure.ts";
import type { Experiment } from "@lib/study/experiment.ts";
import { IMAGE_BYTES } from "@lib/data/images.ts";
import { forEachBatch } from "@lib/network/forward.ts";
import { liveFigure } from "@lib/figures/live_figure.ts";
import { liveProgress } from "@lib/figures/live_progress.ts";
import { showMarkdown } from "@lib/figures/show.ts";
import { type EpochResult, trainingCurves } from "@lib/figures/training_curves.ts";
import { tf } from "@lib/network/tensorflow.ts";
import type { EpochRecord } from "@lib/network/train.ts";

/**
 * Versions of what computes the results.
 *
 * @returns Names and versions.
 * @example
 * ```ts
 * import { versions } from "@lib/notebook.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * assertEquals(versions().deno, Deno.version.deno);
 * ```
 */
export function versions(): Record<string, string> {
  const { binding } = tf.backend() as unknown as { binding: { TF_Version: string } };
  return {
    deno: Deno.version.deno,
    typescript: Deno.version.typescript,
    tfjs: tf.version["tfjs-core"],
    tensorflow: binding.TF_Version,
    backend: tf.getBackend(),
    platform: `${Deno.build.os} ${Deno.build.arch}`,
  };
}

/**
 * Shows what a notebook runs on.
 *
 * @param experiment Its experiment.
 * @example
 * ```ts ignore
 * await showOpening(paperExperiment());
 * ```
 */
export async function showOpening({ setting, seed }: Experiment): Promise<void> {
  const { deno, typescript, tfjs, tensorflow, backend, platform } = versions();
  const data = setting === "gtsrb"
    ? "**GTSRB**, the paper's data"
    : `**synthetic signs** (the *${setting}* setting): numbers from them are not the paper's`;
  await showMarkdown(
    `Data: ${data}; seed ${seed}.  \nDeno ${deno}, TypeScript ${typescript}, TensorFlow.js ${tfjs} on ` +
      `TensorFlow ${tensorflow} (backend "${backend}"), ${platform}.`,
  );
}

/**
 * Loads an experiment's images, with a line of progress if there is something to download.
 *
 * @param experiment Which.
 * @returns Its images.
 * @throws {Error} As {@link loadDataset}.
 * @example
 * ```ts ignore
 * const dataset = await openDataset(paperExperiment());
 * ```
 */
export async function openDataset(experiment: Experiment): Promise<Dataset> {
  const lines = new Map<string, ReturnType<typeof liveProgress>>();
  const dataset = await loadDataset(experiment, (name, bytes, expected) => {
    if (!lines.has(name)) lines.set(name, liveProgress(`download ${name}`, expected, "bytes"));
    void lines.get(name)!.update(bytes);
  });
  for (const line of lines.values()) await line.finish("verified");
  return dataset;
}

/**
 * Loads an experiment's BadNet, or trains it under the reader's eyes.
 *
 * @param experiment Attack and recipe.
 * @param dataset Its images.
 * @param caption Of the figure with the training's course.
 * @returns The network and its history.
 * @throws {Error} As {@link badNet}.
 * @example
 * ```ts ignore
 * const { network } = await openBadNet(experiment, dataset);
 * ```
 */
export async function openBadNet(
  experiment: Experiment,
  dataset: Dataset,
  caption?: string,
): ReturnType<typeof badNet> {
  const { epochs } = experiment.recipe;
  const file = outputPath(experiment.setting, "figures", "training.svg");
  const figure = liveFigure({ caption, file });
  const line = liveProgress("training", epochs, "epochs");
  let trained = false;
  const result = await badNet(experiment, dataset, {
    async onProgress({ share, imagesPerSecond }): Promise<void> {
      trained = true;
      const done = Math.round(share * epochs * 100) / 100;
      await line.update(done, `${Math.round(imagesPerSecond)} images/s`);
    },
    onEpoch: (history) => figure.update(trainingCurves(epochResults(history), epochs)),
  });
  if (trained) await line.finish();
  if (trained || caption) await figure.finish(trainingCurves(epochResults(result.history), epochs));
  return result;
}

/**
 * What the figure of a training's course needs of its history.
 *
 * @param history With rates as `evaluateBadNet` gives them.
 * @returns One entry an epoch; shares from 0 to 1.
 * @example
 * ```ts
 * import { epochResults } from "@lib/notebook.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const rates = { cleanAccuracy: 0.9, attackSuccessRate: 0.8 };
 * const [first] = epochResults([{ epoch: 1, loss: 2, seconds: 60, rates }]);
 * assertEquals(first, { loss: 2, cleanAccuracy: 0.9, attackSuccess: 0.8 });
 * ```
 */
export function epochResults(history: readonly EpochRecord[]): EpochResult[] {
  return history.map(({ loss, rates }) => ({
    loss,
    cleanAccuracy: rates.cleanAccuracy ?? NaN,
    attackSuccess: rates.attackSuccessRate ?? NaN,
  }));
}

/**
 * Runs the defense's four sets through a network, with a line of progress.
 *
 * @param network The BadNet.
 * @param dataset Its images.
 * @param experiment Trigger and target.
 * @returns All that pruning is made from.
 * @example
 * ```ts ignore
 * const defense = await openDefense(network, dataset, experiment);
 * ```
 */
export async function openDefense(
  network: tf.LayersModel,
  dataset: Dataset,
  { trigger, target }: Experiment,
): Promise<Defense> {
  const total = 2 * dataset.test.labels.length;
  const line = liveProgress("forward pass", total, "images");
  const defense = await measureDefense(
    network,
    dataset,
    ftrojan(trigger),
    target,
    (share) => line.update(Math.round(share * total)),
  );
  await line.finish();
  return defense;
}

/**
 * Two forms of one network in numbers, as cells of a table.
 *
 * @param one A network.
 * @param other Another that should say the same.
 * @param pixels Shape [N, 32, 32, 3], RGB, 0–255; timed on them.
 * @returns Parameters of each, images a second of each, and the largest difference of their logits.
 * @example
 * ```ts
 * import { besideEachOther } from "@lib/notebook.ts";
 * import { paperCnn } from "@lib/network/paper_cnn.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const network = paperCnn(43, 1);
 * const [parameters, , , , gap] = await besideEachOther(network, network, new Uint8Array(3072));
 * assertEquals([parameters, gap], ["376,907", "0e+0"]);
 * ```
 */
export async function besideEachOther(
  one: tf.LayersModel,
  other: tf.LayersModel,
  pixels: Uint8Array,
): Promise<string[]> {
  const run = async (network: tf.LayersModel): Promise<{ logits: number[]; speed: string }> => {
    const logits: number[] = [];
    const layers = [network.layers.at(-1)!];
    await forEachBatch(network, layers, pixels.subarray(0, IMAGE_BYTES), () => {}); // a warm-up
    const start = performance.now();
    await forEachBatch(network, layers, pixels, ([out]) => void logits.push(...out!.dataSync()));
    const seconds = (performance.now() - start) / 1000;
    return { logits, speed: String(Math.round(pixels.length / IMAGE_BYTES / seconds)) };
  };
  const [first, second] = [await run(one), await run(other)];
  const gap = first.logits.reduce(
    (largest, logit, at) => Math.max(largest, Math.abs(logit - second.logits[at]!)),
    0,
  );
  const parameters = [one, other].map((network) => network.countParams().toLocaleString("en"));
  return [...parameters, first.speed, second.speed, gap.toExponential(0)];
}

/**
 * Words a share as percent.
 *
 * @param share 0–1.
 * @param digits After the point.
 * @returns Such as "97.2 %".
 * @example
 * ```ts
 * import { percent } from "@lib/notebook.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * assertEquals(percent(0.97165, 2), "97.17 %");
 * ```
 */
export function percent(share: number, digits = 1): string {
  return `${(100 * share).toFixed(digits)} %`;
}
