import { readGtsrbTest, readGtsrbTraining } from "@lib/data/gtsrb_images.ts";
import { PAPER_SIZE } from "@lib/data/images.ts";
import { assertEquals, assertRejects } from "@lib/std/assert.ts";
import { join } from "@lib/std/path.ts";
import { makeZip } from "./make_zip.ts";

const HEADER = "Filename;Width;Height;Roi.X1;Roi.Y1;Roi.X2;Roi.Y2;ClassId";
const row = (file: string, label: number | string): string => `${file};32;32;5;6;27;27;${label}`;
const ppm = (level: number): Uint8Array =>
  Uint8Array.of(
    ...new TextEncoder().encode("P6\n# x\n32 32\n255\n"),
    ...new Array(3072).fill(level),
  );
const TRAIN = "GTSRB/Final_Training/Images/";

type Files = Record<string, Uint8Array | string>;
const training: Files = {
  [`${TRAIN}00001/00000_00001.ppm`]: ppm(3),
  [`${TRAIN}00000/00000_00000.ppm`]: ppm(1),
  [`${TRAIN}00001/GT-00001.csv`]: [HEADER, row("00000_00000.ppm", 1), row("00000_00001.ppm", 1), ""]
    .join("\r\n"),
  [`${TRAIN}00001/00000_00000.ppm`]: ppm(2),
  [`${TRAIN}00000/GT-00000.csv`]: [HEADER, row("00000_00000.ppm", 0), ""].join("\r\n"),
  "GTSRB/Readme-Images.txt": "not an image",
};

async function onDisk(bytes: Uint8Array, name = "images.zip"): Promise<string> {
  const file = join(await Deno.makeTempDir(), name);
  await Deno.writeFile(file, bytes);
  return file;
}
const readTraining = async (bytes: Uint8Array): ReturnType<typeof readGtsrbTraining> =>
  await readGtsrbTraining(
    { trainingImages: await onDisk(bytes), testImages: "", testLabels: "" },
    PAPER_SIZE,
  );

Deno.test("training images come in the order of their paths, with the labels of their tables", async () => {
  const { pixels, labels, classNames } = await readTraining(makeZip(training));
  assertEquals(labels, Int32Array.of(0, 1, 1));
  assertEquals([pixels[0], pixels[3072], pixels[2 * 3072]], [1, 2, 3]);
  assertEquals(classNames.length, 43);
  assertEquals(new Set(classNames).size, 43);
});

Deno.test("test images get their labels from the other archive", async () => {
  const images = {
    "GTSRB/Final_Test/Images/00001.ppm": ppm(9),
    "GTSRB/Final_Test/Images/00000.ppm": ppm(8),
  };
  const unlabelled = {
    "GTSRB/Final_Test/Images/GT-final_test.test.csv": HEADER.replace(";ClassId", ""),
  };
  const table = [HEADER, row("00000.ppm", 16), row("00001.ppm", 42)].join("\n");
  const found = await readGtsrbTest({
    trainingImages: "",
    testImages: await onDisk(makeZip({ ...images, ...unlabelled })),
    testLabels: await onDisk(makeZip({ "GT-final_test.csv": table })),
  }, PAPER_SIZE);
  assertEquals(found.labels, Int32Array.of(16, 42));
  assertEquals([found.pixels[0], found.pixels[3072]], [8, 9]);
});

const table = (text: string): Files => ({ ...training, [`${TRAIN}00000/GT-00000.csv`]: text });
const image = (bytes: Uint8Array): Files => ({
  ...training,
  [`${TRAIN}00000/00000_00000.ppm`]: bytes,
});
const broken: Record<string, [files: Files, message: string]> = {
  "a row without its image": [
    table([HEADER, row("00000_00000.ppm", 0), row("00009_00000.ppm", 0)].join("\n")),
    `Expected the image ${TRAIN}00000/00009_00000.ppm, which ${TRAIN}00000/GT-00000.csv names`,
  ],
  "an image without its row": [table(HEADER), "Expected a row for each of 3 images but found 2"],
  "a label outside the classes": [
    table([HEADER, row("00000_00000.ppm", 43)].join("\n")),
    'Expected a class in 0–42 but found "43" in line 2',
  ],
  "a label that is no number": [
    table([HEADER, row("00000_00000.ppm", "stop")].join("\n")),
    'found "stop" in line 2',
  ],
  "a row cut short": [table([HEADER, "00000_00000.ppm;32"].join("\n")), 'found "" in line 2'],
  "a table without labels": [
    table(HEADER.replace(";ClassId", "")),
    "Expected the columns Filename or Path, and ClassId",
  ],
  "a broken image": [
    image(ppm(1).subarray(0, 3000)),
    `in ${TRAIN}00000/00000_00000.ppm of images.zip`,
  ],
  "no images": [
    { "GTSRB/Readme-Images.txt": "" },
    "Expected at least one image but found none in images.zip",
  ],
  "a path that leaves it": [
    { "../../etc/evil.ppm": ppm(1) },
    "found in images.zip: invalid relative path",
  ],
};
for (const [name, [files, message]] of Object.entries(broken)) {
  Deno.test(`an archive with ${name} is refused`, async () => {
    await assertRejects(() => readTraining(makeZip(files)), Error, message);
  });
}

Deno.test("a truncated archive is refused by name", async () => {
  const whole = makeZip(training);
  for (const length of [0, 10, whole.length >> 1, whole.length - 1]) {
    await assertRejects(() => readTraining(whole.subarray(0, length)), Error, "images.zip");
  }
});

Deno.test("an altered archive is refused by name", async () => {
  const whole = makeZip(training);
  const data = 30 + Object.keys(training)[0]!.length; // where the first file's deflated bytes begin
  for (const place of [0, data + 1, data + 8, data + 20]) {
    const altered = whole.slice();
    altered[place]! ^= 0x55;
    await assertRejects(() => readTraining(altered), Error, "images.zip");
  }
});
