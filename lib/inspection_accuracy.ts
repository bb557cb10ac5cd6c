import type { LabelledImages } from "@lib/data/labelled_images.ts";
import { disposeNetwork } from "@lib/network/copy_network.ts";
import { accuracy, classify } from "@lib/network/evaluate.ts";
import { logitsNetwork, PIXEL_RANGES, type PixelRange } from "@lib/network/logits_network.ts";
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

/** Nor is the range of its levels right if the other one is by so much better. */
const BETTER = 0.1;

/**
 * Checks that a network knows the images; if not, tries what usually is the reason.
 *
 * @param network From images, RGB 0–1, to logits.
 * @param opened The same as it came.
 * @param images Some with their classes.
 * @throws {Error} If accuracy is near chance, or much higher with the other range of levels; says what it would be with the other range of levels, blue
 * and red exchanged, or numbered classes in the order of their names as text.
 * @example
 * ```ts ignore
 * await requireAccuracy(network, { opened, network: "network.keras", pixels: "0-1" }, images);
 * ```
 */
export async function requireAccuracy(
  network: tf.LayersModel,
  { opened, network: file, pixels }: Opened,
  images: LabelledImages,
): Promise<void> {
  const chance = 1 / images.classNames.length;
  const least = chance + KNOWS * (1 - chance);
  const answers = await classify(network, images.pixels);
  const found = accuracy(answers, images.labels);
  const other = PIXEL_RANGES.find((range) => range !== pixels)!;
  const copy = await logitsNetwork(opened, other);
  const withOther = accuracy(await classify(copy, images.pixels), images.labels);
  const wanted = Math.max(least, withOther - BETTER);
  if (found >= wanted) return disposeNetwork(copy);
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  const turned = exchanged(images.pixels);
  const rates: [string, number][] = [
    [`with --pixels ${other}`, withOther],
    ["with blue, green, red", accuracy(await classify(network, turned), images.labels)],
    [
      `with --pixels ${other} and blue, green, red`,
      accuracy(await classify(copy, turned), images.labels),
    ],
  ];
  disposeNetwork(copy);
  const asText = textOrder(images.classNames);
  if (asText !== undefined) {
    rates.push([
      "with the numbered classes in order of their names as text",
      accuracy(answers, images.labels.map((label) => asText[label]!)),
    ]);
  }
  const wouldDo = rates.filter(([, rate]) => rate >= wanted);
  const tried = rates.map(([how, rate]) => `${percent(rate)} ${how}`).join(", ");
  const advice = wouldDo.length > 0
    ? `what would do is ${wouldDo.toSorted((a, b) => b[1] - a[1])[0]![0]}`
    : "none would do: are the classes in another order, or is it another data set?";
  throw new Error(
    `Expected an accuracy of at least ${percent(wanted)}, chance being ${
      percent(chance)
    }, but found ` +
      `${percent(found)} for ${file} with --pixels ${pixels}; tried also: ${tried}; ${advice}`,
  );
}

/** The same images with red and blue exchanged. */
function exchanged(pixels: Uint8Array): Uint8Array {
  const result = pixels.slice();
  for (let at = 0; at < pixels.length; at += 3) {
    [result[at], result[at + 2]] = [pixels[at + 2]!, pixels[at]!];
  }
  return result;
}

/** Each class's place where 10 comes before 9, as in Keras and PyTorch; none if that changes nothing. */
function textOrder(names: readonly string[]): number[] | undefined {
  const sorted = names.toSorted();
  const places = names.map((name) => sorted.indexOf(name));
  return names.every((name) => /^\d+$/.test(name)) && places.some((place, at) => place !== at)
    ? places
    : undefined;
}
