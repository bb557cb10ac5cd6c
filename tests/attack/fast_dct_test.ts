/** The fast transform against the one that multiplies everything out. */
import { dct2 } from "@lib/attack/dct.ts";
import { fastDct2 } from "@lib/attack/fast_dct.ts";
import { seededRandom } from "@lib/random.ts";
import { assertThrows } from "@lib/std/assert.ts";
import { assertClose } from "../assert_close.ts";

for (const [height, width] of [[32, 32], [1, 6], [7, 9], [48, 20], [2, 64]] as const) {
  Deno.test(`the fast DCT of ${height}×${width} is the DCT, plane after plane`, () => {
    const random = seededRandom(height);
    const transform = fastDct2(height, width);
    for (let round = 0; round < 2; round++) {
      const plane = Float64Array.from({ length: height * width }, () => 255 * random());
      const expected = dct2(plane, height, width);
      transform(plane);
      assertClose(plane, expected, 1e-10);
    }
  });
}

Deno.test("a plane without rows is refused", () => {
  assertThrows(() => fastDct2(0, 4), Error, "at least one row and one column but found 0×4");
});
