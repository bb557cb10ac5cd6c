import { imageBytes, type LabelledImages, PAPER_SIZE } from "@lib/data/images.ts";
import { normal, type Random, seededRandom, shuffled } from "@lib/random.ts";

type Colour = readonly [red: number, green: number, blue: number];

/** Distance from a sign's edge, positive outside; the sign's radius is 1, y points down. */
type Shape = (x: number, y: number) => number;

interface Design {
  shape: Shape;
  rim: Colour;
  fill: Colour;
  ink: Colour;
}

const RED: Colour = [200, 30, 40];
const BLUE: Colour = [25, 75, 170];
const WHITE: Colour = [225, 225, 225];
const YELLOW: Colour = [245, 195, 30];
const BLACK: Colour = [25, 25, 25];

const polygon = (sides: number, turn: number): Shape => {
  const apothem = Math.cos(Math.PI / sides);
  const angles = Array.from({ length: sides }, (_, side) => turn + 2 * Math.PI * side / sides);
  const [cos, sin] = [angles.map(Math.cos), angles.map(Math.sin)];
  return (x, y) => {
    let distance = -Infinity;
    for (let side = 0; side < sides; side++) {
      distance = Math.max(distance, x * cos[side]! + y * sin[side]! - apothem);
    }
    return distance;
  };
};
const circle: Shape = (x, y) => Math.sqrt(x * x + y * y) - 1;
const upright = polygon(3, Math.PI / 2);
const triangle: Shape = (x, y) => upright(x, y + 0.2); // its middle is above its centre

/** Shapes and colours after the kinds of signs on European roads; class c has design c modulo 6. */
const DESIGNS: readonly Design[] = [
  { shape: circle, rim: RED, fill: WHITE, ink: BLACK },
  { shape: circle, rim: BLUE, fill: BLUE, ink: WHITE },
  { shape: triangle, rim: RED, fill: WHITE, ink: BLACK },
  { shape: polygon(4, Math.PI / 4), rim: WHITE, fill: YELLOW, ink: BLACK },
  { shape: polygon(8, 0), rim: WHITE, fill: RED, ink: WHITE },
  { shape: polygon(4, 0), rim: WHITE, fill: BLUE, ink: WHITE },
];

/** As many as GTSRB has. */
const CLASSES = 43;

const SIDE = PAPER_SIZE.width;
const IMAGE_BYTES = imageBytes(PAPER_SIZE);
const GRID = 5; // squares across a pictogram

/**
 * Renders synthetic traffic signs, for trying out everything without a download: classes of shape,
 * colours and a pictogram of squares, under random position, turn, light, blur and noise.
 *
 * They are no substitute for real images: numbers from them say how the code works, not how well an
 * attack or defense does.
 *
 * @param count How many; every class gets the same number, within one.
 * @param seed Of everything random; the designs themselves are always the same.
 * @param classes How many, 1–256; by default as many as GTSRB has. Their names say that they are synthetic.
 * @returns The images in random order.
 * @throws {Error} If there is not at least one image a class.
 * @example
 * ```ts
 * import { syntheticSigns } from "@lib/data/synthetic_signs.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * assertEquals(syntheticSigns(86, 1).labels.filter((label) => label === 10).length, 2);
 * ```
 */
export function syntheticSigns(count: number, seed: number, classes = CLASSES): LabelledImages {
  if (!(count >= classes)) {
    throw new Error(
      `Expected at least ${classes} synthetic images, one a class, but found ${count}`,
    );
  }
  const random = seededRandom(seed);
  const pictograms = Array.from({ length: classes }, (_, index) => pictogram(index));
  const pixels = new Uint8Array(count * IMAGE_BYTES);
  const labels = Int32Array.from(shuffled(count, random), (draw) => draw % classes);
  labels.forEach((label, index) => {
    const design = DESIGNS[label % DESIGNS.length]!;
    pixels.set(render(design, pictograms[label]!, random), index * IMAGE_BYTES);
  });
  const classNames = Array.from({ length: classes }, (_, index) => `synthetic ${index}`);
  return { ...PAPER_SIZE, pixels, labels, classNames };
}

