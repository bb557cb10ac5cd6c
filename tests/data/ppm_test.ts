import { readPpm } from "@lib/data/ppm.ts";
import { assertEquals, assertThrows } from "@lib/std/assert.ts";

const ppm = (header: string, ...pixels: number[]): Uint8Array =>
  Uint8Array.of(...new TextEncoder().encode(header), ...pixels);

Deno.test("a PPM of any size, with comments and any white space in its header", () => {
  const expected = { width: 2, height: 1, pixels: Uint8Array.of(1, 2, 3, 35, 10, 9) };
  for (
    const header of ["P6 2 1 255\n", "P6\n# made by hand\n2\t1\n#again\n255 ", "P6\r\n2 1\r\n255\n"]
  ) {
    assertEquals(readPpm(ppm(header, 1, 2, 3, 35, 10, 9), "a.ppm"), expected);
  }
});

Deno.test("pixels that look like white space or a comment are pixels", () => {
  assertEquals(readPpm(ppm("P6 1 1 255\n", 32, 35, 10), "a.ppm").pixels, Uint8Array.of(32, 35, 10));
});

const broken: Record<string, [bytes: Uint8Array, message: string]> = {
  "another magic": [ppm("P5 1 1 255\n", 1), 'starts with "P6" but found "P5" in a.ppm'],
  "nothing": [new Uint8Array(0), 'starts with "P6"'],
  "no width": [ppm("P6\n"), "Expected a number for the width in the PPM header of a.ppm"],
  "words for a height": [ppm("P6 2 two 255\n"), "number for the height"],
  "no maximum": [ppm("P6 2 2"), "number for the height"],
  "no size": [ppm("P6 0 4 255\n"), "at least 1×1 but found 0×4 in a.ppm"],
  "two bytes a sample": [ppm("P6 1 1 65535\n", 1, 2, 3, 4, 5, 6), "maximum of 255 but found 65535"],
  "too short": [
    ppm("P6 2 2 255\n", 1, 2, 3),
    "Expected 12 bytes for a 2×2 RGB image but found 3 in a.ppm",
  ],
  "too long": [ppm("P6 1 1 255\n", 1, 2, 3, 4), "Expected 3 bytes for a 1×1 RGB image but found 4"],
};
for (const [name, [bytes, message]] of Object.entries(broken)) {
  Deno.test(`a PPM with ${name} is refused`, () => {
    assertThrows(() => readPpm(bytes, "a.ppm"), Error, message);
  });
}
