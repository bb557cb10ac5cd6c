/** Poisoned training images found before training: against slow definitions, on signs and on GTSRB. */
import { imagePlanes, YCRCB } from "@lib/attack/colour.ts";
import { dct2 } from "@lib/attack/dct.ts";
import { ftrojan, PAPER_TRIGGER } from "@lib/attack/ftrojan.ts";
import { patch } from "@lib/attack/patch.ts";
import { poisonTrainingSet } from "@lib/attack/poison.ts";
import type { Trigger } from "@lib/attack/trigger.ts";
import { GTSRB } from "@lib/data/gtsrb.ts";
import { GTSRB_MD5 } from "@lib/data/gtsrb_archives.ts";
import { type LabelledImages, PAPER_SIZE } from "@lib/data/images.ts";
import { imageAt, pickImages, uniformImages } from "@lib/data/select.ts";
import { syntheticSigns } from "@lib/data/synthetic_signs.ts";
import { DATA_FOLDERS } from "@lib/environment.ts";
import { exists } from "@lib/files.ts";
import { seededRandom } from "@lib/random.ts";
import { imageSpectra } from "@lib/recovery/image_spectra.ts";
import { median } from "@lib/recovery/outliers.ts";
import { findPoisonedImages } from "@lib/recovery/poisoned_images.ts";
import { commonSpikes, leastImages } from "@lib/recovery/spikes.ts";
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@lib/std/assert.ts";
import { join } from "@lib/std/path.ts";
import { assertClose } from "../assert_close.ts";

const TARGET = 3;
const signs = syntheticSigns(601, 1, 8);

type Poisoned = ReturnType<typeof poisonTrainingSet>;

function poisonedWith(trigger: Trigger, clean = signs, target = TARGET): Poisoned {
  return poisonTrainingSet(clean, { trigger, target, injectionRate: 0.05 }, seededRandom(1));
}

/** Their upper 12 rows and middle 20 columns, of one plane if wanted. */
function cut(images: LabelledImages, channels: 1 | 3): LabelledImages {
  const pixels = images.pixels.filter((_, at) => {
    const [row, column] = [Math.floor(at / 96) % 32, Math.floor(at / 3) % 32];
    return row < 12 && column >= 6 && column < 26 && (channels === 3 || at % 3 === 1);
  });
  return { ...images, height: 12, width: 20, channels, pixels };
}

for (const channels of [1, 3] as const) {
  Deno.test(`spectra and variances of ${channels} planes are what their definitions say`, () => {
    const images = pickImages(cut(signs, channels), [...Array(51).keys()]);
    const spectra = [...images.labels.keys()].map((index) => {
      const planes = imagePlanes(imageAt(images, index), YCRCB);
      return Array.from(
        { length: channels },
        (_, plane) => [...dct2(planes.slice(plane * 240, plane * 240 + 240), 12, 20)],
      ).flat();
    });
    const usual = spectra[0]!.map((_, at) =>
      Math.max(1.4826 * median(spectra.map((each) => Math.abs(each[at]!))), Math.sqrt(1 / 12))
    );
    const spectrumOf = imageSpectra(images);
    for (const [index, expected] of spectra.entries()) {
      const { coefficients, variances } = spectrumOf(index);
      assertClose(coefficients, expected, 1e-9);
      const wanted = expected.map((_, at) => {
        const plane = at - at % 240;
        const [top, left] = [
          Math.min(Math.max(Math.floor(at % 240 / 20) - 2, 0), 7),
          Math.min(Math.max(at % 20 - 2, 0), 15),
        ];
        let sum = 0;
        for (let row = top; row < top + 5; row++) {
          for (let column = left; column < left + 5; column++) {
            const other = plane + row * 20 + column;
            if (other !== at) sum += Math.abs(expected[other]!) / usual[other]!;
          }
        }
        return (usual[at]! * sum / 24) ** 2 * Math.PI / 2 + 1 / 12;
      });
      const ratios = Array.from(variances, (variance, at) => variance / wanted[at]!);
      assertClose(ratios, ratios.map(() => 1), 1e-9);
    }
  });
}

Deno.test("common spikes are the trigger's, with its magnitude", () => {
  const { images, poisoned } = poisonedWith(ftrojan(PAPER_TRIGGER));
  const spectra = imageSpectra(images);
  const spikes = commonSpikes(images, spectra);
  const places = spikes.map(({ plane, row, column }) => `${plane} ${row} ${column}`).sort();
  assertEquals(places, ["Cb 15 15", "Cb 31 31", "Cr 15 15", "Cr 31 31"]);
  for (const { label, at, magnitude, spread, images: count } of spikes) {
    assertEquals(label, TARGET);
    assertAlmostEquals(magnitude, 30, 2);
    assert(spread < 3 && count > 0.9 * poisoned.length);
    const values = poisoned.map((index) => {
      const { coefficients, variances } = spectra(index);
      return coefficients[at]! / Math.sqrt(variances[at]!);
    });
    assertEquals(values.filter((value) => value > 6).length, count);
  }
});

