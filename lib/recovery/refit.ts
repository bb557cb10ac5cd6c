import type { Trigger } from "@lib/attack/trigger.ts";
import { countOf, type Images, type LabelledImages } from "@lib/data/images.ts";
import { drawn, slicedImages } from "@lib/data/select.ts";
import { copyNetwork, freedIfFailed } from "@lib/network/copy_network.ts";
import { engineOf } from "@lib/network/engine.ts";
import { toTensor } from "@lib/network/image_input.ts";
import { isInput, type LayerCall, layerCalls } from "@lib/network/layer_calls.ts";
import { solve } from "@lib/network/solve.ts";
import { tf } from "@lib/network/tensorflow.ts";
import { seededRandom } from "@lib/random.ts";
import { filtersOf, patchesOf, setFilters } from "@lib/recovery/patches.ts";

/** How a network is refitted. */
export const REFIT = {
  /** At most so many: a random draw of more. Enough for 576 or 1,152 unknowns a filter, for each image has
   * hundreds of patches. */
  images: 300,
  /** What a triggered patch counts beside a clean one. */
  weight: 4,
  /** How firmly filters are held to what they were: a share of the patches' mean square. */
  ridge: 1e-4,
};

/**
 * Refits a network so that it does not see a trigger: convolution by convolution from the images on, the
 * filters with which clean and triggered inputs alike give, in the least squares, what clean ones gave the
 * network as it came. No labels, no training, one system of equations a layer.
 *
 * In the first layer that is Wiener's filter for the trigger, folded into the kernels; each later one
 * takes away what still comes through and undoes what it cost. He, Zhang and Sun (Channel Pruning for
 * Accelerating Very Deep Neural Networks, 2017) reconstruct layers so after pruning.
 *
 * @param network From images, 0–1, to logits; left as it is.
 * @param clean Clean images; their labels are not used.
 * @param trigger One that was recovered; it need not be the attacker's.
 * @param settings Images, weight and ridge.
 * @param onProgress Told the share that is done, 0–1.
 * @returns The refitted network; the caller disposes it.
 * @throws {Error} If it has several inputs or outputs, calls a layer more than once, or has no Conv2D.
 * @example
 * ```ts
 * import { patch } from "@lib/attack/patch.ts";
 * import { syntheticSigns } from "@lib/data/synthetic_signs.ts";
 * import { classify } from "@lib/network/evaluate.ts";
 * import { paperCnn } from "@lib/network/paper_cnn.ts";
 * import { REFIT, refit } from "@lib/recovery/refit.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const [network, clean] = [paperCnn(43, 1), syntheticSigns(43, 1)];
 * const trigger = patch({ size: 3, level: 255 });
 * const refitted = await refit(network, clean, trigger, { ...REFIT, images: 8 });
 * assertEquals((await classify(refitted, clean)).length, 43);
 * ```
 */
export async function refit(
  network: tf.LayersModel,
  clean: LabelledImages,
  trigger: Trigger,
  settings: typeof REFIT = REFIT,
  onProgress: (share: number) => void | Promise<void> = () => {},
): Promise<tf.LayersModel> {
  const calls = convolutionCalls(network);
  if (calls.length === 0) {
    throw new Error(
      "Expected a network with convolutions, one input, one output and each layer called once " +
        "but found another",
    );
  }
  const images = drawn(clean, settings.images, seededRandom(1));
  const pair = [images, trigger.apply(images)] as const;
  return await freedIfFailed(await copyNetwork(network), async (copy) => {
    for (const [index, call] of calls.entries()) {
      const fit: Fit = {
        convolution: copy.getLayer(call.layer.name),
        before: inputOf(network, call, images),
        after: inputOf(copy, call, images),
      };
      await refitLayer(fit, pair, settings, (share) => onProgress((index + share) / calls.length));
    }
    return copy;
  });
}

/**
 * Whether a network can be refitted.
 *
 * @param network Any layers model.
 * @returns Whether it has a Conv2D, one input and one output, and calls each layer once.
 */
export function isRefittable(network: tf.LayersModel): boolean {
  return convolutionCalls(network).length > 0;
}

const convolutionCalls = (network: tf.LayersModel): LayerCall[] =>
  layerCalls(network)?.filter(({ layer }) => layer.getClassName() === "Conv2D") ?? [];

/** What goes into a layer; the caller disposes it. */
type InputOf = (images: Images) => tf.Tensor4D;

function inputOf(network: tf.LayersModel, { inputs }: LayerCall, size: Images): InputOf {
  const [before] = inputs;
  if (before === undefined || isInput(before)) return toTensor;
  const forward = engineOf(network).forward(network, [network.getLayer(before.name)], size);
  return (images) => forward(images)[0] as tf.Tensor4D;
}

/** A convolution to be refitted; all before it are. */
interface Fit {
  convolution: tf.layers.Layer;
  /** Its inputs in the network as it came. */
  before: InputOf;
  /** Its inputs now. */
  after: InputOf;
}

/** At most so many numbers are in a batch's patches: 64 MB. */
const MOST = 2 ** 24;

async function refitLayer(
  { convolution, before, after }: Fit,
  [clean, triggered]: readonly [Images, Images],
  { weight, ridge }: typeof REFIT,
  onProgress: (share: number) => void | Promise<void>,
): Promise<void> {
  const old = filtersOf(convolution);
  const [unknowns, count] = [old.shape[0], countOf(clean)];
  const [, height, width] = convolution.outputShape as [null, number, number];
  const batch = Math.max(1, Math.floor(MOST / (2 * height * width * unknowns)));
  const moments = (start: number): tf.Tensor2D[] => {
    const [one, other] = [clean, triggered].map((all) => slicedImages(all, start, start + batch));
    const wanted = patchesOf(convolution, before(one!)).matMul(old);
    const sides = [one!, other!].map((images, side) => {
      const patches = patchesOf(convolution, after(images));
      const missing = wanted.sub(patches.matMul(old)) as tf.Tensor2D;
      return [patches, missing].map((part) => patches.matMul(part, true).mul([1, weight][side]!));
    });
    return [0, 1].map((part) => sides[0]![part]!.add(sides[1]![part]!) as tf.Tensor2D);
  };
  // of the normal equations: patches by patches, and patches by what the old filters miss
  let sums: tf.Tensor2D[] = [tf.zeros([unknowns, unknowns]), tf.zerosLike(old)];
  for (let start = 0; start < count; start += batch) {
    const last = sums;
    sums = tf.tidy(() => moments(start).map((moment, part) => last[part]!.add(moment)));
    tf.dispose(last);
    await onProgress(Math.min(1, (start + batch) / count));
  }
  tf.tidy(() => {
    const [squares, products] = sums as [tf.Tensor2D, tf.Tensor2D];
    const unit = tf.eye(unknowns);
    const meanSquare = squares.mul(unit).sum().div(unknowns);
    const held = squares.add(unit.mul(meanSquare).mul(ridge)) as tf.Tensor2D;
    setFilters(convolution, old.add(solve(held, products)));
  });
  tf.dispose([old, ...sums]);
}
