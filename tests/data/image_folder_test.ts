/** Images in class folders, on disk and in archives, and what folders of data sets look like. */
import { readAnyImages } from "@lib/data/any_images.ts";
import { batchRecords } from "@lib/data/cifar10_download.ts";
import { encodeImage, writeImage } from "@lib/data/image_file.ts";
import { folderTree, zipTree } from "@lib/data/file_tree.ts";
import { classFolders, readClassFolders } from "@lib/data/image_folder.ts";
import { type LabelledImages, PAPER_SIZE } from "@lib/data/images.ts";
import { splitByClass } from "@lib/data/splits.ts";
import { seededRandom } from "@lib/random.ts";
import { assert, assertEquals, assertRejects } from "@lib/std/assert.ts";
import { assertClose } from "../assert_close.ts";
import { join } from "@lib/std/path.ts";
import { colour, testImage } from "../reference/reference.ts";
import { makeZip } from "./make_zip.ts";

const random = (): () => number => seededRandom(1);
const settings = (most: number) => ({ size: PAPER_SIZE, most, random: random() });
const PPM = Uint8Array.of(...new TextEncoder().encode("P6 1 1 255\n"), 9, 8, 7);

async function read(folder: string, most = 100): Promise<LabelledImages> {
  return await readClassFolders(await folderTree(folder), settings(most));
}

Deno.test("classes are numbered by their folders' names, as numbers where all are", async () => {
  const folder = await Deno.makeTempDir();
  for (const [index, name] of ["10", "9", "100"].entries()) {
    await writeImage(join(folder, name, "a.png"), colour(testImage(index)));
  }
  await Deno.writeTextFile(join(folder, "9/GT-00009.csv"), "Filename;ClassId");
  await Deno.writeTextFile(join(folder, "notes.txt"), "no class");
  await Deno.mkdir(join(folder, ".cache"));
  const images = await read(folder);
  assertEquals(images.classNames, ["9", "10", "100"]);
  assertEquals(images.labels, Int32Array.of(0, 1, 2));
  assertClose(images.pixels.subarray(0, 3072), testImage(1));
  await Deno.rename(join(folder, "100"), join(folder, "b"));
  assertEquals((await read(folder)).classNames, ["10", "9", "b"]);
});

Deno.test("PPM and files of folders within a class are read, and at most as many as asked for", async () => {
  const folder = await Deno.makeTempDir();
  for (const name of ["a/_1.ppm", "a/deep/2.PPM", "b/1.ppm", "__MACOSX/a/1.ppm", "b/._1.ppm"]) {
    await Deno.mkdir(join(folder, name, ".."), { recursive: true });
    await Deno.writeFile(join(folder, name), PPM);
  }
  const images = await read(folder);
  assertEquals(images.labels, Int32Array.of(0, 0, 1));
  assertEquals([...images.pixels.subarray(0, 3)], [9, 8, 7]);
  assertEquals((await read(folder, 2)).labels.length, 2);
});

Deno.test("folders that hold nothing but others are passed, and of train and test the second is read", async () => {
  const image = await encodeImage(colour(testImage(1)), "image/jpeg");
  const names = ["train/cat", "test/cat", "train/dog", "test/dog"];
  const files = Object.fromEntries(names.map((name) => [`set/${name}/0.jpg`, image]));
  const file = `${await Deno.makeTempDir()}/set.zip`;
  await Deno.writeFile(file, makeZip({ ...files, "__MACOSX/set/._0.jpg": "no image" }));
  const tree = await zipTree(file);
  const found = classFolders(tree).files.map(({ path }) => path);
  assertEquals(found, ["set/test/cat/0.jpg", "set/test/dog/0.jpg"]);
  const images = await readAnyImages(file, 2, settings(9));
  assertEquals(images.classNames, ["cat", "dog"]);
});

Deno.test("a folder without classes, an empty class and a damaged image are named", async () => {
  const folder = await Deno.makeTempDir();
  await assertRejects(() => read(folder), Error, `but found none in ${folder}`);
  await writeImage(join(folder, "a/1.png"), colour(testImage(1)));
  await assertRejects(() => read(folder), Error, "one a class, but found 1 in");
  await Deno.mkdir(join(folder, "b"));
  await assertRejects(() => read(folder), Error, `the class folder ${join(folder, "b")}`);
  await Deno.writeTextFile(join(folder, "b/1.png"), "no image");
  await assertRejects(() => read(folder), Error, `in ${join(folder, "b/1.png")}`);
  const names = Array.from({ length: 300 }, (_, index) => `${index}/a.png`);
  const tree = { name: "many", paths: names, read: () => new Uint8Array(0) };
  assertEquals(classFolders(tree).classNames.length, 300);
});

