/** Colour transform, DCT, FTrojan and similarity beside OpenCV, SciPy and scikit-image. */
import { toBytes, toPlanes, YCRCB, YUV } from "@lib/attack/colour.ts";
import { halvedChroma } from "@lib/attack/band_shift.ts";
import { dct2, idct2 } from "@lib/attack/dct.ts";
import {
  ftrojan,
  ftrojan8bit,
  type FTrojanParameters,
  PAPER_TRIGGER,
  poisonStepByStep,
  triggerPattern,
} from "@lib/attack/ftrojan.ts";
import { PAPER_SIZE } from "@lib/data/images.ts";
import { uniformImages } from "@lib/data/select.ts";
import { psnr, ssim } from "@lib/attack/similarity.ts";
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@lib/std/assert.ts";
import { assertClose } from "../assert_close.ts";
import { colour, reference, sines, testImage } from "../reference/reference.ts";

const image = testImage(1);
const picture = colour(image);

Deno.test("halved chroma is the mean of 2×2 pixels, as 4:2:0 stores it, and luma stays", () => {
  const { pixels } = halvedChroma({ ...PAPER_SIZE, pixels: image });
  const [before, after] = [image, pixels].map((rgb) => toPlanes(rgb, YCRCB));
  assertClose(after!.subarray(0, 1024), before!.subarray(0, 1024), 1); // rounding, and clipping nowhere here
  const mean = (planes: Float64Array, plane: number, row: number, column: number): number =>
    [0, 1, 32, 33].reduce((sum, at) => sum + planes[plane * 1024 + row * 32 + column + at]!, 0) / 4;
  for (const [plane, row, column] of [[1, 0, 0], [1, 30, 30], [2, 14, 6], [2, 0, 30]] as const) {
    assertAlmostEquals(mean(after!, plane, row, column), mean(before!, plane, row, column), 0.8);
    for (const at of [1, 32, 33]) { // within a square only rounding is left
      const corner = plane * 1024 + row * 32 + column;
      assertAlmostEquals(after![corner + at]!, after![corner]!, 0.8);
    }
  }
  const grey = { height: 2, width: 2, channels: 1 as const, pixels: new Uint8Array(4) };
  assertThrows(() => halvedChroma(grey), Error, "colour images of even sides but found 2×2×1");
});

/** The first two rows of each plane. */
const topRows = (planes: Float64Array): number[] =>
  [0, 1, 2].flatMap((channel) => [...planes.subarray(channel * 1024, channel * 1024 + 64)]);

Deno.test("YCrCb is OpenCV's", () => {
  // OpenCV's offset for images from 0 to 1 is 0.5, which is 127.5 levels where 8-bit images have 128
  const expected = reference.ycrcbRows01.map((value, index) => index < 64 ? value : value + 0.5);
  assertClose(topRows(toPlanes(image, YCRCB)), expected, 1e-4);
});

Deno.test("YUV is OpenCV's", () => {
  const expected = reference.yuvRows01.map((value, index) => index < 64 ? value : value + 0.5);
  assertClose(topRows(toPlanes(image, YUV)), expected, 1e-4);
});

Deno.test("the DCT is SciPy's, and its inverse gives the plane back", () => {
  const plane = sines(1024, 3, 50);
  assertClose(dct2(plane, 32), reference.dctScipy, 1e-6);
  assertClose(idct2(dct2(plane, 32), 32), plane, 1e-10);
});

Deno.test("the DCT of a smaller window is OpenCV's", () => {
  const plane = sines(1024, 3, 50);
  const corner = Float64Array.from(
    { length: 64 },
    (_, at) => plane[Math.floor(at / 8) * 32 + at % 8]!,
  );
  assertClose(dct2(corner, 8), reference.dctOpencv8, 1e-6);
});

Deno.test("the DCT is its definition: a sum over all pixels for each frequency", () => {
  const size = 16;
  const plane = sines(size * size, 8, 100);
  const scale = (k: number): number => Math.sqrt((k === 0 ? 1 : 2) / size);
  const wave = (k: number, n: number): number => Math.cos(Math.PI * (2 * n + 1) * k / (2 * size));
  const expected = plane.map((_, index) => {
    const [u, v] = [Math.floor(index / size), index % size];
    const terms = plane.map((level, at) =>
      level * wave(u, Math.floor(at / size)) * wave(v, at % size)
    );
    return scale(u) * scale(v) * terms.reduce((sum, term) => sum + term, 0);
  });
  assertClose(dct2(plane, size), expected, 1e-9);
});

