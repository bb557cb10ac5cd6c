/** Folders and archives of images as people have them: small ones of each kind, made as their makers do. */
import { readAnyImages } from "@lib/data/any_images.ts";
import { orderedNames, orderIn, relabelled } from "@lib/data/class_order.ts";
import { encodeImage, readImage, writeImage } from "@lib/data/image_file.ts";
import { type Images, type LabelledImages, PAPER_SIZE } from "@lib/data/images.ts";
import type { ReadSettings } from "@lib/data/data_source.ts";
import { uniformImages } from "@lib/data/select.ts";
import { seededRandom } from "@lib/random.ts";
import { assert, assertEquals, assertRejects } from "@lib/std/assert.ts";
import { dirname, join } from "@lib/std/path.ts";
import { createCanvas } from "@napi-rs/canvas";
import { Buffer } from "node:buffer";
import { gzipSync } from "node:zlib";
import { colour, testImage } from "../reference/reference.ts";
import { makeZip } from "./make_zip.ts";

const grey = (level: number): Images => uniformImages(PAPER_SIZE, 1, level);

/** Files of the given levels, or of the given text, below a new folder. */
async function folderOf(files: Record<string, number | string | Uint8Array>): Promise<string> {
  const folder = await Deno.makeTempDir();
  for (const [path, content] of Object.entries(files)) {
    await Deno.mkdir(dirname(join(folder, path)), { recursive: true });
    if (typeof content === "number") await writeImage(join(folder, path), grey(content));
    else if (typeof content === "string") await Deno.writeTextFile(join(folder, path), content);
    else await Deno.writeFile(join(folder, path), content);
  }
  return folder;
}

async function read(
  path: string,
  classes: number,
  other: Partial<ReadSettings> = {},
): Promise<LabelledImages & { notes: string[] }> {
  const notes: string[] = [];
  const onNote = (note: string): void => void notes.push(note);
  const settings = { size: PAPER_SIZE, most: 1000, random: seededRandom(1), onNote, ...other };
  return { ...await readAnyImages(path, classes, settings), notes };
}

/** The first level of each image with its class, by level. */
const seen = ({ pixels, labels }: LabelledImages): [number, number][] =>
  Array.from(labels, (label, index): [number, number] => [pixels[index * 3072]!, label])
    .sort(([one], [other]) => one - other);

Deno.test("GTSRB as torchvision keeps it: the test images by their table, or the training images by their folders", async () => {
  const classes = Object.fromEntries(
    Array.from({ length: 43 }, (_, label) => {
      const name = String(label).padStart(5, "0");
      return [`gtsrb/GTSRB/Training/${name}/00000_00000.png`, 100 + label];
    }),
  );
  const folder = await folderOf({
    ...classes,
    "gtsrb/GTSRB/Final_Test/Images/00000.png": 1,
    "gtsrb/GTSRB/Final_Test/Images/00001.png": 2,
    "gtsrb/GTSRB/Final_Test/Images/00002.png": 3,
    "gtsrb/GT-final_test.csv": "Filename;Width;Height;Roi.X1;ClassId\r\n" +
      "00000.png;1;1;0;16\r\n00001.png;1;1;0;9\r\n00002.png;1;1;0;10\r\n",
  });
  for (const path of [folder, join(folder, "gtsrb")]) {
    assertEquals(seen(await read(path, 43)), [[1, 16], [2, 9], [3, 10]]);
  }
  const training = await read(folder, 43, { split: "train" });
  assertEquals(seen(training)[10], [110, 10]);
  assertEquals(training.notes, [`Images taken from ${join(folder, "gtsrb/GTSRB/Training")}`]);
});

Deno.test("GTSRB as Kaggle has it, as a folder or an archive", async () => {
  const png = await encodeImage(grey(50), "image/png");
  const files: Record<string, Uint8Array | string> = {
    "Meta.csv": "Path,ClassId\nMeta/0.png,0\n",
    "Meta/0.png": png,
    "Test.csv": "Width,Height,Roi.X1,Roi.Y1,Roi.X2,Roi.Y2,ClassId,Path\n" +
      "1,1,0,0,1,1,42,Test/00000.png\n1,1,0,0,1,1,7,Test/00001.png\n",
    "Test/00000.png": await encodeImage(grey(1), "image/png"),
    "Test/00001.png": await encodeImage(grey(2), "image/png"),
  };
  for (let label = 0; label < 43; label++) {
    files[`Train/${label}/00000_00000.png`] = await encodeImage(grey(100 + label), "image/png");
  }
  const folder = await folderOf(files);
  const archive = join(await Deno.makeTempDir(), "gtsrb.zip");
  await Deno.writeFile(archive, makeZip(files));
  for (const path of [folder, archive]) {
    assertEquals(seen(await read(path, 43)), [[1, 42], [2, 7]]);
    const training = await read(path, 43, { split: "train" });
    assertEquals(training.classNames[10], "10");
    assertEquals(seen(training)[10], [110, 10]);
  }
  await Deno.remove(join(folder, "Test/00001.png"));
  await assertRejects(() => read(folder, 43), Error, "Expected the image 00001.png but found none");
});

