/**
 * What an inspection starts from: a network and images that fit together.
 *
 * @module
 */
import { readAnyImages } from "@lib/data/any_images.ts";
import { orderedNames, orderIn, relabelled } from "@lib/data/class_order.ts";
import type { LabelledImages } from "@lib/data/images.ts";
import { slicedImages } from "@lib/data/select.ts";
import { splitByClass } from "@lib/data/splits.ts";
import { findConvolution } from "@lib/pruning/convolution.ts";
import { type AnyNetwork, openNetwork } from "@lib/formats/any_network.ts";
import { disposeNetwork } from "@lib/network/copy_network.ts";
import { requireApart } from "@lib/inspect/apart.ts";
import { sizeOf } from "@lib/network/image_input.ts";
import { requireAccuracy } from "@lib/inspect/accuracy.ts";
import { formedNetwork, type InputForm } from "@lib/inspect/input_form.ts";
import type { tf } from "@lib/network/tensorflow.ts";
import { seededRandom } from "@lib/random.ts";

/** What to inspect, and where to. */
export interface InspectionSettings extends InputForm {
  /** A file of Keras or ONNX, or of tfjs the folder or the `model.json` in it. */
  network: string;
  /** A folder as `readAnyImages` takes it. */
  images: string;
  /** The folder for the report and the repaired networks. */
  output: string;
  /** The classes' order, as `orderedNames` takes it; that of the folder's `classes.txt` or of numbers if not given. */
  classes?: string;
  /** Of folders as `train`, `val` and `test`, which; test if not given. */
  split?: string;
  /** The convolution to prune; by default the last one. */
  layer?: string;
  /** Decisions are made on every second, third … of each class's images, so that they are about so many at
   * most. */
  count: number;
  /** On so many images every single frequency is tried; not at all if not given. */
  bound?: number;
  /** At most so many steps in a round of the search; as many as usual if not given. */
  mostSteps?: number;
}

/** A network and images that fit together. */
export interface InspectionInput {
  /** As it came; its `save` writes repaired ones in the same format. */
  opened: AnyNetwork;
  /** In which it takes images. */
  form: InputForm;
  /** The same from images, 0–1, to logits. */
  network: tf.LayersModel;
  /** The name of the convolution to prune. */
  layer: string;
  /** All decisions are made on them. */
  decisions: LabelledImages;
  /** Other images, to report on. */
  heldOut: LabelledImages;
  /** What was passed over among the images, or taken of several things. */
  notes: string[];
}

/** So many images are read at most, unless more are needed to decide: some minutes' work. */
const MOST_IMAGES = 6000;

const SEED = 1;

/**
 * Opens a network, reads images and sees whether they fit together.
 *
 * @param settings Paths and ways.
 * @param onProgress Told the share of the images that is read, 0–1.
 * @returns Both; {@link closeInput} frees the networks.
 * @throws {Error} If one of them cannot be read or used, or they do not fit.
 */
export async function openInput(
  settings: InspectionSettings,
  onProgress: (share: number) => void | Promise<void> = () => {},
): Promise<InspectionInput> {
  const { network: file, images: folder, pixels, mean, std, channels, count } = settings;
  const form = { pixels, mean, std, channels };
  if (!Number.isInteger(count) || count < 1) refuse("a count of images from 1 on", count);
  const opened = await openNetwork(file);
  let network: tf.LayersModel | undefined;
  try {
    await requireApart(settings);
    const classes = requireClassifier(opened.network, file);
    const size = sizeOf(opened.network, file);
    const layer = findConvolution(opened.network, settings.layer, file).name;
    await onProgress(0);
    const random = seededRandom(SEED);
    const most = Math.max(MOST_IMAGES, 2 * count);
    const notes: string[] = [];
    const onNote = (note: string): void => void notes.push(note);
    const reading = { size, most, random, split: settings.split, onProgress, onNote };
    const found = await readAnyImages(folder, classes, reading);
    const order = settings.classes ?? await orderIn(folder);
    const names = found.classNames;
    const images = relabelled(found, await orderedNames(names, order));
    await onProgress(1);
    const parts = split(images, count, folder);
    requireBalance(parts.decisions, folder);
    const taken = { network: opened.network, file, form, names };
    await requireAccuracy(taken, parts.decisions);
    network = await formedNetwork(opened.network, form);
    return { opened, form, network, layer, notes, ...parts };
  } catch (error) {
    [opened.network, network].forEach((each) => each && disposeNetwork(each));
    throw error;
  }
}

/**
 * Frees what {@link openInput} opened.
 *
 * @param input Not to be used any more.
 */
export function closeInput({ opened, network }: InspectionInput): void {
  disposeNetwork(opened.network);
  disposeNetwork(network);
}

/** Every so many-th image of each class goes to the decisions, rounded up. */
function split(
  images: LabelledImages,
  count: number,
  folder: string,
): Pick<InspectionInput, "decisions" | "heldOut"> {
  const { length } = images.labels;
  if (length < 4) refuse("at least 4 images", `${length} in ${folder}`);
  const every = Math.max(2, Math.ceil(length / count));
  const [decisions, heldOut] = splitByClass(images, seededRandom(SEED), every);
  if (heldOut.labels.length > 0) return { decisions, heldOut };
  // one image a class: any half will do
  const half = Math.ceil(length / 2);
  return { decisions: slicedImages(images, 0, half), heldOut: slicedImages(images, half, length) };
}

/** A class that holds most images is reached without a trigger, and would look like a backdoor's. */
function requireBalance({ labels, classNames }: LabelledImages, folder: string): void {
  const counts = classNames.map((_, label) => labels.filter((each) => each === label).length);
  const most = counts.indexOf(Math.max(...counts));
  if (counts[most]! <= labels.length / 2) return;
  const found = `${counts[most]} of ${labels.length} in class ${most} "${classNames[most]}"`;
  refuse("no class to hold more than half of the images", `${found} of ${folder}`);
}

/** @returns The number of classes. */
function requireClassifier(network: tf.LayersModel, file: string): number {
  const { inputs, outputs } = network;
  if (inputs.length !== 1 || outputs.length !== 1) {
    refuse("one input and one output", `${inputs.length} and ${outputs.length} in ${file}`);
  }
  const [, classes, ...more] = outputs[0]!.shape;
  if (typeof classes !== "number" || more.length > 0) {
    const size = [classes, ...more].map((length) => length ?? "any").join("×");
    refuse("one number a class as output", `${size} in ${file}`);
  }
  if (classes < 3) refuse("a network of at least three classes", `${classes} in ${file}`);
  return classes;
}

function refuse(expected: string, found: unknown): never {
  throw new Error(`Expected ${expected} but found ${found}`);
}
