import { IMAGE_BYTES } from "@lib/data/images.ts";

/** So many images stay in the processor's cache while they are worked on. */
const AT_ONCE = 64;

/** Where the images lie in the module's memory: behind what is added and what is taken away. */
const IMAGES = 2 * IMAGE_BYTES;

/**
 * Adds one pattern to every image, and stops at 0 and 255. By WebAssembly, which has an instruction for
 * this that does 16 bytes at once; JavaScript has to do one after the other.
 *
 * @param pixels Shape [N, 32, 32, 3], 0–255; left as it is.
 * @param pattern Shape [32, 32, 3], whole levels.
 * @returns Shape [N, 32, 32, 3], 0–255.
 * @example
 * ```ts
 * import { saturatedSum } from "@lib/attack/saturated_sum.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const pattern = new Int16Array(3072).fill(7, 0, 100).fill(-7, 100);
 * const sum = saturatedSum(new Uint8Array(3072).fill(250), pattern);
 * assertEquals([sum[0], sum[100]], [255, 243]);
 * ```
 */
export function saturatedSum(pixels: Uint8Array, pattern: Int16Array): Uint8Array {
  const { memory, add } = instance();
  const clamped = new Uint8ClampedArray(memory.buffer);
  clamped.set(pattern);
  clamped.set(pattern.map((level) => -level), IMAGE_BYTES);
  const bytes = new Uint8Array(memory.buffer);
  const sum = new Uint8Array(pixels.length);
  for (let start = 0; start < pixels.length; start += AT_ONCE * IMAGE_BYTES) {
    const some = pixels.subarray(start, start + AT_ONCE * IMAGE_BYTES);
    bytes.set(some, IMAGES);
    add(IMAGES, IMAGES + some.length);
    sum.set(bytes.subarray(IMAGES, IMAGES + some.length), start);
  }
  return sum;
}

interface Exports extends WebAssembly.Exports {
  memory: WebAssembly.Memory;
  /** Adds to the images between two addresses. */
  add: (start: number, end: number) => void;
}

let made: Exports | undefined;

function instance(): Exports {
  made ??= new WebAssembly.Instance(new WebAssembly.Module(MODULE)).exports as Exports;
  return made;
}

/** Unsigned numbers as WebAssembly writes them: seven bits a byte, the lowest first. */
const leb = (value: number): number[] =>
  value < 128 ? [value] : [value & 127 | 128, ...leb(value >> 7)];
const section = (id: number, ...content: number[]): number[] => [
  id,
  ...leb(content.length),
  ...content,
];
const name = (text: string): number[] => [text.length, ...new TextEncoder().encode(text)];

const PAGES = Math.ceil((IMAGES + AT_ONCE * IMAGE_BYTES) / 65536);
const [I32, GET, SET, TEE] = [0x7f, 0x20, 0x21, 0x22];
const [CONST, ADD, LESS] = [0x41, 0x6a, 0x49];
const [LOOP, BRANCH_IF, END] = [[0x03, 0x40], 0x0d, 0x0b];
const LOAD = (offset: number): number[] => [0xfd, ...leb(0), 4, ...leb(offset)]; // v128.load
const STORE = [0xfd, ...leb(11), 4, 0]; // v128.store
const ADD_SATURATED = [0xfd, ...leb(0x70)]; // i8x16.add_sat_u
const SUBTRACT_SATURATED = [0xfd, ...leb(0x73)]; // i8x16.sub_sat_u
const [AT, TO, PATTERN] = [0, 1, 2]; // the function's two parameters and its variable

/** For every image, for every 16 bytes: image = image + pattern's positive part − its negative part. */
const BODY = [
  ...[1, 1, I32], // one variable
  ...LOOP,
  ...[CONST, 0, SET, PATTERN],
  ...LOOP,
  ...[GET, AT, GET, AT, ...LOAD(0)],
  ...[GET, PATTERN, ...LOAD(0), ...ADD_SATURATED],
  ...[GET, PATTERN, ...LOAD(IMAGE_BYTES), ...SUBTRACT_SATURATED],
  ...STORE,
  ...[GET, AT, CONST, 16, ADD, SET, AT],
  ...[GET, PATTERN, CONST, 16, ADD, TEE, PATTERN, CONST, ...leb(IMAGE_BYTES), LESS, BRANCH_IF, 0],
  END,
  ...[GET, AT, GET, TO, LESS, BRANCH_IF, 0],
  ...[END, END],
];

/** The binary module: a function's type, the function, a memory, the two exports, the body. */
const MODULE = Uint8Array.of(
  ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
  ...section(1, 1, 0x60, 2, I32, I32, 0),
  ...section(3, 1, 0),
  ...section(5, 1, 0, PAGES),
  ...section(7, 2, ...name("memory"), 2, 0, ...name("add"), 0, 0),
  ...section(10, 1, ...leb(BODY.length), ...BODY),
);
