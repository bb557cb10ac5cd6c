import type { Images } from "@lib/data/images.ts";
import { logitsNetwork } from "@lib/formats/logits_network.ts";
import { type LayerCall, layerCalls } from "@lib/network/layer_calls.ts";
import { tf } from "@lib/network/tensorflow.ts";

/** In what ranges networks take levels: what a share, 0–1, is multiplied with and what is added. */
export const RANGES = {
  "0-1": { scale: 1, offset: 0 },
  "0-255": { scale: 255, offset: 0 },
  "-1-1": { scale: 2, offset: -1 },
} as const;

/** In what form a network takes images. */
export interface InputForm {
  pixels: keyof typeof RANGES;
  /** Taken from a level in that range; one for all channels, or red's, green's and blue's. */
  mean?: readonly number[];
  /** What it is then divided by. */
  std?: readonly number[];
  /** The order of the channels; red, green, blue if not given. */
  channels?: "RGB" | "BGR";
}

/** The mean and deviation of two data sets with which networks are often trained (torchvision's and others'). */
const STANDARDS: readonly Required<Pick<InputForm, "mean" | "std">>[] = [
  { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] }, // ImageNet
  { mean: [0.4914, 0.4822, 0.4465], std: [0.247, 0.2435, 0.2616] }, // CIFAR-10
];

/**
 * The forms that networks usually take images in, the plainest first.
 *
 * @param images Whose own mean and deviation are one of them.
 */
export function usualForms(images: Images): InputForm[] {
  const plain = Object.keys(RANGES).map((pixels) => ({ pixels: pixels as InputForm["pixels"] }));
  const standards = [...images.channels === 3 ? STANDARDS : [], standardOf(images)];
  const forms = [...plain, ...standards.map((each) => ({ pixels: "0-1" as const, ...each }))];
  if (images.channels === 1) return forms;
  return [...forms, ...forms.map((form) => ({ ...form, channels: "BGR" as const }))];
}

/** The mean and deviation of each channel of images, to three digits. */
function standardOf({ pixels, channels }: Images): Required<Pick<InputForm, "mean" | "std">> {
  const moments = Array.from({ length: channels }, (_, channel) => {
    let [sum, squares] = [0, 0];
    for (let at = channel; at < pixels.length; at += channels) {
      sum += pixels[at]! / 255;
      squares += (pixels[at]! / 255) ** 2;
    }
    const mean = sum / (pixels.length / channels);
    return { mean, std: Math.sqrt(Math.max(0, squares / (pixels.length / channels) - mean ** 2)) };
  });
  const short = (value: number): number => Number(value.toFixed(3));
  return {
    mean: moments.map(({ mean }) => short(mean)),
    std: moments.map(({ std }) => Math.max(0.001, short(std))),
  };
}

/** The options of a command line that name a form. */
export function formOptions({ pixels, mean, std, channels }: InputForm): string {
  return [
    `--pixels ${pixels}`,
    mean && `--mean ${mean.join()}`,
    std && `--std ${std.join()}`,
    channels === "BGR" && "--channels BGR",
  ].filter(Boolean).join(" ");
}

/**
 * A copy of a classifier that takes images as all do here, RGB from 0 to 1, and says logits.
 *
 * @param network Left as it is.
 * @param form In which it takes images.
 * @returns The copy; `disposeNetwork` frees it.
 * @throws {Error} If it takes blue first, and not by a Conv2D of three channels, or means or deviations are not
 * as many as its channels.
 */
export async function formedNetwork(
  network: tf.LayersModel,
  form: InputForm,
): Promise<tf.LayersModel> {
  const { scale, offset } = RANGES[form.pixels];
  const { mean = [0], std = [1] } = form;
  const channels = Math.max(mean.length, std.length);
  const own = network.inputs[0]!.shape.at(-1);
  if (channels > 1 && channels !== own) {
    throw new Error(
      `Expected one number, or one for each of the network's ${own} channels, for --mean and --std ` +
        `but found ${channels}`,
    );
  }
  const of = (list: readonly number[], at: number): number => list[at % list.length]!;
  const scales = Array.from({ length: channels }, (_, at) => scale / of(std, at));
  const offsets = scales.map((_, at) => (offset - of(mean, at)) / of(std, at));
  const isPlain = [...scales, ...offsets].every((value, at) => value === Number(at < channels));
  if (form.channels === "BGR" && !canExchange(network)) {
    throw new Error(
      "Expected a Conv2D to take images of three channels for --channels BGR but found none",
    );
  }
  const alike = (values: number[]): number | number[] => channels === 1 ? values[0]! : values;
  const scaling = { scale: alike(scales), offset: alike(offsets) };
  const formed = await logitsNetwork(network, isPlain ? undefined : scaling);
  if (form.channels === "BGR") exchangeRedAndBlue(formed);
  return formed;
}

/**
 * Makes a network take blue for red: turns the kernels of its first convolution. Done twice, it is as before.
 *
 * @param network One that {@link canExchange}; gets other weights.
 */
export function exchangeRedAndBlue(network: tf.LayersModel): void {
  const { layer } = layerCalls(network)!.find(isFirst)!;
  const [kernel, ...others] = layer.getWeights();
  tf.tidy(() => layer.setWeights([kernel!.reverse(2), ...others]));
}

/** Whether one Conv2D takes a network's images, and nothing before it treats the three channels differently. */
export function canExchange(network: tf.LayersModel): boolean {
  const calls = layerCalls(network) ?? [];
  const before = calls.slice(0, calls.findIndex(isFirst)).map(({ layer }) => layer);
  const [first, ...others] = calls.slice(before.length);
  const isAlike = before.every((layer) => !Object.values(layer.getConfig()).some(isChannels));
  const isOne = !others.some(({ inputs }) => inputs.some((input) => before.includes(input)));
  return network.inputs[0]!.shape.at(-1) === 3 &&
    first?.layer.getClassName() === "Conv2D" && isAlike && isOne;
}

/** Layers that leave channels where they are. */
const PASSING = ["InputLayer", "Rescaling", "ZeroPadding2D", "Activation", "Dropout"];

const isFirst = ({ layer }: LayerCall): boolean => !PASSING.includes(layer.getClassName());

/** Of a rescaling: one number a channel. */
const isChannels = (value: unknown): boolean =>
  Array.isArray(value) && value.length === 3 && value.every((each) => typeof each === "number");