Deno.test("of train, val and test one is taken and named, or another that is asked for", async () => {
  const folder = await folderOf({
    ...{ "train/cat/1.png": 1, "train/dog/1.png": 2, "val/cat/1.png": 3, "val/dog/1.png": 4 },
  });
  const val = await read(folder, 2);
  assertEquals([seen(val), val.notes], [[[3, 0], [4, 1]], [
    `Images taken from ${join(folder, "val")}`,
  ]]);
  assertEquals(seen(await read(folder, 2, { split: "train" })), [[1, 0], [2, 1]]);
  // test images without classes are none that can be taken
  await Deno.mkdir(join(folder, "test"));
  await writeImage(join(folder, "test/1.png"), grey(9));
  assertEquals(seen(await read(folder, 2)), [[3, 0], [4, 1]]);
  const missing = "but found --split test";
  await assertRejects(() => read(folder, 2, { split: "test" }), Error, missing);
  await assertRejects(() => read(join(folder, "val"), 2, { split: "train" }), Error, "for --split");
});

Deno.test("what systems leave among images is no class, and files of other types are counted and named", async () => {
  const junk = { "__MACOSX/a/._1.png": "", "@eaDir/a/1.png": "", ".DS_Store": "", "Thumbs.db": "" };
  const folder = await folderOf({
    ...{ ...junk, "a/Thumbs.db": "", "a/@eaDir/1.png": "no image", "a/.DS_Store": "" },
    ...{ "2/1.png": 1, "a/1.png": 2, "a/2.heic": "", "a/3.HEIC": "", "a/notes.txt": "" },
  });
  const images = await read(folder, 2);
  assertEquals([images.classNames, seen(images)], [["2", "a"], [[1, 0], [2, 1]]]);
  assertEquals(images.notes.length, 1);
  assert(
    /^2 files passed over.*a\/2.heic, a\/3.HEIC|^2 files passed over.*a\/3.HEIC/.test(
      images.notes[0]!,
    ),
  );
  await Deno.remove(join(folder, "a/1.png"));
  await assertRejects(() => read(folder, 2), Error, "but found none (2 files passed over");
});

Deno.test("links that lead back are not followed round and round", async () => {
  const folder = await folderOf({ "a/one.png": 1, "b/two.png": 2 });
  for (const name of ["x", "y"]) await Deno.symlink(folder, join(folder, "a", name));
  assertEquals(seen(await read(folder, 2)), [[1, 0], [2, 1]]);
});

Deno.test("WebP is read, and gives about the levels that went in", async () => {
  const { width, height, pixels } = colour(testImage(1));
  const canvas = createCanvas(width, height);
  const context = canvas.getContext("2d");
  const picture = context.createImageData(width, height);
  for (let at = 0; at < width * height; at++) {
    picture.data.set([...pixels.subarray(3 * at, 3 * at + 3), 255], 4 * at);
  }
  context.putImageData(picture, 0, 0);
  const folder = await folderOf({ "a.webp": await canvas.encode("webp", 100) });
  const found = (await readImage(join(folder, "a.webp"))).pixels;
  const apart = found.map((level, at) => Math.abs(level - pixels[at]!));
  assert(apart.reduce((sum, each) => sum + each, 0) / apart.length < 4, "Expected the same image");
});

Deno.test("one broken image of a hundred is passed over and named; two are an error", async () => {
  const files = Object.fromEntries(
    Array.from({ length: 200 }, (_, index) => [`${index % 2}/${index}.png`, index]),
  );
  const folder = await folderOf(files);
  await Deno.writeTextFile(join(folder, "1/77.png"), "no image");
  await Deno.writeFile(
    join(folder, "0/4.png"),
    (await Deno.readFile(join(folder, "0/6.png"))).slice(0, 60),
  );
  const images = await read(folder, 2);
  const levels = [...Array(200).keys()].filter((level) => level !== 77 && level !== 4);
  assertEquals(seen(images), levels.map((level) => [level, level % 2]));
  const [note] = images.notes;
  assert(note!.startsWith("2 of 200 images passed over as broken: ") && note!.includes("1/77.png"));
  await Deno.writeTextFile(join(folder, "1/9.png"), "");
  await assertRejects(() => read(folder, 2), Error, "more than 1 % of 200 images");
});