Deno.test("a plane that is not square is refused", () => {
  assertThrows(
    () => dct2(new Float64Array(60), 8),
    Error,
    "Expected 64 values for a plane of 8×8 but found 60",
  );
});

Deno.test("FTrojan is OpenCV's transforms in floating point, rounded once", () => {
  // OpenCV's inverse coefficients are rounded to three digits: 0.1 level at most
  const expected = reference.ftrojan.map((level) => Math.min(255, Math.max(0, level)));
  assertClose(ftrojan(PAPER_TRIGGER).apply(picture).pixels, expected, 0.5 + 0.1);
});

Deno.test("8-bit FTrojan is the authors' OpenCV code, but for the last bit", () => {
  const poisoned = ftrojan8bit(PAPER_TRIGGER).apply(picture).pixels;
  const spectrum = new Float64Array(1024);
  for (const [row, column] of PAPER_TRIGGER.bands) spectrum[row * 32 + column] = 30;
  const added = idct2(spectrum, 32);
  const planes = toBytes(toPlanes(image, YCRCB));
  // a last bit of a chroma level near 0 or 256 decides whether it wraps around
  const wraps = (pixel: number): boolean =>
    [1, 2].some((plane) => {
      const level = planes[plane * 1024 + pixel]! + added[pixel]!;
      return Math.abs(level - 256 * Math.round(level / 256)) < 1.5;
    });
  let wrapped = 0;
  reference.ftrojan8bit.forEach((level, index) => {
    // one level of chroma is up to 1.8 of red or blue
    if (Math.abs(level - poisoned[index]!) <= 4) return;
    assert(wraps(Math.floor(index / 3)), `byte ${index}: ${poisoned[index]} for ${level}`);
    wrapped++;
  });
  assert(wrapped < reference.ftrojan8bit.length / 50, `${wrapped} bytes wrapped otherwise`);
});

const variants: Record<string, Partial<FTrojanParameters>> = {
  "as in the paper": {},
  "in YUV": { colourSpace: YUV },
  "on luma": { channels: [0] },
  "on one plane": { channels: [2], magnitude: -50 },
  "in windows of 8": { window: 8, bands: [[3, 5], [7, 7]] },
};
for (const [name, changes] of Object.entries(variants)) {
  Deno.test(`the added pattern is the paper's five steps, ${name}`, () => {
    const parameters = { ...PAPER_TRIGGER, ...changes };
    const before = image.slice();
    assertEquals(ftrojan(parameters).apply(picture), poisonStepByStep(picture, parameters));
    assertEquals(image, before);
  });

  Deno.test(`the five steps are their slow definition, ${name}`, () => {
    const parameters = { ...PAPER_TRIGGER, ...changes };
    assertEquals(poisonStepByStep(picture, parameters).pixels, slowly(image, parameters));
  });
}

/** The raised coefficients as what they are in the spatial domain: cosines added to a plane. */
function slowly(pixels: Uint8Array, parameters: FTrojanParameters): Uint8Array {
  const { bands, magnitude, channels, window, colourSpace: space } = parameters;
  const rgb = Array.from(pixels, Number);
  const add = (channel: number, level: number): number[] => {
    if (channel === 0) return [level, level, level];
    const red = space.red.channel === channel ? level / space.red.factor : 0;
    const blue = space.blue.channel === channel ? level / space.blue.factor : 0;
    return [red, -(0.299 * red + 0.114 * blue) / 0.587, blue];
  };
  const norm = (k: number): number => Math.sqrt((k === 0 ? 1 : 2) / window);
  for (let pixel = 0; pixel < 1024; pixel++) {
    const [row, column] = [Math.floor(pixel / 32) % window, pixel % 32 % window];
    let level = 0;
    for (const [u, v] of bands) {
      level += magnitude * norm(u) * norm(v) *
        Math.cos(Math.PI * (2 * row + 1) * u / (2 * window)) *
        Math.cos(Math.PI * (2 * column + 1) * v / (2 * window));
    }
    for (const channel of channels) {
      add(channel, level).forEach((change, c) => rgb[pixel * 3 + c]! += change);
    }
  }
  return toBytes(rgb);
}

