import { CLASS_ORDERS, orderedNames, relabelled } from "@lib/data/class_order.ts";
import type { LabelledImages } from "@lib/data/images.ts";
import { drawn } from "@lib/data/select.ts";
import {
  canExchange,
  formedNetwork,
  formOptions,
  type InputForm,
  usualForms,
} from "@lib/inspect/input_form.ts";
import { disposeNetwork } from "@lib/network/copy_network.ts";
import { classify } from "@lib/network/evaluate.ts";
import type { tf } from "@lib/network/tensorflow.ts";
import { seededRandom } from "@lib/random.ts";
import { percent } from "@lib/words.ts";

/** A network as it came and the way its images are taken. */
export interface Taken {
  network: tf.LayersModel;
  /** Its file, for the error. */
  file: string;
  form: InputForm;
  /** The classes' names as the images were found. */
  names: readonly string[];
}

/** A network that is no further than this from guessing to perfect does not know the images. */
const KNOWS = 0.1;

/** Another way is better if it gains so much, and so many standard errors of the difference. */
const BETTER = { gain: 0.03, errors: 2.5 };

/** Of ways that come so close to the best the plainest is named. */
const ALIKE = 0.01;

/** On so many images ways are tried. */
const TRIED = 400;

/** A way to take images: the options that say so, and which of the images are known so. */
interface Way {
  options: string;
  isRight: boolean[];
}

/**
 * Checks that a network knows the images, and that it does not know them better if they are taken in another
 * way: in another range, standardised, blue first, with numbered classes in another order.
 *
 * @param taken The network, and the form that is supposed.
 * @param images Some, labelled in the order that is supposed.
 * @throws {Error} If accuracy is near chance, or clearly better in another way; names the options to give. As
 * {@link formedNetwork} if the supposed form cannot be had.
 */
export async function requireAccuracy(taken: Taken, images: LabelledImages): Promise<void> {
  const { network, form, file, names } = taken;
  const some = drawn(images, TRIED, seededRandom(1));
  const orders = [{ options: "", labels: some.labels }];
  for (const order of CLASS_ORDERS) {
    const { labels } = relabelled(some, await orderedNames(names, order));
    const isNew = orders.every((each) => each.labels.some((label, at) => label !== labels[at]));
    if (isNew) orders.push({ options: ` --classes ${order}`, labels });
  }
  const ways: Way[] = [];
  const others = usualForms(some)
    .filter(({ channels }) => channels !== "BGR" || canExchange(network));
  for (const each of [form, ...others]) {
    const formed = await formedNetwork(network, each);
    const answers = await classify(formed, some).finally(() => disposeNetwork(formed));
    for (const { options, labels } of orders) {
      const isRight = Array.from(answers, (answer, at) => answer === labels[at]);
      ways.push({ options: formOptions(each) + options, isRight });
    }
  }
  const chance = 1 / names.length;
  const least = chance + KNOWS * (1 - chance);
  const found = ways[0]!;
  const most = Math.max(...ways.map(rateOf));
  const best = ways.find((way) => rateOf(way) >= most - ALIKE)!;
  const also = `found ${percent(rateOf(found))} for ${file} with ${found.options}`;
  if (rateOf(best) >= least && isBetter(best, found)) {
    throw new Error(
      `Expected images in the form that the network takes but ${also}, and ` +
        `${percent(rateOf(best))} with other options; give these: ${best.options}`,
    );
  }
  if (rateOf(found) >= least) return;
  const wanted = `${percent(least)}, chance being ${percent(chance)}`;
  const next = `the best being ${best.options} with ${percent(rateOf(best))}`;
  throw new Error(
    `Expected an accuracy of at least ${wanted}, but ${also}; of ${ways.length - 1} other ways ` +
      `none would do, ${next}: are the classes in another order (--classes FILE), or is it another ` +
      "data set?",
  );
}

const rateOf = ({ isRight }: Way): number => isRight.filter(Boolean).length / isRight.length;

/** McNemar's test: of the images that only one of two ways knows, how many more the first does. */
function isBetter(one: Way, other: Way): boolean {
  const differing = one.isRight.filter((isRight, at) => isRight !== other.isRight[at]).length;
  const gain = rateOf(one) - rateOf(other);
  return gain > BETTER.gain &&
    gain * one.isRight.length > BETTER.errors * Math.sqrt(differing);
}
