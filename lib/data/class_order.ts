import type { LabelledImages } from "@lib/data/images.ts";
import { exists } from "@lib/files.ts";
import { join } from "@lib/std/path.ts";

/** The orders that numbered classes come in: 9 before 10, or behind it, as torchvision and Keras have them. */
export const CLASS_ORDERS = ["numeric", "text"] as const;

/** The file that says in a folder of images in which order a network has the classes. */
export const CLASS_FILE = "classes.txt";

/**
 * The classes' names in the order that is asked for.
 *
 * @param names In the order of the images' labels.
 * @param order One of {@link CLASS_ORDERS}, or a file of one name a line.
 * @returns The same names.
 * @throws {Error} If the file is not there or has not just these names.
 * @example
 * ```ts
 * import { orderedNames } from "@lib/data/class_order.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * assertEquals(await orderedNames(["2", "10"], "text"), ["10", "2"]);
 * ```
 */
export async function orderedNames(names: readonly string[], order: string): Promise<string[]> {
  if (order !== "numeric" && order !== "text") return await listedNames(names, order);
  // names that are words stand in a data set's own order, by numbers that are not seen
  const isNumbered = areNumbers(names);
  const keys = new Map(names.map((name, label) => [name, isNumbered ? name : String(label)]));
  return names.toSorted((one, other) => {
    const [first, second] = [keys.get(one)!, keys.get(other)!];
    return order === "numeric" ? Number(first) - Number(second) : first < second ? -1 : 1;
  });
}

/** Whether all classes are called by numbers. */
export const areNumbers = (names: readonly string[]): boolean =>
  names.every((name) => /^\d+$/.test(name));

async function listedNames(names: readonly string[], file: string): Promise<string[]> {
  const text = await Deno.readTextFile(file).catch(() => {
    const ways = CLASS_ORDERS.join(", ");
    throw new Error(`Expected the classes' order as ${ways} or a file but found no file ${file}`);
  });
  const lines = text.split(/\r?\n/).map((line) => line.trim()).filter(Boolean);
  const missing = names.find((name) => !lines.includes(name));
  const stray = lines.find((line, at) => !names.includes(line) || lines.indexOf(line) !== at);
  if (missing === undefined && stray === undefined) return lines;
  const found = stray === undefined ? `no "${missing}"` : `"${stray}"`;
  throw new Error(
    `Expected each of the ${names.length} classes' names once, one a line, but found ${found} in ${file}`,
  );
}

/**
 * The order that a folder asks for in its {@link CLASS_FILE}.
 *
 * @param folder Of images, or an archive.
 * @returns The file; "numeric" if there is none.
 */
export async function orderIn(folder: string): Promise<string> {
  const file = join(folder, CLASS_FILE);
  return await exists(file) ? file : "numeric";
}

/**
 * Images with their labels in another order of the classes.
 *
 * @param images Left as they are.
 * @param classNames The same names in the order that is wanted.
 * @returns The same images.
 */
export function relabelled(images: LabelledImages, classNames: readonly string[]): LabelledImages {
  const labels = images.labels.map((label) => classNames.indexOf(images.classNames[label]!));
  return { ...images, labels, classNames };
}