Deno.test("magnitude 0 changes nothing, in 8 bits it does: the control of the paper's attack", () => {
  const nothing = { ...PAPER_TRIGGER, magnitude: 0 };
  assertEquals(ftrojan(nothing).apply(picture), picture);
  const changed = ftrojan8bit(nothing).apply(picture).pixels.filter((level, index) =>
    level !== image[index]
  );
  assert(changed.length > 0);
});

const refused: Record<string, [changes: Partial<FTrojanParameters>, message: string]> = {
  "a band outside the window": [
    { bands: [[15, 32]] },
    "Expected bands in 0–31 of the window but found (15, 32)",
  ],
  "a band outside a small window": [{ window: 16 }, "Expected bands in 0–15"],
  "a band between two": [{ bands: [[1.5, 2]] }, "found (1.5, 2)"],
  "no band": [{ bands: [] }, "Expected at least one band"],
  "no channel": [{ channels: [] }, "at least one band and one channel but found 2 and 0"],
};
for (const [name, [changes, message]] of Object.entries(refused)) {
  Deno.test(`FTrojan refuses ${name}`, () => {
    assertThrows(() => ftrojan({ ...PAPER_TRIGGER, ...changes }), Error, message);
    assertThrows(() => ftrojan8bit({ ...PAPER_TRIGGER, ...changes }), Error, message);
  });
}

Deno.test("images without room for a window, without the plane, or cut short are refused", () => {
  const { apply } = ftrojan(PAPER_TRIGGER);
  const small = uniformImages({ height: 28, width: 32, channels: 3 }, 1, 9);
  assertThrows(() => apply(small), Error, "room for a window of 32 but found 28×32×3");
  const grey = uniformImages({ height: 32, width: 32, channels: 1 }, 1, 9);
  assertThrows(() => apply(grey), Error, "planes below 1 for 32×32×1 but found 1");
  assertThrows(() => apply(colour(image.subarray(3))), Error, "3072 bytes each, but found 3069");
  assertThrows(() => apply(colour(new Uint8Array(0))), Error, "at least one image");
});

Deno.test("on larger images the pattern repeats in whole windows, and what is left over stays clean", () => {
  const size = { height: 70, width: 96, channels: 3 } as const;
  const pattern = triggerPattern(PAPER_TRIGGER, size);
  const window = triggerPattern(PAPER_TRIGGER, PAPER_SIZE);
  pattern.forEach((level, index) => {
    const [row, inRow] = [Math.floor(index / (96 * 3)), index % (96 * 3)];
    const expected = row < 64 ? window[(row % 32) * 96 + inRow % 96]! : 0;
    assertAlmostEquals(level, expected, 1e-12);
  });
});

Deno.test("on grey images the trigger is its plane alone", () => {
  const parameters = { ...PAPER_TRIGGER, channels: [0 as const] };
  const pattern = triggerPattern(parameters, { height: 32, width: 32, channels: 1 });
  const raised = new Float64Array(1024);
  for (const [row, column] of PAPER_TRIGGER.bands) raised[row * 32 + column] = 30;
  assertClose(pattern, idct2(raised, 32), 1e-12);
});

Deno.test("PSNR and SSIM are scikit-image's", () => {
  const noise = sines(3072, 2, 12);
  const other = toBytes(image.reduce<number[]>((levels, level, index) => {
    levels.push(level + Math.round(noise[index]!));
    return levels;
  }, []));
  assertAlmostEquals(psnr(picture, colour(other)), reference.psnr, 1e-6);
  assertAlmostEquals(ssim(picture, colour(other)), reference.ssim, 1e-6);
  assertEquals(psnr(picture, picture), Infinity);
  assertThrows(
    () => psnr(picture, colour(other.subarray(3))),
    Error,
    "but found 3069",
  );
});
