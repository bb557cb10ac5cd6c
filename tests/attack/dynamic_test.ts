/** Random squares: which there are, where they are, and what decides it. */
import { randomSquares } from "@lib/attack/dynamic.ts";
import { PAPER_SIZE } from "@lib/data/images.ts";
import { imageAt, pickImages, uniformImages } from "@lib/data/select.ts";
import { syntheticSigns } from "@lib/data/synthetic_signs.ts";
import { assert, assertEquals, assertThrows } from "@lib/std/assert.ts";

const signs = syntheticSigns(120, 4);
const parameters = { size: 5, patterns: 3, places: 4, seed: 7 };
const trigger = randomSquares(parameters);
const painted = trigger.apply(signs);

/** Where an image was changed: the square's corner, and what is in it. */
function squareOf(index: number): { corner: string; content: string } {
  const [before, after] = [signs, painted].map((images) => imageAt(images, index).pixels);
  const changed = [...before!.keys()].filter((at) => before![at] !== after![at]);
  const rows = changed.map((at) => Math.floor(at / 96));
  const columns = changed.map((at) => Math.floor(at / 3) % 32);
  const [top, left] = [Math.min(...rows), Math.min(...columns)];
  assert(Math.max(...rows) - top < 5 && Math.max(...columns) - left < 5, "more than a square");
  const levels = Array.from(
    { length: 5 },
    (_, row) => after!.subarray((top + row) * 96 + left * 3, (top + row) * 96 + (left + 5) * 3),
  );
  return { corner: `${top},${left}`, content: levels.join() };
}

Deno.test("each image has one square, of one of the patterns at one of the places", () => {
  const squares = Array.from({ length: 120 }, (_, index) => squareOf(index));
  assertEquals(new Set(squares.map(({ content }) => content)).size, 3);
  assertEquals(new Set(squares.map(({ corner }) => corner)).size, 4);
  assertEquals(new Set(squares.map(({ corner, content }) => corner + content)).size, 12);
});

Deno.test("an image has the same square whichever others it is with, and another with another seed", () => {
  const some = trigger.apply(pickImages(signs, [7, 3, 7]));
  [7, 3, 7].forEach((each, at) => assertEquals(imageAt(some, at), imageAt(painted, each)));
  const other = randomSquares({ ...parameters, seed: 8 }).apply(signs).pixels;
  assert(other.some((level, at) => level !== painted.pixels[at]));
});

Deno.test("grey images have grey squares, and squares that cannot be are refused", () => {
  const grey = uniformImages({ height: 9, width: 7, channels: 1 }, 1, 0);
  assert(trigger.apply(grey).pixels.filter((level) => level > 0).length > 20);
  const faults = {
    "Expected at least one pattern but found 0": { patterns: 0 },
    "Expected at least one place but found 0.5": { places: 0.5 },
    "Expected a square of at least one pixel but found 0": { size: 0 },
  };
  for (const [text, change] of Object.entries(faults)) {
    assertThrows(() => randomSquares({ ...parameters, ...change }), Error, text);
  }
  const message = "Expected images with room for a square of 33 but found 32×32×3";
  const night = uniformImages(PAPER_SIZE, 1, 0);
  assertThrows(() => randomSquares({ ...parameters, size: 33 }).apply(night), Error, message);
});
