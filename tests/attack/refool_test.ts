/** Reflections against their formulas pixel by pixel, and what a trigger's draws depend on. */
import { ghost, type Light, lightOf, outOfFocus, throughGlass } from "@lib/attack/reflection.ts";
import { reflections, REFOOL } from "@lib/attack/refool.ts";
import { imageRandom } from "@lib/attack/image_random.ts";
import { writeClassFolders } from "@lib/data/image_folder.ts";
import { PAPER_SIZE } from "@lib/data/images.ts";
import { imageAt, joinImages, pickImages, slicedImages, uniformImages } from "@lib/data/select.ts";
import { syntheticSigns } from "@lib/data/synthetic_signs.ts";
import { paperCnn } from "@lib/network/paper_cnn.ts";
import { assert, assertEquals, assertRejects, assertThrows } from "@lib/std/assert.ts";
import { assertClose } from "../assert_close.ts";

const signs = slicedImages(syntheticSigns(43, 4), 0, 12);
const [image, scene] = [0, 1].map((index) => imageAt(signs, index).pixels);
const index = (row: number, column: number, colour: number): number =>
  (row * 32 + column) * 3 + colour;
const inside = (place: number): number => Math.min(31, Math.max(0, place));

/** Calls for every level of an image. */
function eachLevel(expected: (row: number, column: number, colour: number) => number): number[] {
  return Array.from(
    { length: 3072 },
    (_, at) => expected(Math.floor(at / 96), Math.floor(at / 3) % 32, at % 3),
  );
}

Deno.test("light adds up by the display's curve, pixel by pixel", () => {
  const [behind, before] = [image, scene].map((pixels) => lightOf(PAPER_SIZE, pixels!));
  const expected = eachLevel((row, column, colour) => {
    const at = index(row, column, colour);
    const light = 0.7 * (image![at]! / 255) ** 2.2 + 0.3 * (scene![at]! / 255) ** 2.2;
    return 255 * light ** (1 / 2.2);
  });
  assertClose(throughGlass(behind!, before!, 0.7), expected, 1e-5);
});

Deno.test("a ghost is the scene twice, and blur its mean under a Gaussian", () => {
  const light: Light = lightOf(PAPER_SIZE, scene!);
  const value = (row: number, column: number, colour: number): number =>
    (scene![index(inside(row), inside(column), colour)]! / 255) ** 2.2;
  const twice = eachLevel((row, column, colour) =>
    0.6 * value(row, column, colour) + 0.4 * value(row - 2, column - 3, colour)
  );
  assertClose(ghost(light, [2, 3], 0.6).values, twice, 1e-5);
  const blurred = eachLevel((row, column, colour) => {
    let [sum, weights] = [0, 0];
    for (let down = -3; down <= 3; down++) {
      for (let right = -3; right <= 3; right++) {
        const weight = Math.exp(-(down ** 2 + right ** 2) / (2 * 1.2 ** 2));
        sum += weight * value(row + down, column + right, colour);
        weights += weight;
      }
    }
    return sum / weights;
  });
  assertClose(outOfFocus(light, 1.2).values, blurred, 1e-5);
});

const kept = {
  scenes: {
    shape: [6, 32, 32, 3],
    values: Float32Array.from(slicedImages(signs, 6, 12).pixels),
  },
};
const parameters = { transmission: [0.5, 0.8], seed: 3 } as const;
const trigger = reflections(parameters, kept);

Deno.test("an image reflects the same whichever others it is with, and another with another seed", () => {
  const all = trigger.apply(signs);
  for (const order of [[3], [5, 3], [3, 3, 1]]) {
    const some = trigger.apply(pickImages(signs, order));
    order.forEach((each, at) => assertEquals(imageAt(some, at), imageAt(all, each)));
  }
  const other = reflections({ ...parameters, seed: 4 }, kept).apply(signs);
  assert(other.pixels.some((level, at) => level !== all.pixels[at]));
  const draws = new Set(
    Array.from({ length: 12 }, (_, at) => imageRandom(imageAt(signs, at), 3)()),
  );
  assertEquals(draws.size, 12);
});

Deno.test("no image lets less or more light through than it may", () => {
  const white = { scenes: { shape: [1, 32, 32, 3], values: new Float32Array(3072).fill(255) } };
  const nights = Array.from({ length: 50 }, (_, level) => uniformImages(PAPER_SIZE, 1, level % 3));
  nights.forEach((night, at) => night.pixels[0] = at); // so that they draw differently
  const { pixels } = reflections(parameters, white).apply(joinImages(nights));
  const lights = nights.map((_, at) => (pixels[at * 3072 + 9]! / 255) ** 2.2);
  assert(Math.min(...lights) > 0.19 && Math.max(...lights) < 0.51);
  assert(Math.max(...lights) - Math.min(...lights) > 0.2);
});

Deno.test("scenes come from class folders, stay beside the network and make the trigger anew", async () => {
  const folder = await Deno.makeTempDir();
  await writeClassFolders(folder, signs);
  const images = syntheticSigns(96, 1, 16);
  const recipe = { epochs: 1, batchSize: 32, learningRate: 5e-4, weightDecay: 0, seed: 3 };
  for (const labels of ["kept", "target"] as const) {
    const own = { ...parameters, reflections: folder, count: 5, labels };
    const attack = { name: "refool", parameters: own, target: 10, injectionRate: 0.05 };
    const network = paperCnn(16, 1);
    const cleanNetwork = (): never => {
      throw new Error("needs none");
    };
    const task = { network, images, validation: images, attack, recipe, hooks: {}, cleanNetwork };
    const { kept, history } = await REFOOL.train(task);
    assertEquals([kept.scenes!.shape, history.length], [[5, 32, 32, 3], 1]);
    const found = REFOOL.trigger(own, kept).apply(signs).pixels;
    assert(found.some((level, at) => level !== signs.pixels[at]));
    const faults: [change: object, message: string][] = [
      [{ reflections: `${folder}/none` }, `or a folder but found "${folder}/none"`],
      [{ count: 0 }, "Expected at least one image to reflect but found 0"],
    ];
    for (const [change, message] of faults) {
      const wrong = { ...attack, parameters: { ...own, ...change } };
      await assertRejects(() => REFOOL.train({ ...task, attack: wrong }), Error, message);
    }
  }
});

Deno.test("ranges and scenes that are not right are refused", () => {
  for (const transmission of [[0.8, 0.5], [0, 0.5], [0.5, 1]] as const) {
    const message = `a range of transmission in 0–1 but found ${transmission.join("–")}`;
    assertThrows(() => reflections({ transmission, seed: 1 }, kept), Error, message);
  }
  assertThrows(() => reflections(parameters, {}), Error, "Expected scenes of shape [-1,-1,-1,-1]");
  const grey = uniformImages({ height: 32, width: 32, channels: 1 }, 1, 0);
  const message = "Expected images of 32×32×3 but found 32×32×1";
  assertThrows(() => trigger.apply(grey), Error, message);
});