Deno.test("GTSRB's test images are read from what the archive unpacks to", async () => {
  const folder = await Deno.makeTempDir();
  const images = join(folder, "GTSRB/Final_Test/Images");
  await Deno.mkdir(images, { recursive: true });
  for (const name of ["00000.ppm", "00001.ppm"]) await Deno.writeFile(join(images, name), PPM);
  const table = "Filename;ClassId\n00000.ppm;16\n00001.ppm;42\n";
  await Deno.writeTextFile(join(folder, "GT-final_test.csv"), table);
  const found = await readAnyImages(folder, 43, settings(9));
  assertEquals([...found.labels].sort(), [16, 42]);
  await Deno.rename(join(folder, "GT-final_test.csv"), join(images, "GT-final_test.csv"));
  for (const path of [images, join(folder, "GTSRB"), folder]) {
    const { labels } = await readAnyImages(path, 43, settings(1));
    assertEquals(labels.length, 1);
  }
  await Deno.remove(join(images, "00001.ppm"));
  await assertRejects(
    () => readAnyImages(folder, 43, settings(9)),
    Error,
    "Expected the image 00001.ppm but found none",
  );
});

Deno.test("images of another number of classes than the network's are refused", async () => {
  const folder = await Deno.makeTempDir();
  for (const name of ["a", "b"]) {
    await writeImage(join(folder, name, "1.png"), colour(testImage(1)));
  }
  await assertRejects(
    () => readAnyImages(folder, 43, settings(9)),
    Error,
    `the network's 43 classes but found 2 in ${folder}`,
  );
  await assertRejects(
    () => readAnyImages(join(folder, "nowhere"), 2, settings(9)),
    Error,
    "found no folder",
  );
});

Deno.test("a split can give validation less than half of each class", () => {
  const labels = Int32Array.from({ length: 60 }, (_, index) => index % 3);
  const pixels = new Uint8Array(60 * 3072);
  const images = { ...PAPER_SIZE, pixels, labels, classNames: ["a", "b", "c"] };
  const [validation, test] = splitByClass(images, random(), 5);
  assertEquals([validation.labels.length, test.labels.length], [12, 48]);
  assert(
    [0, 1, 2].every((label) => validation.labels.filter((each) => each === label).length === 4),
  );
});

Deno.test("CIFAR-10 in its binary form: planes become pixels, and a file cut short is named", async () => {
  const folder = await Deno.makeTempDir();
  const batches = join(folder, "cifar-10-batches-bin");
  await Deno.mkdir(batches);
  const images = [testImage(1), testImage(2), testImage(3)];
  const records = images.map((pixels, label) => {
    const planes = [0, 1, 2].map((channel) => pixels.filter((_, at) => at % 3 === channel));
    return [label + 7, ...planes.flatMap((plane) => [...plane])];
  });
  assertEquals(
    batchRecords(Uint8Array.from(images.flatMap((pixels) => [...pixels])), [7, 8, 9]),
    Uint8Array.from(records.flat()),
  );
  const file = join(batches, "test_batch.bin");
  await Deno.writeFile(file, Uint8Array.from(records.flat()));
  for (const path of [folder, batches]) {
    const found = await readAnyImages(path, 10, settings(9));
    assertEquals(found.labels.toSorted(), Int32Array.of(7, 8, 9));
    found.labels.forEach((label, index) => {
      assertClose(found.pixels.slice(index * 3072, (index + 1) * 3072), images[label - 7]!);
    });
    assertEquals(found.classNames[9], "truck");
  }
  const reading = (): Promise<unknown> => readAnyImages(folder, 10, settings(9));
  await Deno.writeFile(file, Uint8Array.from(records.flat()).subarray(1));
  await assertRejects(reading, Error, "but found 9218 bytes in test_batch.bin");
  await Deno.writeFile(file, new Uint8Array(3073).fill(10));
  await assertRejects(reading, Error, "Expected labels 0–9 but found 10 at image 0");
});