/** A file of NumPy's format; the bytes of little-endian values. */
function npy(type: string, shape: number[], values: Uint8Array): Uint8Array<ArrayBuffer> {
  const header = `{'descr': '${type}', 'fortran_order': False, 'shape': (${shape.join(", ")},), }`;
  const padded = header.padEnd(118 - 1) + "\n";
  const start = [0x93, ...new TextEncoder().encode("NUMPY"), 1, 0, padded.length, 0];
  return Uint8Array.of(...start, ...new TextEncoder().encode(padded), ...values);
}

Deno.test("arrays of NumPy: as an archive or files, in colour or grey, with any whole numbers as labels", async () => {
  const pixels = Uint8Array.of(...testImage(1), ...testImage(2), ...testImage(3));
  const images = npy("|u1", [3, 32, 32, 3], pixels);
  const labels = npy("<i8", [3], new Uint8Array(BigInt64Array.of(2n, 0n, 1n).buffer));
  const file = join(await Deno.makeTempDir(), "set.npz");
  await Deno.writeFile(file, makeZip({ "images.npy": images, "labels.npy": labels }));
  const folder = await folderOf({ "images.npy": images, "labels.npy": labels });
  for (const path of [file, folder]) {
    const found = await read(path, 3);
    found.labels.forEach((label, index) => {
      const own = testImage([2, 3, 1][label]!);
      assertEquals(found.pixels.slice(index * 3072, (index + 1) * 3072), Uint8Array.from(own));
    });
    assertEquals(found.classNames, ["0", "1", "2"]);
  }
  const train = npy("|u1", [4, 2, 2], Uint8Array.of(...Array(16).keys()));
  const test = npy("|u1", [2, 2, 2], Uint8Array.of(9, 9, 9, 9, 5, 5, 5, 5));
  const pairs = await folderOf({
    ...{ "x_train.npy": train, "y_train.npy": npy("|u1", [4, 1], Uint8Array.of(0, 1, 0, 1)) },
    ...{
      "x_test.npy": test,
      "y_test.npy": npy("<i4", [2], new Uint8Array(Int32Array.of(1, 0).buffer)),
    },
  });
  assertEquals(seen(await read(pairs, 2)), [[5, 0], [9, 1]]);
  assertEquals((await read(pairs, 2, { split: "train" })).labels.length, 4);
  for (
    const [type, shape, bytes, message] of [
      ["|O", [3], 24, "Expected whole numbers, as uint8 but found type |O in"],
      ["<f4", [3], 12, "found type <f4 in"],
      ["|u1", [3, 3, 32, 32], 9216, "Expected images, uint8 of [N, height, width"],
      ["|u1", [3, 32, 32, 3], 9215, "Expected 9216 bytes for |u1 of [3,32,32,3] but found 9215 in"],
    ] as const
  ) {
    await Deno.writeFile(join(folder, "images.npy"), npy(type, [...shape], new Uint8Array(bytes)));
    await assertRejects(() => read(folder, 3), Error, message);
  }
});

Deno.test("a mean beside class folders is passed over, and so is the way in an archive's names", async () => {
  const folders = { "cat/1.png": 30, "dog/1.png": 60 };
  const mean = npy("<f4", [3], new Uint8Array(12));
  assertEquals(seen(await read(await folderOf({ ...folders, "mean.npy": mean }), 2)), [[30, 0], [
    60,
    1,
  ]]);
  const packed = Object.fromEntries(
    await Promise.all(
      Object.entries(folders).map(async ([path, level]) => [
        `./${path}`,
        await encodeImage(grey(level), "image/png"),
      ]),
    ),
  );
  const zip = join(await folderOf({ "a.zip": makeZip(packed) }), "a.zip");
  assertEquals(seen(await read(zip, 2)), [[30, 0], [60, 1]]);
});

Deno.test("a folder of one split is that split", async () => {
  const folder = await folderOf({ "test/cat/1.png": 30, "test/dog/1.png": 60 });
  assertEquals(seen(await read(folder, 2, { split: "test" })), [[30, 0], [60, 1]]);
  await assertRejects(() => read(folder, 2, { split: "val" }), Error, "for --split but found none");
});

