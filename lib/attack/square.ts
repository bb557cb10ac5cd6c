import type { Trigger } from "@lib/attack/trigger.ts";
import { imageBytes, type Images, requireImages, type Size, sizeText } from "@lib/data/images.ts";
import type { Random } from "@lib/random.ts";

/** A square that is painted over part of an image. */
export interface Square {
  /** Levels; shape [side, side, channels]. */
  pixels: Uint8Array;
  /** Of its upper left corner, from 0. */
  row: number;
  column: number;
}

/**
 * A trigger that paints a square over each image.
 *
 * @param name What to call it.
 * @param side Of the squares, in pixels.
 * @param squaresOf One square for each of some images.
 * @returns The trigger, for images in which there is room for a square.
 * @throws {Error} If the squares have no side.
 * @example
 * ```ts
 * import { squareTrigger } from "@lib/attack/square.ts";
 * import { PAPER_SIZE } from "@lib/data/images.ts";
 * import { uniformImages } from "@lib/data/select.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const dot = { pixels: Uint8Array.of(9, 9, 9), row: 0, column: 1 };
 * const { apply } = squareTrigger("dot", 1, () => [dot]);
 * assertEquals(apply(uniformImages(PAPER_SIZE, 1, 0)).pixels.indexOf(9), 3);
 * ```
 */
export function squareTrigger(
  name: string,
  side: number,
  squaresOf: (images: Images, count: number) => readonly Square[],
): Trigger {
  requireSide(side);
  return {
    name,
    apply(images: Images): Images {
      const count = requireImages(images);
      const { height, width, channels } = images;
      requireRoom(side, images);
      const pixels = images.pixels.slice();
      squaresOf(images, count).forEach((square, index) => {
        for (let line = 0; line < side; line++) {
          const start = ((square.row + line) * width + square.column) * channels;
          const part = square.pixels.subarray(line * side * channels, (line + 1) * side * channels);
          pixels.set(part, index * imageBytes(images) + start);
        }
      });
      return { height, width, channels, pixels };
    },
  };
}

/**
 * A trigger that paints the same square over the lower right corner of every image.
 *
 * @param name What to call it.
 * @param side Of the square, in pixels.
 * @param pixelsFor The square for images of so many channels.
 * @returns The trigger.
 * @throws {Error} As {@link squareTrigger}.
 */
export function cornerSquare(
  name: string,
  side: number,
  pixelsFor: (channels: number) => Uint8Array,
): Trigger {
  return squareTrigger(name, side, ({ height, width, channels }, count) => {
    const square = { pixels: pixelsFor(channels), row: height - side, column: width - side };
    return Array<Square>(count).fill(square);
  });
}

/** Draws one of several places for a square of a side in an image. */
export type DrawPlace = (random: Random, size: Size, side: number) => Omit<Square, "pixels">;

/**
 * A set of places for squares, uniformly random, wherever there is room.
 *
 * @param count How many.
 * @param random Makes them.
 * @returns The way to draw one of them.
 * @throws {Error} If there are none.
 */
export function randomPlaces(count: number, random: Random): DrawPlace {
  if (!(Number.isInteger(count) && count >= 1)) {
    throw new Error(`Expected at least one place but found ${count}`);
  }
  const places = Array.from({ length: count }, () => [random(), random()] as const);
  return (draw, { height, width }, side) => {
    const [down, right] = places[Math.floor(draw() * count)]!;
    const [row, column] = [down * (height - side + 1), right * (width - side + 1)].map(Math.floor);
    return { row: row!, column: column! };
  };
}

function requireSide(side: number): void {
  if (Number.isInteger(side) && side >= 1) return;
  throw new Error(`Expected a square of at least one pixel but found ${side}`);
}

/**
 * Checks that a square fits into images.
 *
 * @param side Of the square, in pixels.
 * @param size Of the images.
 * @throws {Error} If it has no side or does not fit.
 */
export function requireRoom(side: number, size: Size): void {
  requireSide(side);
  if (side <= Math.min(size.height, size.width)) return;
  throw new Error(
    `Expected images with room for a square of ${side} but found ${sizeText(size)}`,
  );
}