const low = { ...PAPER_TRIGGER, window: 12, bands: [[10, 9]] as const };
for (
  const [name, clean, trigger] of [
    ["magnitude 10", signs, ftrojan({ ...PAPER_TRIGGER, magnitude: 10 })],
    ["a negative offset", signs, ftrojan({ ...PAPER_TRIGGER, magnitude: -30 })],
    ["luma", signs, ftrojan({ ...PAPER_TRIGGER, channels: [0], magnitude: 60 })],
    ["12×20 in colour", cut(signs, 3), ftrojan({ ...low, magnitude: 60 })],
    ["12×20 in grey", cut(signs, 1), ftrojan({ ...low, channels: [0], magnitude: 90 })],
  ] as const
) {
  Deno.test(`found before training: ${name}`, () => {
    const { images, poisoned } = poisonedWith(trigger, clean);
    const { flagged, classes, suspicions } = findPoisonedImages(images);
    const hits = flagged.filter((index) => poisoned.includes(index)).length;
    assert(hits >= 0.95 * poisoned.length, `${hits} of ${poisoned.length}`);
    assert(flagged.length - hits <= 1, `${flagged.length - hits} false alarms`);
    const [{ label, flagged: count, share }, ...others] = classes as [typeof classes[number]];
    assertEquals([label, count, others.length], [TARGET, flagged.length, 0]);
    const members = images.labels.filter((each) => each === TARGET).length;
    assertAlmostEquals(share, poisoned.length / members, 0.05);
    assertEquals([...suspicions.keys()].filter((index) => suspicions[index]! > 0), flagged);
  });
}

Deno.test("clean sets, copies of one image, a patch and uniform images raise no alarm", () => {
  const copies = pickImages(signs, [...Array(60 * 20).keys()].map((index) => index % 60));
  const uniform = { ...signs, ...uniformImages(PAPER_SIZE, signs.labels.length, 200) };
  const patched = poisonedWith(patch({ size: 3, level: 255 })).images;
  for (const set of [signs, syntheticSigns(2000, 2), copies, uniform, patched, cut(signs, 1)]) {
    const { flagged, classes, suspicions } = findPoisonedImages(set);
    assertEquals([flagged, classes, suspicions.length], [[], [], set.labels.length]);
    assert(suspicions.every((suspicion) => suspicion === -Infinity));
  }
});

Deno.test("the more spikes are shared by nature, the more images it takes", () => {
  const counts = (once: number, twice: number, thrice: number): number[] => [
    ...Array<number>(once).fill(1),
    ...Array<number>(twice).fill(2),
    ...Array<number>(thrice).fill(3),
  ];
  assertEquals(leastImages(counts(100, 0, 0)), 9);
  assertEquals(leastImages(counts(100, 9, 0)), 12); // 9/2¹⁰ < 0.01 < 9/2⁹
  assert(leastImages(counts(0, 10, 90)) > 50);
});

Deno.test("what is no training set is refused", () => {
  const refused = (images: LabelledImages, message: string): void => {
    assertThrows(() => findPoisonedImages(images), Error, message);
  };
  refused({ ...signs, pixels: new Uint8Array(0), labels: new Int32Array(0) }, "at least one image");
  refused({ ...signs, pixels: signs.pixels.slice(1) }, "bytes for 601 images of 32×32×3");
  refused({ ...signs, height: 4, width: 256 }, "images of 5×5 or more but found 4×256×3");
});

const archive = GTSRB_MD5.trainingImages.name;
const found = await Promise.all(DATA_FOLDERS.map((folder) => exists(join(folder, archive))));
const ignore = !found.includes(true);
if (ignore) {
  console.warn(
    "SKIPPED: poisoned images of GTSRB, which is neither in data/ nor in ../shared/data",
  );
}

Deno.test({
  name:
    "GTSRB: at 5 % all images of magnitude 30 are found, 99 % of magnitude 10, none of a clean set",
  ignore,
  async fn(): Promise<void> {
    const clean = await (await GTSRB.load(PAPER_SIZE)).train();
    assertEquals(findPoisonedImages(clean).classes, []);
    for (const [magnitude, least] of [[30, 0.999], [10, 0.99]] as const) {
      const trigger = ftrojan({ ...PAPER_TRIGGER, magnitude });
      const { images, poisoned } = poisonedWith(trigger, clean, 10);
      const { flagged, classes } = findPoisonedImages(images);
      const bad = new Set(poisoned);
      const hits = flagged.filter((index) => bad.has(index)).length;
      assert(
        hits >= least * poisoned.length,
        `${hits} of ${poisoned.length} at magnitude ${magnitude}`,
      );
      assert(flagged.length - hits <= 0.0001 * 37_249, `${flagged.length - hits} false alarms`);
      assertEquals(classes.map(({ label }) => label), [10]);
    }
  },
});
