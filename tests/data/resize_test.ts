import { resizeTo32 } from "@lib/data/resize.ts";
import { assertEquals } from "@lib/std/assert.ts";
import { assertClose, reference, testImage } from "../reference/reference.ts";

for (const [size, expected] of Object.entries(reference.resize)) {
  Deno.test(`resizing ${size} is OpenCV's, within its rounding of weights`, () => {
    const [height, width] = size.split("x").map(Number) as [number, number];
    const pixels = testImage(4, height, width);
    assertClose(resizeTo32({ width, height, pixels }), expected, 1);
  });
}

Deno.test("an image of 32×32 stays as it is", () => {
  const pixels = testImage(1);
  assertEquals(resizeTo32({ width: 32, height: 32, pixels }), pixels);
});
