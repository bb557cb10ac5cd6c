/** A trigger is a file: images in, images out, bytes of the same size. */
import type { Trigger } from "@lib/mod.ts";

export interface CornerParameters {
  /** Height and width, in pixels. */
  size: number;
}

/** Inverts a square in the upper left corner. */
export function corner({ size }: CornerParameters): Trigger {
  return {
    name: `corner of ${size} pixels`,
    apply: (images) => {
      const { height, width, channels } = images;
      const pixels = images.pixels.map((level, at) => {
        const pixel = Math.floor(at / channels) % (height * width);
        return Math.floor(pixel / width) < size && pixel % width < size ? 255 - level : level;
      });
      return { ...images, pixels };
    },
  };
}
