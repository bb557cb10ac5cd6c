import { PAPER_SIZE } from "@lib/data/images.ts";
import { resize } from "@lib/data/resize.ts";
import { assertEquals } from "@lib/std/assert.ts";
import { assertClose } from "../assert_close.ts";
import { reference, testImage } from "../reference/reference.ts";

for (const [name, expected] of Object.entries(reference.resize)) {
  Deno.test(`resizing ${name} is OpenCV's, within its rounding of weights`, () => {
    const [height, width] = name.split("x").map(Number) as [number, number];
    const pixels = testImage(4, height, width);
    assertClose(resize({ width, height, pixels }, PAPER_SIZE), expected, 1);
  });
}

Deno.test("an image of 32×32 stays as it is", () => {
  const pixels = testImage(1);
  assertClose(resize({ width: 32, height: 32, pixels }, PAPER_SIZE), pixels);
});

Deno.test("to grey, an image becomes its luma, at any size", () => {
  const pixels = Uint8Array.of(255, 0, 0, 0, 255, 0); // red beside green
  const grey = resize({ width: 2, height: 1, pixels }, { height: 1, width: 2, channels: 1 });
  assertEquals(grey, Uint8Array.of(76, 150)); // 0.299 and 0.587 of 255
  assertEquals(
    resize({ width: 2, height: 1, pixels }, { height: 3, width: 5, channels: 3 }).length,
    45,
  );
});
