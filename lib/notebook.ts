/**
 * What every notebook does: say what it runs on, load data and network with live progress. Everything else
 * is in the rooms of the library.
 *
 * @module
 */
import { outputPath } from "@lib/environment.ts";
import { poisoningOf } from "@lib/attack/attacks.ts";
import { badNet } from "@lib/study/bad_net.ts";
import { type Dataset, loadDataset } from "@lib/data/dataset.ts";
import { DATASETS } from "@lib/data/datasets.ts";
import { type Evidence, type Halves, measureHalves } from "@lib/pruning/evidence.ts";
import { type Experiment, placeOf } from "@lib/study/experiment.ts";
import { liveFigure } from "@lib/figures/live_figure.ts";
import { liveProgress } from "@lib/figures/live_progress.ts";
import { showMarkdown } from "@lib/figures/show.ts";
import { trainingCurves } from "@lib/figures/training_curves.ts";
import { deviceOf } from "@lib/network/device.ts";
import { tf } from "@lib/network/tensorflow.ts";

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
    device: deviceOf(tf.backend()),
    platform: `${Deno.build.os} ${Deno.build.arch}`,
  };
}

/**
 * Shows what a notebook runs on.
 *
 * @param experiment Its experiment.
 * @example
 * ```ts
 * import { showOpening } from "@lib/notebook.ts";
 * import { paperExperiment } from "@lib/study/experiment.ts";
 *
 * await showOpening(paperExperiment("quick"));
 * ```
 */
export async function showOpening({ data, seed }: Experiment<object>): Promise<void> {
  const { deno, typescript, tfjs, tensorflow, backend, device, platform } = versions();
  const { title, isSynthetic } = DATASETS[data.name]!;
  const what = isSynthetic
    ? `**${title}** (the *${data.name}* data): numbers from them are not the paper's`
    : `**${title}**, of the paper's Table 1`;
  await showMarkdown(
    `Data: ${what}; seed ${seed}.  \nDeno ${deno}, TypeScript ${typescript}, TensorFlow.js ${tfjs} on ` +
      `TensorFlow ${tensorflow} (backend "${backend}", on ${device}), ${platform}.`,
  );
}

/**
 * Loads an experiment's images, with a line of progress if there is something to download.
 *
 * @param experiment Which.
 * @returns Its images.
 * @throws {Error} As {@link loadDataset}.
 * @example
 * ```ts
 * import { openDataset } from "@lib/notebook.ts";
 * import { paperExperiment } from "@lib/study/experiment.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const { name, testHalf } = await openDataset(paperExperiment("quick"));
 * assertEquals([name, testHalf.classNames.length], ["synthetic signs", 16]);
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
  const file = outputPath(placeOf(experiment), "figures", "training.svg");
  const figure = liveFigure({ caption, file });
  const line = liveProgress("training", epochs, "epochs");
  let trained = false;
  const result = await badNet(experiment, dataset, {
    async onProgress({ share, imagesPerSecond }): Promise<void> {
      trained = true;
      const done = Math.round(share * epochs * 100) / 100;
      await line.update(done, `${Math.round(imagesPerSecond)} images/s`);
    },
    onEpoch: (history) => figure.update(trainingCurves(history, epochs)),
  });
  if (trained) await line.finish();
  if (trained || caption) await figure.finish(trainingCurves(result.history, epochs));
  return result;
}

/**
 * Runs the four sets of the paper's defense through a network, with a line of progress.
 *
 * @param network The BadNet.
 * @param dataset Its images.
 * @param experiment Whose trigger and target.
 * @returns All that pruning is made from, of both halves.
 * @throws {Error} If the network has no tail.
 * @example
 * ```ts ignore
 * const measured = await openMeasured(network, dataset, experiment);
 * ```
 */
export async function openMeasured(
  network: tf.LayersModel,
  { validationHalf, testHalf, test }: Dataset,
  { attack }: Experiment,
): Promise<Halves<Evidence>> {
  const { trigger, target } = poisoningOf(attack);
  const total = test.labels.length + test.labels.filter((label) => label !== target).length;
  const line = liveProgress("forward pass", total, "images");
  const measured = await measureHalves(
    network,
    { validation: validationHalf, test: testHalf },
    { validation: trigger, test: trigger },
    target,
    (share) => line.update(Math.round(share * total)),
  );
  await line.finish();
  return measured;
}