/** A tar archive as GNU tar writes one, of files of less than a block's name. */
async function tarGz(folder: string): Promise<string> {
  const file = `${folder}.tar.gz`;
  const { success } = await new Deno.Command("tar", { args: ["-czf", file, "-C", folder, "."] })
    .output();
  assert(success);
  return file;
}

Deno.test("CIFAR-10's official archive is read as it is, and pickles are not opened", async () => {
  const record = (
    label: number,
    level: number,
  ): number[] => [label, ...Array<number>(3072).fill(level)];
  const batch = Uint8Array.of(...record(3, 30), ...record(9, 90));
  const inside = await folderOf({
    "cifar-10-batches-bin/data_batch_1.bin": new Uint8Array(3073 * 700),
    "cifar-10-batches-bin/test_batch.bin": batch,
  });
  const file = await tarGz(inside);
  const folder = await Deno.makeTempDir();
  await Deno.copyFile(file, join(folder, "cifar-10-binary.tar.gz"));
  for (const path of [file, folder]) assertEquals(seen(await read(path, 10)), [[30, 3], [90, 9]]);
  const python = await tarGz(await folderOf({ "cifar-10-batches-py/test_batch": "pickle" }));
  const pickles = await folderOf({ "cifar-10-batches-py/test_batch": "pickle" });
  for (const path of [python, pickles]) {
    await assertRejects(
      () => read(path, 10),
      Error,
      "pickles, which can run code and are not opened",
    );
  }
  const cut = await folderOf({ "cut.tar.gz": (await Deno.readFile(file)).slice(0, 200) });
  await assertRejects(
    () => read(join(cut, "cut.tar.gz"), 10),
    Error,
    "Expected a sound archive (tar.gz)",
  );
});

Deno.test("archives that unpack to much more than they are, are refused at once", async () => {
  const folder = await Deno.makeTempDir();
  const zeros = new Uint8Array(2 ** 28 + 1024);
  // a tar archive of one file that is larger than any
  const header = new Uint8Array(512);
  header.set(new TextEncoder().encode("zeros"));
  header.set(new TextEncoder().encode("77777777777\0"), 124);
  const sum = header.reduce((sum, byte) => sum + byte, 8 * 32);
  header.set(new TextEncoder().encode(sum.toString(8).padStart(6, "0")), 148);
  await Deno.writeFile(join(folder, "bomb.tar.gz"), gzipSync(Buffer.concat([header, zeros])));
  await Deno.writeFile(join(folder, "bomb.zip"), makeZip({ "a/1.png": zeros, "b/1.png": "" }));
  // and a picture that says so of itself
  const picture = await encodeImage(grey(1), "image/png");
  new DataView(picture.buffer).setUint32(16, 60_000);
  new DataView(picture.buffer).setUint32(20, 60_000);
  const images = await folderOf({ "a/1.png": picture, "b/1.png": 1 });
  for (
    const [path, classes, message] of [
      [join(folder, "bomb.zip"), 2, "more than 100 times its size to unpack"],
      [join(folder, "bomb.tar.gz"), 10, "more than 268435456 bytes"],
      [images, 2, "more than 67108864 pixels"],
    ] as const
  ) {
    const start = performance.now();
    await assertRejects(() => read(path, classes), Error, message);
    assert(performance.now() - start < 1000);
  }
});

Deno.test("classes come in the order of numbers, of text, or of a file", async () => {
  const folder = await folderOf({ "2/1.png": 2, "10/1.png": 10, "9/1.png": 9 });
  const found = await read(folder, 3);
  const order = async (way: string): Promise<[number, number][]> =>
    seen(relabelled(found, await orderedNames(found.classNames, way)));
  assertEquals(await order(await orderIn(folder)), [[2, 0], [9, 1], [10, 2]]);
  assertEquals(await order("text"), [[2, 1], [9, 2], [10, 0]]);
  await Deno.writeTextFile(join(folder, "classes.txt"), "9\r\n10\r\n\r\n2\r\n");
  assertEquals(await order(await orderIn(folder)), [[2, 2], [9, 0], [10, 1]]);
  // names of a data set stand for numbers
  const names = Array.from({ length: 11 }, (_, label) => `sign ${label}`);
  assertEquals((await orderedNames(names, "text")).slice(0, 3), ["sign 0", "sign 1", "sign 10"]);
  assertEquals(await orderedNames(names, "numeric"), names);
  await Deno.writeTextFile(join(folder, "classes.txt"), "9\n10\n3\n");
  const file = join(folder, "classes.txt");
  await assertRejects(() => order(file), Error, `names once, one a line, but found "3" in ${file}`);
  await assertRejects(() => order("alphabet"), Error, "found no file alphabet");
});
