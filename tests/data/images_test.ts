/** Splits, synthetic signs and image files. */
import { createCanvas } from "@napi-rs/canvas";
import { decodeImage, encodeImage, readImage, writeImage } from "@lib/data/image_file.ts";
import { checkedImages, type Images, type LabelledImages, PAPER_SIZE } from "@lib/data/images.ts";
import { bareJpeg } from "@lib/data/jpeg.ts";
import { bareWebp, webpPixels } from "@lib/data/webp.ts";
import { imageAt, pickImages } from "@lib/data/select.ts";
import { splitByClass } from "@lib/data/splits.ts";
import { syntheticSigns } from "@lib/data/synthetic_signs.ts";
import { seededRandom } from "@lib/random.ts";
import { assert, assertEquals, assertRejects, assertThrows } from "@lib/std/assert.ts";
import { join } from "@lib/std/path.ts";
import { assertClose } from "../assert_close.ts";
import { colour, reference, testImage } from "../reference/reference.ts";

const classNames = Array.from({ length: 43 }, (_, index) => `class ${index}`);

Deno.test("images, labels and classes must belong together", () => {
  const pixels = new Uint8Array(2 * 3072);
  const two: LabelledImages = { ...PAPER_SIZE, pixels, labels: Int32Array.of(0, 42), classNames };
  assertEquals(checkedImages(two, "a.zip"), two);
  const short = { ...two, pixels: pixels.subarray(1) };
  assertThrows(
    () => checkedImages(short, "a.zip"),
    Error,
    "Expected 6144 bytes for 2 images of 32×32×3",
  );
  const stray = { ...two, labels: Int32Array.of(0, 43) };
  assertThrows(
    () => checkedImages(stray, "a.zip"),
    Error,
    "labels 0–42 but found 43 at image 1 of a.zip",
  );
  assertThrows(() => imageAt(two, 2), RangeError, "image index in 0–1 but found 2");
  assertThrows(() => pickImages(two, [-1]), RangeError, "found -1");
});

Deno.test("halves are the whole, apart, with every class shared out evenly", () => {
  const count = 500;
  const labels = Int32Array.from({ length: count }, (_, index) => index % 7 === 0 ? 1 : index % 43);
  const pixels = new Uint8Array(count * 3072);
  for (let index = 0; index < count; index++) {
    new DataView(pixels.buffer).setUint32(index * 3072, index);
  }
  const all = { ...PAPER_SIZE, pixels, labels, classNames };
  const [validation, test] = splitByClass(all, seededRandom(3), 2);
  const numbers = [validation, test].map((half) =>
    Array.from(half.labels, (_, i) => new DataView(half.pixels.buffer).getUint32(i * 3072))
  );
  assertEquals(numbers.flat().sort((a, b) => a - b), Array.from({ length: count }, (_, i) => i));
  for (let label = 0; label < 43; label++) {
    const [a, b] = [validation, test].map((half) => half.labels.filter((l) => l === label).length);
    assert(a! - b! === 0 || a! - b! === 1, `class ${label}: ${a} and ${b}`);
  }
  assertEquals(splitByClass(all, seededRandom(3), 2)[1].labels, test.labels);
  const one = pickImages(all, [0]);
  assertThrows(
    () => splitByClass(one, seededRandom(1), 2),
    Error,
    "at least two images to split but found 1",
  );
});

Deno.test("synthetic signs: every class alike often, the same from the same seed, and labelled synthetic", () => {
  const signs = syntheticSigns(90, 5);
  assertEquals(signs, syntheticSigns(90, 5));
  assert(syntheticSigns(90, 6).pixels.some((level, index) => level !== signs.pixels[index]));
  for (let label = 0; label < 43; label++) {
    assert([2, 3].includes(signs.labels.filter((found) => found === label).length));
  }
  assert(signs.classNames.every((name) => name.includes("synthetic")));
  checkedImages(signs, "synthetic signs");
  assertThrows(
    () => syntheticSigns(42, 1),
    Error,
    "at least 43 synthetic images, one a class, but found 42",
  );
});

Deno.test("a PNG keeps every byte and what is no image is refused by name", async () => {
  const folder = await Deno.makeTempDir();
  const image = colour(testImage(9));
  await writeImage(join(folder, "a.png"), image);
  assertEquals(await readImage(join(folder, "a.png")), image);
  assertThrowsAway(await encodeImage(image, "image/jpeg", 50));
  const png = await Deno.readFile(join(folder, "a.png"));
  await Deno.writeFile(join(folder, "cut.png"), png.subarray(0, png.length >> 1));
  await Deno.writeTextFile(join(folder, "words.png"), "no image");
  for (const name of ["cut.png", "words.png"]) {
    const read = (): Promise<Images> => readImage(join(folder, name));
    await assertRejects(read, Error, `in ${join(folder, name)}`);
  }
  await assertRejects(
    () => writeImage(join(folder, "b.png"), colour(image.pixels.subarray(3))),
    Error,
    "found 3069",
  );
  assertEquals([...Deno.readDirSync(folder)].length, 3);
});