/** A class's 5×5 squares, the right half mirroring the left: half of them inked. */
function pictogram(index: number): boolean[] {
  const random = seededRandom(1000 + index);
  const half = [...shuffled(15, random)].map((draw) => draw < 7);
  return Array.from({ length: GRID * GRID }, (_, square) => {
    const column = square % GRID;
    return half[Math.floor(square / GRID) * 3 + Math.min(column, GRID - 1 - column)]!;
  });
}

function render(design: Design, squares: boolean[], random: Random): Uint8Array {
  const between = (low: number, high: number): number => low + (high - low) * random();
  const [centreX, centreY] = [between(-0.12, 0.12), between(-0.12, 0.12)];
  const [size, turn] = [between(0.6, 0.9), between(-0.22, 0.22)];
  const [cos, sin] = [Math.cos(turn) / size, Math.sin(turn) / size];
  const light = between(0.3, 1);
  const tint: Colour = [between(0.9, 1.1), 1, between(0.9, 1.1)];
  const background = backdrop(random);
  const scene = new Float64Array(IMAGE_BYTES);
  for (let row = 0; row < 2 * SIDE; row++) { // 2×2 samples a pixel
    for (let column = 0; column < 2 * SIDE; column++) {
      const x = (column + 0.5) / SIDE - 1;
      const y = (row + 0.5) / SIDE - 1;
      const u = x - centreX;
      const v = y - centreY;
      const colour = signColour(design, squares, u * cos + v * sin, v * cos - u * sin) ??
        background(x, y);
      const pixel = ((row >> 1) * SIDE + (column >> 1)) * 3;
      for (let c = 0; c < 3; c++) scene[pixel + c]! += colour[c]! * tint[c]! * light / 4;
    }
  }
  const sharp = blur(scene, between(0.3, 0.6));
  const colours = blur(blur(scene, 0.5), 0.5); // cameras see colour more coarsely than light
  const noise = between(0.5, 2);
  for (let pixel = 0; pixel < IMAGE_BYTES; pixel += 3) {
    const light = luma(sharp, pixel) - luma(colours, pixel) + noise * normal(random);
    for (let c = 0; c < 3; c++) colours[pixel + c]! += light;
  }
  return new Uint8Array(new Uint8ClampedArray(colours).buffer);
}

const luma = (scene: Float64Array, pixel: number): number =>
  0.299 * scene[pixel]! + 0.587 * scene[pixel + 1]! + 0.114 * scene[pixel + 2]!;

/** The sign's colour at a point, none outside it. */
function signColour(design: Design, squares: boolean[], x: number, y: number): Colour | undefined {
  const distance = design.shape(x, y);
  if (distance > 0) return undefined;
  if (distance > -0.16) return design.rim;
  const column = Math.floor((x / 1.1 + 0.5) * GRID);
  const row = Math.floor((y / 1.1 + 0.5) * GRID);
  const inside = column >= 0 && column < GRID && row >= 0 && row < GRID;
  return inside && squares[row * GRID + column] ? design.ink : design.fill;
}

/** What is behind a sign: a smooth change between two colours. */
function backdrop(random: Random): (x: number, y: number) => Colour {
  const draw = (): Colour => {
    const grey = 50 + 160 * random();
    const level = (): number => grey + 40 * (random() - 0.5);
    return [level(), level(), level()];
  };
  const [from, to, angle] = [draw(), draw(), 2 * Math.PI * random()];
  const [cos, sin] = [Math.cos(angle) / 3, Math.sin(angle) / 3];
  return (x, y) => {
    const share = 0.5 + x * cos + y * sin;
    const mix = (c: 0 | 1 | 2): number => from[c] + (to[c] - from[c]) * share;
    return [mix(0), mix(1), mix(2)];
  };
}

/** Mixes every pixel with the mean of its four neighbours; outside the border the image goes on. */
function blur(scene: Float64Array, share: number): Float64Array {
  const result = new Float64Array(IMAGE_BYTES);
  const width = 3 * SIDE;
  for (let row = 0; row < IMAGE_BYTES; row += width) {
    const [above, below] = [row > 0 ? -width : 0, row + width < IMAGE_BYTES ? width : 0];
    for (let column = 0; column < width; column++) {
      const index = row + column;
      const around = scene[index + above]! + scene[index + below]! +
        scene[column < 3 ? index : index - 3]! +
        scene[column < width - 3 ? index + 3 : index]!;
      result[index] = scene[index]! * (1 - share) + around / 4 * share;
    }
  }
  return result;
}
