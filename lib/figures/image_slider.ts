import type { Figure, Picture } from "@lib/figures/figure.ts";
import { imageGrid } from "@lib/figures/image_grid.ts";

/** What a slider shows at one of its places. */
export interface SliderPlace {
  /** Of the place. */
  name: string;
  /** In one row, with a label above each. */
  images: Picture;
  labels: readonly string[];
}

/**
 * Rows of images, one at a time, to move through with a slider.
 *
 * @param places From the left; as many images in each.
 * @param start Where the slider stands at first; a still picture shows no other place.
 * @param what What changes from place to place.
 * @returns The figure.
 * @throws {Error} If there is no such place, or a place has not as many images as labels.
 * @example
 * ```ts
 * import { imageSlider } from "@lib/figures/image_slider.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const images = { height: 32, width: 32, channels: 3, pixels: new Uint8Array(3072) };
 * const places = ["0", "30"].map((name) => ({ name, images, labels: ["target"] }));
 * const [slider] = imageSlider(places, 1, "magnitude").layout.sliders as { active: number }[];
 * assertEquals(slider!.active, 1);
 * ```
 */
export function imageSlider(places: readonly SliderPlace[], start: number, what: string): Figure {
  if (places[start] === undefined) {
    throw new Error(`Expected one of ${places.length} places to start at but found ${start}`);
  }
  const grids = places.map(({ images, labels }) =>
    imageGrid(images, labels, Math.max(labels.length, COLUMNS), "image/jpeg")
  );
  const tallest = grids.reduce((a, b) => b.layout.height > a.layout.height ? b : a).layout;
  const shown = grids.map(({ layout: { images, annotations } }) => ({ images, annotations }));
  const layout = {
    ...tallest,
    ...shown[start],
    height: tallest.height + ROOM,
    margin: { ...tallest.margin, l: 40, r: 40, b: tallest.margin.b + ROOM },
    sliders: [{
      active: start,
      pad: { t: 16 },
      currentvalue: { prefix: `${what}: ` },
      steps: places.map(({ name }, index) => ({
        label: name,
        method: "relayout",
        args: [shown[index]!],
      })),
    }],
  };
  return { data: grids[start]!.data, layout };
}

/** At least so many would fit in the row, which bounds the size of all these pictures together. */
const COLUMNS = 5;

/** For the slider, in pixels. */
const ROOM = 100;