Deno.test("a JPEG is read as PIL reads it, cut short it is refused, and so is one that says it is huge", async () => {
  const { content, pixels } = reference.jpeg;
  const jpeg = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
  const found = await decodeImage(jpeg, "a.jpg");
  assertEquals([found.height, found.width], [16, 24]);
  assertClose(found.pixels, pixels);
  for (const share of [0.3, 0.7, 0.9]) {
    const cut = jpeg.subarray(0, Math.floor(jpeg.length * share));
    await assertRejects(() => decodeImage(cut, "cut.jpg"), Error, "in cut.jpg");
  }
  const frame = jpeg.findIndex((byte, at) => byte === 0xff && jpeg[at + 1] === 0xc0);
  const huge = jpeg.with(frame + 5, 0xf0).with(frame + 7, 0xf0);
  await assertRejects(() => decodeImage(huge, "huge.jpg"), Error, "more than 67108864 pixels");
});

Deno.test("a WebP that is cut short is refused", async () => {
  const canvas = createCanvas(32, 32);
  canvas.getContext("2d").fillRect(3, 5, 9, 20);
  const webp = new Uint8Array(await canvas.encode("webp"));
  assertEquals((await decodeImage(webp, "a.webp")).width, 32);
  for (const cut of [1, 8, 30]) {
    const read = () => decodeImage(webp.subarray(0, webp.length - cut), "a.webp");
    await assertRejects(read, Error, "in a.webp");
  }
});

Deno.test("a colour profile and what a camera says change nothing, as in PIL", async () => {
  const profile = new TextEncoder().encode("ICC_PROFILE, of some colours");
  const segment = Uint8Array.of(0xff, 0xe2, 0, profile.length + 2, ...profile);
  const jpeg = Uint8Array.from(atob(reference.jpeg.content), (letter) => letter.charCodeAt(0));
  const profiled = Uint8Array.of(...jpeg.subarray(0, 2), ...segment, ...jpeg.subarray(2));
  assertEquals(bareJpeg(profiled), bareJpeg(jpeg));
  assertEquals(
    (await decodeImage(profiled, "a.jpg")).pixels,
    (await decodeImage(jpeg, "a.jpg")).pixels,
  );
  const canvas = createCanvas(8, 16);
  canvas.getContext("2d").fillRect(0, 0, 4, 4);
  const simple = new Uint8Array(await canvas.encode("webp"));
  const chunk = (name: string, ...content: number[]): number[] => [
    ...new TextEncoder().encode(name),
    ...[content.length, 0, 0, 0, ...content, ...content.length % 2 ? [0] : []],
  ];
  const webp = (flags: number, ...chunks: number[][]): Uint8Array => {
    const header = chunk("VP8X", flags, 0, 0, 0, 7, 0, 0, 15, 0, 0);
    const all = Uint8Array.of(...simple.subarray(0, 12), ...header, ...chunks.flat());
    new DataView(all.buffer).setUint32(4, all.length - 8, true);
    return all;
  };
  const own = new TextDecoder().decode(simple.subarray(12, 16)) === "VP8X" ? 18 : 0;
  const picture = [...bareWebp(simple).subarray(12 + own)]; // the canvas tells a profile of its own
  const bare = webp(0, picture);
  const told = webp(0x28, chunk("ICCP", 1, 2, 3), picture, chunk("EXIF", 4, 5));
  assertEquals(bareWebp(told), bare);
  assertEquals([simple, bare].map(webpPixels), [128, 128]);
  assertEquals(
    (await decodeImage(told, "a.webp")).pixels,
    (await decodeImage(simple, "a.webp")).pixels,
  );
  const huge = bare.with(24, 0xff).with(25, 0xff).with(27, 0xff).with(28, 0xff);
  await assertRejects(() => decodeImage(huge, "huge.webp"), Error, "more than 67108864 pixels");
});

/** A JPEG is another format and smaller. */
function assertThrowsAway(jpeg: Uint8Array): void {
  assertEquals([...jpeg.subarray(0, 2)], [0xff, 0xd8]);
  assert(jpeg.length < 3072);
}

Deno.test("an image of another size is resized", async () => {
  // a BMP of 2×1 pixels, red and blue: 54 bytes of header, then blue, green, red, a row padded to 8
  const bmp = new Uint8Array(62);
  const view = new DataView(bmp.buffer);
  bmp.set([0x42, 0x4d]);
  ([[2, 62], [10, 54], [14, 40], [18, 2], [22, 1], [34, 8]] as const).forEach(([at, value]) =>
    view.setUint32(at, value, true)
  );
  view.setUint16(26, 1, true);
  view.setUint16(28, 24, true);
  bmp.set([0, 0, 255, 255, 0, 0], 54);
  const own = await decodeImage(bmp, "two.bmp");
  assertEquals([own.height, own.width, ...own.pixels], [1, 2, 255, 0, 0, 0, 0, 255]);
  const { pixels } = await decodeImage(bmp, "two.bmp", PAPER_SIZE);
  assertEquals([...pixels.subarray(0, 3)], [255, 0, 0]);
  assertEquals([...pixels.subarray(31 * 3, 32 * 3)], [0, 0, 255]);
});
