/**
 * How a pane of glass shows what is in front of it and what is behind, in linear light.
 *
 * @module
 */
import type { Size } from "@lib/data/images.ts";

/** Levels of a display over light (Liu et al., Reflection Backdoor, 2020). */
const GAMMA = 2.2;

const LIGHT = Float64Array.from({ length: 256 }, (_, level) => (level / 255) ** GAMMA);

/** How much light pixels give. */
export interface Light extends Size {
  /** 0–1, in proportion to the light; shape [height, width, channels]. */
  values: Float64Array;
}

/**
 * An image's light.
 *
 * @param size Of the image.
 * @param pixels Its bytes.
 * @returns Each level by its power of 2.2.
 * @example
 * ```ts
 * import { lightOf } from "@lib/attack/reflection.ts";
 * import { assertAlmostEquals } from "@lib/std/assert.ts";
 *
 * const { values } = lightOf({ height: 1, width: 1, channels: 1 }, Uint8Array.of(128));
 * assertAlmostEquals(values[0]!, 0.2195, 1e-4); // middle grey is a fifth of the light of white
 * ```
 */
export function lightOf({ height, width, channels }: Size, pixels: ArrayLike<number>): Light {
  const values = Float64Array.from(pixels, (level) => LIGHT[level]!);
  return { height, width, channels, values };
}

/**
 * A reflection in a pane with two surfaces: the scene, and the scene again a little further down and right.
 *
 * @param scene Its light.
 * @param offset Rows and columns between the two, from 0.
 * @param share Of the first of the two, 0–1.
 * @returns The light of both together.
 */
export function ghost(
  scene: Light,
  offset: readonly [rows: number, columns: number],
  share: number,
): Light {
  const values = scene.values.map((light, index) => {
    const [row, column, channel] = placeOf(index, scene);
    const second = at(scene, row - offset[0], column - offset[1], channel);
    return share * light + (1 - share) * second;
  });
  return { ...scene, values };
}

/**
 * A reflection out of focus.
 *
 * @param scene Its light.
 * @param sigma Of a Gaussian, in pixels, cut off at two and a half of it.
 * @returns The scene's light, blurred.
 */
export function outOfFocus(scene: Light, sigma: number): Light {
  const reach = Math.ceil(2.5 * sigma);
  const weights = Array.from(
    { length: 2 * reach + 1 },
    (_, index) => Math.exp(-((index - reach) ** 2) / (2 * sigma ** 2)),
  );
  const sum = weights.reduce((total, weight) => total + weight);
  const along = (light: Light, down: number, right: number): Light => ({
    ...light,
    values: light.values.map((_, index) => {
      const [row, column, channel] = placeOf(index, light);
      return weights.reduce((total, weight, tap) => {
        const way = tap - reach;
        return total + weight / sum * at(light, row + way * down, column + way * right, channel);
      }, 0);
    }),
  });
  return along(along(scene, 1, 0), 0, 1);
}

/**
 * What is seen through a pane: light of an image behind it and of a reflection, added up.
 *
 * @param behind The image's light.
 * @param reflection The reflection's, of the same size.
 * @param transmission How much of the image's light comes through, 0–1; the rest is the reflection's.
 * @returns Levels, 0–255, before rounding.
 * @example
 * ```ts
 * import { lightOf, throughGlass } from "@lib/attack/reflection.ts";
 * import { assertAlmostEquals } from "@lib/std/assert.ts";
 *
 * const [black, white] = [0, 255].map((level) =>
 *   lightOf({ height: 1, width: 1, channels: 1 }, Uint8Array.of(level))
 * );
 * const [level] = throughGlass(black!, white!, 0.75);
 * assertAlmostEquals(level!, 255 * 0.25 ** (1 / 2.2)); // a quarter of the light looks half as bright
 * ```
 */
export function throughGlass(
  behind: Light,
  reflection: Light,
  transmission: number,
): Float64Array {
  return behind.values.map((light, index) => {
    const sum = transmission * light + (1 - transmission) * reflection.values[index]!;
    return 255 * sum ** (1 / GAMMA);
  });
}

function placeOf(index: number, { width, channels }: Size): [number, number, number] {
  const pixel = Math.floor(index / channels);
  return [Math.floor(pixel / width), pixel % width, index % channels];
}

/** Light at a place; beyond an edge it is that of the edge. */
function at(light: Light, row: number, column: number, channel: number): number {
  const { values, height, width, channels } = light;
  const inside = Math.min(height - 1, Math.max(0, row));
  const across = Math.min(width - 1, Math.max(0, column));
  return values[(inside * width + across) * channels + channel]!;
}
