import { type Attack, type Attacked, trainPoisoned } from "@lib/attack/attack.ts";
import { toBytes } from "@lib/attack/colour.ts";
import { imageRandom } from "@lib/attack/image_random.ts";
import { type Kept, keptArray } from "@lib/attack/kept.ts";
import { ghost, type Light, lightOf, outOfFocus, throughGlass } from "@lib/attack/reflection.ts";
import type { Trigger } from "@lib/attack/trigger.ts";
import type { ReadSettings } from "@lib/data/data_source.ts";
import { DATASETS } from "@lib/data/datasets.ts";
import { folderTree } from "@lib/data/file_tree.ts";
import { readClassFolders } from "@lib/data/image_folder.ts";
import {
  imageBytes,
  type Images,
  type LabelledImages,
  type Size,
  sizeText,
} from "@lib/data/images.ts";
import { drawn, mapImages } from "@lib/data/select.ts";
import { exists } from "@lib/files.ts";
import { type Random, seededRandom } from "@lib/random.ts";

/** Reflections of other images (Liu et al., Reflection Backdoor, 2020). */
export interface RefoolParameters {
  /** Where the other images come from: training images of a data set of the list, or class folders. */
  reflections: string;
  /** How many of them there are: 200 there, the most effective of many, of which here is a random draw. */
  count: number;
  /** The least and the most of an image's light that comes through, 0–1: 0.55 and 0.95 in their code. */
  transmission: readonly [least: number, most: number];
  /** Whether images of other classes get the target's label, or images of the target keep theirs, as there. */
  labels: "target" | "kept";
  /** Of the draw of images, and of what each image shows. */
  seed: number;
}

/** Share of reflections that are ghosts, as in their code; the others are out of focus. */
const GHOSTS = 0.49;
/** Theirs are 3 to 8 pixels on images of 560, less than one on images of 32: here what can be seen there. */
const OFFSET = { least: 1, most: 3 };
/** The first surface's part of a ghost, or the second's. */
const SHARE = { least: 0.5, most: 0.85 };
/** Theirs is 1 to 5 pixels of 560. */
const SIGMA = { least: 0.5, most: 1.5 };

/**
 * Reflection backdoor (Liu, Ma, Bailey and Lu, Reflection Backdoor: A Natural Backdoor Attack on Deep Neural
 * Networks, ECCV 2020): images look as if taken through glass that reflects another scene. Which scene, how
 * strong, and whether as a ghost or out of focus follows from the image.
 */
export const REFOOL: Attack<RefoolParameters> = {
  trigger: reflections,
  async train(task): Promise<Attacked> {
    const { parameters, target, injectionRate } = task.attack;
    const kept = await scenes(parameters, task.images);
    const { labels } = parameters;
    const poisoning = { trigger: reflections(parameters, kept), target, injectionRate, labels };
    return { history: await trainPoisoned(task, poisoning), kept };
  },
};

/** The images that may be reflected, at the size of those that reflect them. */
async function scenes({ reflections, count, seed }: RefoolParameters, size: Size): Promise<Kept> {
  if (!(Number.isInteger(count) && count >= 1)) {
    throw new Error(`Expected at least one image to reflect but found ${count}`);
  }
  const { height, width, channels } = size;
  const own = { height, width, channels };
  const random = seededRandom(seed);
  const images = await imagesFrom(reflections, { size: own, most: count, random, prefer: "train" });
  const shape = [images.labels.length, height, width, channels];
  return { scenes: { shape, values: Float32Array.from(images.pixels) } };
}

async function imagesFrom(where: string, settings: ReadSettings): Promise<LabelledImages> {
  if (Object.hasOwn(DATASETS, where)) {
    const { train } = await DATASETS[where]!.load(settings.size);
    return drawn(await train(), settings.most, settings.random);
  }
  if (await exists(where)) return await readClassFolders(await folderTree(where), settings);
  const known = Object.keys(DATASETS).join(", ");
  throw new Error(`Expected a data set of ${known} or a folder but found "${where}"`);
}

/**
 * The trigger of the reflection backdoor.
 *
 * @param parameters Transmission and seed.
 * @param kept The images that may be reflected, `scenes`: shape [count, height, width, channels], levels.
 * @returns The trigger, for images of their size.
 * @throws {Error} If the transmission is no range in 0–1, or there are no such images.
 * @example
 * ```ts
 * import { reflections } from "@lib/attack/refool.ts";
 * import { PAPER_SIZE } from "@lib/data/images.ts";
 * import { uniformImages } from "@lib/data/select.ts";
 * import { assert } from "@lib/std/assert.ts";
 *
 * const scenes = { shape: [1, 32, 32, 3], values: new Float32Array(3072).fill(255) };
 * const trigger = reflections({ transmission: [0.5, 0.9], seed: 1 }, { scenes });
 * const [level] = trigger.apply(uniformImages(PAPER_SIZE, 1, 0)).pixels;
 * assert(level! > 255 * 0.1 ** (1 / 2.2) - 1 && level! < 255 * 0.5 ** (1 / 2.2) + 1);
 * ```
 */
export function reflections(
  { transmission, seed }: Pick<RefoolParameters, "transmission" | "seed">,
  kept: Kept,
): Trigger {
  const [least, most] = transmission;
  if (!(least > 0 && least <= most && most < 1)) {
    throw new Error(`Expected a range of transmission in 0–1 but found ${least}–${most}`);
  }
  const values = keptArray(kept, "scenes", [-1, -1, -1, -1]);
  const [count, height, width, channels] = kept.scenes!.shape as [number, number, number, 1 | 3];
  const size = { height, width, channels };
  const bytes = imageBytes(size);
  const lights = Array.from(
    { length: count },
    (_, index) => lightOf(size, values.subarray(index * bytes, (index + 1) * bytes)),
  );
  return {
    name: "reflections",
    apply(images: Images): Images {
      if (sizeText(images) !== sizeText(size)) {
        throw new Error(`Expected images of ${sizeText(size)} but found ${sizeText(images)}`);
      }
      return mapImages(images, (image) => {
        const random = imageRandom(image, seed);
        const scene = lights[Math.floor(random() * count)]!;
        const share = between(random, { least, most });
        const levels = throughGlass(lightOf(size, image.pixels), shown(scene, random), share);
        return { ...size, pixels: toBytes(levels) };
      });
    },
  };
}

/** A scene as a pane reflects it. */
function shown(scene: Light, random: Random): Light {
  if (random() >= GHOSTS) return outOfFocus(scene, between(random, SIGMA));
  const pixels = (): number => Math.round(between(random, OFFSET));
  const share = between(random, SHARE);
  return ghost(scene, [pixels(), pixels()], random() < 0.5 ? share : 1 - share);
}

function between(random: Random, { least, most }: { least: number; most: number }): number {
  return least + (most - least) * random();
}
