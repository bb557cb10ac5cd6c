/** Archives from strangers: bombs, wrong offsets and sizes; and archives smaller than the workers are many. */
import { PAPER_SIZE } from "@lib/data/images.ts";
import { readPpm } from "@lib/data/ppm.ts";
import { resize } from "@lib/data/resize.ts";
import { unpackImages } from "@lib/data/unpack_images.ts";
import { openZip, unpack } from "@lib/data/zip.ts";
import { readKerasFile } from "@lib/formats/keras_file.ts";
import { assert, assertEquals, assertRejects, assertThrows } from "@lib/std/assert.ts";
import { join } from "@lib/std/path.ts";
import { assertClose } from "../assert_close.ts";
import { makeZip } from "./make_zip.ts";

const folder = await Deno.makeTempDir();

async function onDisk(bytes: Uint8Array, name: string): Promise<string> {
  const file = join(folder, name);
  await Deno.writeFile(file, bytes);
  return file;
}

/** A PPM image of 20×30 whose bytes say which image it is. */
const ppm = (number: number): Uint8Array =>
  Uint8Array.of(
    ...new TextEncoder().encode("P6 20 30 255\n"),
    ...Array.from({ length: 1800 }, (_, at) => (at * 7 + number * 31) % 256),
  );

for (const count of [0, 1, 2, 7]) {
  Deno.test(`${count} images are unpacked by any number of workers`, async () => {
    const images = Array.from({ length: count }, (_, index) => ppm(index));
    const files = Object.fromEntries(images.map((image, index) => [`${index}.ppm`, image]));
    const file = await onDisk(makeZip({ ...files, "notes.txt": "none" }), `${count}.zip`);
    const expected = images.flatMap((image) => [...resize(readPpm(image, ""), PAPER_SIZE)]);
    for (const workers of [2, 9]) {
      const { pixels, paths } = await unpackImages(openZip(file), PAPER_SIZE, workers);
      assertEquals(paths, Object.keys(files));
      assertClose(pixels, expected);
    }
  });
}

/** The same archive with a number of four bytes changed in each local header and directory entry. */
function changed(zip: Uint8Array, local: number, central: number, value: number): Uint8Array {
  const result = zip.slice();
  const view = new DataView(result.buffer);
  for (let at = 0; at + 4 <= result.length; at++) {
    const magic = view.getUint32(at, true);
    if (magic === 0x04034b50 && local >= 0) view.setUint32(at + local, value, true);
    if (magic === 0x02014b50) view.setUint32(at + central, value, true);
  }
  return result;
}

Deno.test("a bomb is refused before it grows, as an archive and as a network", async () => {
  const zeros = new Uint8Array(2e8);
  const small = makeZip({ "model.weights.h5": zeros });
  assert(small.length < 2e5, `${small.length} bytes`);
  for (const declared of [10, 2 ** 31]) {
    const file = await onDisk(changed(small, 22, 24, declared), "bomb.keras");
    const [start, memory] = [performance.now(), Deno.memoryUsage().rss];
    if (declared === 10) {
      const archive = await openZip(file);
      const message = "model.weights.h5 of bomb.keras";
      assertThrows(() => unpack(archive, archive.entries), Error, message);
    } else {
      await assertRejects(() => openZip(file), Error, "bomb.keras: more than 100 times its size");
    }
    await assertRejects(() => readKerasFile(file), Error, "bomb.keras");
    const grown = Deno.memoryUsage().rss - memory;
    assert(grown < 2e8, `${grown} bytes`);
    assert(performance.now() - start < 1000, `${performance.now() - start} ms`);
  }
});

Deno.test("a wrong offset and data beyond the end are named", async () => {
  const zip = makeZip({ "a.txt": "some text", "b.txt": "more of it" });
  for (
    const [local, central, value, message] of [
      [-1, 42, 2 ** 31, "Expected a file's header but found none for a.txt of wrong.zip"],
      [-1, 42, 5, "Expected a file's header but found none for a.txt of wrong.zip"],
      [18, 20, 1000, "Expected 1000 bytes but found"],
    ] as const
  ) {
    const file = await onDisk(changed(zip, local, central, value), "wrong.zip");
    const archive = await openZip(file);
    assertThrows(() => unpack(archive, archive.entries), Error, message);
  }
});
