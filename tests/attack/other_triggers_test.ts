/** The triggers that do not live in the frequency domain, and those given by a whole spectrum. */
import { blend } from "@lib/attack/blend.ts";
import { fromPlanes, toPlanes, YCRCB } from "@lib/attack/colour.ts";
import { idct2 } from "@lib/attack/dct.ts";
import { patch } from "@lib/attack/patch.ts";
import { sinusoid } from "@lib/attack/sinusoid.ts";
import { spectrumTrigger } from "@lib/attack/spectrum_trigger.ts";
import { PAPER_SIZE } from "@lib/data/images.ts";
import { slicedImages, uniformImages } from "@lib/data/select.ts";
import { withPatterns } from "@lib/recovery/patterns.ts";
import { syntheticSigns } from "@lib/data/synthetic_signs.ts";
import { toTensor } from "@lib/network/image_input.ts";
import { tf } from "@lib/network/tensorflow.ts";
import { seededRandom } from "@lib/random.ts";
import { assert, assertEquals, assertThrows } from "@lib/std/assert.ts";

const images = slicedImages(syntheticSigns(43, 4), 0, 6);
const { pixels } = images;
const night = uniformImages(PAPER_SIZE, 1, 0);
const at = (image: number, row: number, column: number, colour: number): number =>
  ((image * 32 + row) * 32 + column) * 3 + colour;

/** Calls for every level of every image. */
function eachLevel(
  check: (index: number, row: number, column: number, colour: number) => void,
): void {
  for (let image = 0; image < 6; image++) {
    for (let row = 0; row < 32; row++) {
      for (let column = 0; column < 32; column++) {
        for (let colour = 0; colour < 3; colour++) {
          check(at(image, row, column, colour), row, column, colour);
        }
      }
    }
  }
}

Deno.test("a patch is in the lower right corner and nowhere else", () => {
  const painted = patch({ size: 4, level: 200 }).apply(images).pixels;
  eachLevel((index, row, column) =>
    assertEquals(painted[index], row >= 28 && column >= 28 ? 200 : pixels[index])
  );
  assertThrows(() => patch({ size: 33, level: 255 }).apply(night), Error, "square of 33");
  assertThrows(() => patch({ size: 0, level: 255 }), Error, "found 0");
  assertThrows(() => patch({ size: 3, level: 256 }), Error, "found 256");
});

Deno.test("blend mixes the same noise into every image, and another with another seed", () => {
  const trigger = blend({ ratio: 0.25, seed: 3 });
  const black = trigger.apply(night).pixels;
  const mixed = trigger.apply(images).pixels;
  eachLevel((index) => {
    // black shows a quarter of the noise, rounded
    const expected = 0.75 * pixels[index]! + black[index % 3072]!;
    assert(Math.abs(mixed[index]! - expected) <= 1);
  });
  const other = blend({ ratio: 0.25, seed: 4 }).apply(night).pixels;
  assert(other.some((level, index) => level !== black[index]));
  assertThrows(() => blend({ ratio: 1, seed: 1 }), Error, "found 1");
});

Deno.test("a sinusoid is the same in every row and colour, and stops at 0 and 255", () => {
  const striped = sinusoid({ amplitude: 20, periods: 6 }).apply(images).pixels;
  eachLevel((index, _row, column) => {
    const wave = 20 * Math.sin(2 * Math.PI * 6 * column / 32);
    const expected = Math.min(255, Math.max(0, pixels[index]! + wave));
    assert(Math.abs(striped[index]! - expected) <= 0.5 + 1e-9);
  });
});

Deno.test("spectra are added in YCrCb as the slow transforms add them, in bytes and in tensors", () => {
  const random = seededRandom(2);
  const spectra = [0, 1].map(() => Float32Array.from({ length: 3072 }, () => 4 * random() - 2));
  const before = tf.memory().numTensors;
  const all = tf.tidy(() =>
    withPatterns(toTensor(images), tf.tensor4d([...spectra[0]!, ...spectra[1]!], [2, 3, 32, 32]))
      .dataSync()
  );
  assertEquals(tf.memory().numTensors, before);
  spectra.forEach((spectrum, which) => {
    const bytes = spectrumTrigger({ ...PAPER_SIZE, coefficients: spectrum }).apply(images).pixels;
    for (let image = 0; image < 6; image++) {
      const planes = toPlanes(pixels.subarray(image * 3072, (image + 1) * 3072), YCRCB);
      for (const plane of [0, 1, 2]) {
        const own = Float64Array.from(spectrum.subarray(plane * 1024, (plane + 1) * 1024));
        idct2(own, 32).forEach((level, index) => planes[plane * 1024 + index]! += level);
      }
      fromPlanes(planes, YCRCB).forEach((level, index) => {
        const clipped = Math.min(255, Math.max(0, level));
        const place = image * 3072 + index;
        assert(Math.abs(bytes[place]! - clipped) <= 0.5 + 1e-6);
        assert(Math.abs(all[which * pixels.length + place]! * 255 - clipped) <= 1e-3);
      });
    }
  });
});
