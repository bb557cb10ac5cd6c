import { percent } from "@lib/words.ts";
import type { LabelledImages } from "@lib/data/images.ts";
import { disposeNetwork } from "@lib/network/copy_network.ts";
import { accuracy, classify } from "@lib/network/evaluate.ts";
import { logitsNetwork, PIXEL_RANGES, type PixelRange } from "@lib/formats/logits_network.ts";
import type { tf } from "@lib/network/tensorflow.ts";

/** A network as it came and how it was taken, for the error. */
export interface Opened {
  /** As it came. */
  opened: tf.LayersModel;
  /** Its file. */
  network: string;
  /** The range that is supposed. */
  pixels: PixelRange;
}

/** A network that is no further than this from guessing to perfect does not know the images. */
const KNOWS = 0.1;

/** Nor are its images right if taken in another way they are known by so much better. */
const BETTER = 0.1;

/**
 * Checks that a network knows the images, and that taken in the ways that are usually mixed up they are not
 * known much better: the other range of levels, blue and red exchanged, numbered classes in the order of
 * their names as text.
 *
 * @param network From images, RGB 0–1, to logits.
 * @param opened The same as it came.
 * @param images Some with their classes.
 * @throws {Error} If accuracy is near chance, or much higher in one of those ways; says what it is in each.
 */
export async function requireAccuracy(
  network: tf.LayersModel,
  opened: Opened,
  images: LabelledImages,
): Promise<void> {
  const chance = 1 / images.classNames.length;
  const answers = await classify(network, images);
  const found = accuracy(answers, images.labels);
  const rates = await otherWays(network, opened, images, answers);
  const least = chance + KNOWS * (1 - chance);
  const wanted = Math.max(least, ...rates.map(([, rate]) => rate - BETTER));
  if (found >= wanted) return;
  const [[best, rate]] = rates.toSorted((a, b) => b[1] - a[1]) as [[string, number]];
  const tried = rates.map(([how, rate]) => `${percent(rate)} ${how}`).join(", ");
  const advice = rate >= wanted
    ? `what would do is ${best}`
    : "none would do: are the classes in another order, or is it another data set?";
  throw new Error(
    `Expected an accuracy of at least ${percent(wanted)}, chance being ${percent(chance)}, but ` +
      `found ${percent(found)} for ${opened.network} with --pixels ${opened.pixels}; ` +
      `tried also: ${tried}; ${advice}`,
  );
}

/** Accuracy in other ways, in words. */
async function otherWays(
  network: tf.LayersModel,
  { opened, pixels }: Opened,
  images: LabelledImages,
  answers: Int32Array,
): Promise<[string, number][]> {
  const other = PIXEL_RANGES.find((range) => range !== pixels)!;
  const copy = await logitsNetwork(opened, other);
  const of = async (each: tf.LayersModel, set: LabelledImages): Promise<number> =>
    accuracy(await classify(each, set), set.labels);
  const rates: [string, number][] = [[`with --pixels ${other}`, await of(copy, images)]];
  if (images.channels === 3) {
    const turned = { ...images, pixels: exchanged(images.pixels) };
    rates.push(
      ["with blue, green, red", await of(network, turned)],
      [`with --pixels ${other} and blue, green, red`, await of(copy, turned)],
    );
  }
  disposeNetwork(copy);
  // where 10 comes before 9, as in Keras and PyTorch
  const names = images.classNames;
  const sorted = names.toSorted();
  const isNumbered = names.every((name) => /^\d+$/.test(name));
  if (isNumbered && names.some((name, label) => name !== sorted[label])) {
    const labels = images.labels.map((label) => sorted.indexOf(names[label]!));
    const words = "with the numbered classes in order of their names as text";
    rates.push([words, accuracy(answers, labels)]);
  }
  return rates;
}

/** The same images with red and blue exchanged. */
function exchanged(pixels: Uint8Array): Uint8Array {
  const result = pixels.slice();
  for (let at = 0; at < pixels.length; at += 3) {
    [result[at], result[at + 2]] = [pixels[at + 2]!, pixels[at]!];
  }
  return result;
}
