/**
 * Files that were damaged, by chance but seeded: bytes changed, cut off, moved. Each gives an error that names
 * the file, or a whole answer, and soon.
 */
import { readAnyImages } from "@lib/data/any_images.ts";
import { batchRecords } from "@lib/data/cifar10_download.ts";
import { encodeImage, readImage } from "@lib/data/image_file.ts";
import { PAPER_SIZE } from "@lib/data/images.ts";
import { openNetwork } from "@lib/formats/any_network.ts";
import { saveNetwork } from "@lib/formats/network_file.ts";
import { disposeNetwork } from "@lib/network/copy_network.ts";
import { tf } from "@lib/network/tensorflow.ts";
import { type Random, seededRandom } from "@lib/random.ts";
import { assert, assertEquals } from "@lib/std/assert.ts";
import { basename, dirname, join } from "@lib/std/path.ts";
import { createCanvas } from "@napi-rs/canvas";
import { Jimp } from "jimp";
import { gzipSync } from "node:zlib";
import { makeZip } from "./data/make_zip.ts";
import { unpackModels } from "./formats/keras_models.ts";
import { smallNetwork } from "./inspect/inspection_network.ts";
import { colour, testImage } from "./reference/reference.ts";

/** So many damages of a format are tried, as time allows: milliseconds for all of them, and for each. */
const [DAMAGES, BUDGET, SOON] = [300, 3000, 3000];

/** Some bytes changed, an end cut off, or a part written over another. */
function damaged(bytes: Uint8Array, random: Random): Uint8Array {
  const below = (end: number): number => Math.floor(random() * end);
  // most of what can go wrong is near the start
  const place = (): number => below(random() < 0.5 ? Math.min(64, bytes.length) : bytes.length);
  const result = bytes.slice();
  const way = below(3);
  if (way === 0) return result.subarray(0, place());
  if (way === 1) result.copyWithin(place(), place(), place() + below(256));
  else for (let count = 1 + below(4); count > 0; count--) result[place()] = below(256);
  return result;
}

/** Damages a file again and again, and reads it each time. */
async function fuzz(file: string, read: () => Promise<unknown>): Promise<void> {
  const whole = await Deno.readFile(file);
  await read();
  const random = seededRandom(1);
  const end = performance.now() + BUDGET;
  let refused = 0;
  for (let count = 0; count < DAMAGES && performance.now() < end; count++) {
    await Deno.writeFile(file, damaged(whole, random));
    const start = performance.now();
    try {
      await read();
    } catch (error) {
      refused++;
      const { message } = error as Error;
      const about = `damage ${count} of ${basename(file)}: ${message}`;
      const isNamed = [basename(file), dirname(file)].some((name) => message.includes(name));
      assert(isNamed, `Expected the file's name but found, at ${about}`);
      assert(/^Expected /.test(message), `Expected words but found, at ${about}`);
    }
    assert(performance.now() - start < SOON, `Expected an end but found none at damage ${count}`);
  }
  assert(refused > 0, `Expected damages to be noticed but found none in ${file}`);
  await Deno.writeFile(file, whole);
}

const folder = await Deno.makeTempDir();
const image = colour(testImage(1));

async function written(name: string, content: Uint8Array): Promise<string> {
  await Deno.writeFile(join(folder, name), content);
  return join(folder, name);
}

async function encoded(name: string): Promise<Uint8Array> {
  if (name === "ppm") {
    return Uint8Array.of(...new TextEncoder().encode("P6 32 32 255\n"), ...image.pixels);
  }
  const png = await encodeImage(image, "image/png");
  if (name === "png") return png;
  const jimp = await Jimp.fromBuffer(png.buffer as ArrayBuffer);
  if (name !== "webp") {
    const types = {
      jpg: "image/jpeg",
      bmp: "image/bmp",
      gif: "image/gif",
      tiff: "image/tiff",
    } as const;
    return new Uint8Array(await jimp.getBuffer(types[name as keyof typeof types]));
  }
  const canvas = createCanvas(32, 32);
  const picture = canvas.getContext("2d").createImageData(32, 32);
  picture.data.set(jimp.bitmap.data);
  canvas.getContext("2d").putImageData(picture, 0, 0);
  return await canvas.encode("webp", 90);
}

for (const name of ["png", "jpg", "bmp", "gif", "tiff", "ppm", "webp"]) {
  Deno.test(`damaged images: ${name}`, async () => {
    const file = await written(`image.${name}`, await encoded(name));
    await fuzz(file, async () => {
      const { pixels } = await readImage(file, PAPER_SIZE);
      assertEquals(pixels.length, 3072);
    });
  });
}

function npy(shape: string, values: Uint8Array): Uint8Array {
  const header = `{'descr': '|u1', 'fortran_order': False, 'shape': (${shape}), }\n`;
  const start = [0x93, ...new TextEncoder().encode("NUMPY"), 1, 0, header.length, 0];
  return Uint8Array.of(...start, ...new TextEncoder().encode(header), ...values);
}

Deno.test("damaged sets of images: NumPy's, zipped, CIFAR-10's", async () => {
  const pixels = Uint8Array.of(...image.pixels, ...testImage(2));
  const arrays = {
    "images.npy": npy("2, 32, 32, 3", pixels),
    "labels.npy": npy("2,", Uint8Array.of(0, 1)),
  };
  const png = await encodeImage(image, "image/png");
  const batch = batchRecords(pixels, [3, 4]);
  const header = new Uint8Array(512);
  const text = (at: number, content: string): void =>
    header.set(new TextEncoder().encode(content), at);
  text(0, "test_batch.bin");
  text(124, batch.length.toString(8).padStart(11, "0"));
  text(148, header.reduce((sum, byte) => sum + byte, 8 * 32).toString(8).padStart(6, "0"));
  const tar = new Uint8Array(512 * 20);
  tar.set(header);
  tar.set(batch, 512);
  for (
    const [name, content, classes] of [
      ["set.npz", makeZip(arrays), 2],
      ["set.zip", makeZip({ "a/1.png": png, "b/1.png": png }), 2],
      ["set.tar.gz", gzipSync(tar), 10],
    ] as const
  ) {
    const file = await written(name, content);
    await fuzz(file, async () => {
      const settings = { size: PAPER_SIZE, random: seededRandom(1) };
      const { labels, pixels } = await readAnyImages(file, classes, settings);
      assertEquals(pixels.length, labels.length * 3072);
    });
  }
});

Deno.test("damaged networks", async () => {
  const [models, onnx] = [await unpackModels(), await unpackModels("../onnx/models.zip")];
  await saveNetwork(join(folder, "network"), smallNetwork("exact"));
  for (
    const file of [
      join(models, "sequential.keras"),
      join(models, "functional.h5"),
      join(onnx, "resnet20.onnx"),
      join(folder, "network/model.json"),
      join(folder, "network/weights.bin"),
    ]
  ) {
    const path = file.startsWith(folder) ? join(folder, "network") : file;
    const before = tf.memory().numTensors;
    await fuzz(file, async () => disposeNetwork((await openNetwork(path)).network));
    // of a topology that it refuses, tfjs itself keeps weights
    if (path === file) assertEquals(tf.memory().numTensors, before);
  }
});
