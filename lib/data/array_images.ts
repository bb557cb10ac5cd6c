import type { FoundImages } from "@lib/data/data_source.ts";
import type { FileTree } from "@lib/data/file_tree.ts";
import { IMAGE } from "@lib/data/image_folder.ts";
import { checkedImages, type LabelledImages, type Size } from "@lib/data/images.ts";
import { type NpyArray, readNpy } from "@lib/data/npy.ts";
import { resize } from "@lib/data/resize.ts";
import { drawn, mapImages } from "@lib/data/select.ts";
import type { SplitChoice } from "@lib/data/split_folders.ts";
import { basename, join } from "@lib/std/path.ts";

/**
 * Images and labels as arrays of NumPy: uint8 of shape [N, height, width, channels] or [N, height, width], and
 * N whole numbers. Of several pairs, as `x_train`, `y_train`, `x_test` and `y_test`, the test images.
 *
 * @param tree An `.npz` archive, or a folder with `.npy` files.
 * @param choice Which of several pairs: a part of the arrays' names.
 * @returns The images; none where there are no arrays.
 * @throws {Error} If there is no such pair.
 */
export async function arrayImages(
  tree: FileTree,
  { split, prefer = "test" }: SplitChoice,
): Promise<FoundImages | undefined> {
  const all = tree.paths.filter((path) => /^[^/]+\.npy$/i.test(path));
  // beside folders of images they are something else, such as a mean
  const isBeside = tree.paths.some((path) => path.includes("/") && IMAGE.test(path));
  if (all.length === 0 || isBeside) return undefined;
  const wanted = split ?? prefer;
  const some = all.filter((path) => path.toLowerCase().includes(wanted.toLowerCase()));
  const paths = some.length >= 2 || split !== undefined ? some : all;
  const arrays: { path: string; array: NpyArray }[] = [];
  for (const path of paths) {
    arrays.push({ path, array: readNpy(await tree.read(path), join(tree.name, path)) });
  }
  const images = arrays.filter(({ array }) => isImages(array));
  const labels = arrays.filter(({ array: { shape, values } }) => shape[0] === values.length);
  if (images.length !== 1 || labels.length !== 1) {
    const found = arrays.map(({ path, array }) => `${basename(path)} [${array.shape}]`).join(", ");
    throw new Error(
      `Expected images, uint8 of [N, height, width, 1 or 3] or [N, height, width], and N labels but found ` +
        `${found || "none"} in ${tree.name}`,
    );
  }
  const [{ array, path }] = images as [typeof images[0] & object];
  const whole = labelled(array, labels[0]!.array.values, join(tree.name, path));
  return {
    classes: whole.classNames.length,
    read: ({ size, most, random, onNote }) => {
      if (paths.length < all.length) {
        onNote?.(`Arrays taken: ${paths.map((each) => basename(each)).join(", ")}`);
      }
      return Promise.resolve(resized(drawn(whole, most, random), size));
    },
  };
}

function isImages({ shape, values }: NpyArray): boolean {
  const isSize = shape.length === 3 || (shape.length === 4 && [1, 3].includes(shape[3]!));
  return values instanceof Uint8Array && isSize;
}

function labelled(
  { shape, values }: NpyArray,
  labels: ArrayLike<number>,
  where: string,
): LabelledImages {
  const [, height, width, channels = 1] = shape as [number, number, number, Size["channels"]?];
  const classes = Array.from(labels).reduce((most, label) => Math.max(most, label + 1), 0);
  const lowest = Array.from(labels).find((label) => label < 0 || label > 1e5);
  if (lowest !== undefined) {
    throw new Error(`Expected labels from 0 on but found ${lowest} beside ${where}`);
  }
  const classNames = Array.from({ length: classes }, (_, label) => String(label));
  const images = { height, width, channels, pixels: values as Uint8Array };
  return checkedImages({ ...images, labels: Int32Array.from(labels), classNames }, where);
}

/** In another size; grey becomes colour, or colour grey. */
function resized(images: LabelledImages, size: Size): LabelledImages {
  const { height, width, channels } = images;
  const { pixels } = mapImages(images, ({ pixels: own }) => {
    const rgb = channels === 3
      ? own
      : Uint8Array.from({ length: 3 * height * width }, (_, at) => own[Math.floor(at / 3)]!);
    return { ...size, pixels: resize({ height, width, pixels: rgb }, size) };
  });
  return { ...images, ...size, pixels };
}
