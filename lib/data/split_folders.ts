/** What folders of training, validation and test images are usually called. */
const SPLITS: Record<string, RegExp> = {
  test: /^(final_)?test(ing|_set)?$/i,
  val: /^(val|valid|validation|dev)(_set)?$/i,
  train: /^(final_)?train(ing|_set)?$/i,
};

/** Which of several splits is taken. */
export interface SplitChoice {
  /** One that somebody names: "train", "val", "test" or a folder's own name. */
  split?: string;
  /** Which to prefer, if none is named. */
  prefer?: "test" | "train";
}

const kindOf = (folder: string): string | undefined =>
  Object.keys(SPLITS).find((kind) => SPLITS[kind]!.test(folder));

/**
 * Which of some folders, as `train`, `val` and `test`, to take.
 *
 * @param folders Names of folders beside each other, others than splits among them.
 * @param holdsFolders Whether one holds folders, so that classes may be in it.
 * @param choice What is asked for.
 * @returns One of them; none if there are not two splits, and they may be classes.
 * @throws {Error} If the split that is asked for is not there.
 * @example
 * ```ts
 * import { chosenSplit } from "@lib/data/split_folders.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * assertEquals(chosenSplit(["Meta", "Test", "Train"], () => true), "Test");
 * assertEquals(chosenSplit(["truck", "train"], () => true), undefined);
 * ```
 */
export function chosenSplit(
  folders: readonly string[],
  holdsFolders: (folder: string) => boolean,
  { split, prefer = "test" }: SplitChoice = {},
): string | undefined {
  const kinds = folders.map(kindOf).filter((kind) => kind !== undefined);
  if (new Set(kinds).size < 2) return undefined;
  const splits = folders.filter((folder) => kindOf(folder) !== undefined && holdsFolders(folder));
  if (split === undefined) {
    const order = prefer === "test" ? Object.keys(SPLITS) : Object.keys(SPLITS).reverse();
    return splits.toSorted((one, other) =>
      order.indexOf(kindOf(one)!) - order.indexOf(kindOf(other)!)
    )[0];
  }
  const found = folders.find((folder) => folder.toLowerCase() === split.toLowerCase()) ??
    splits.find((folder) => kindOf(folder) === split);
  if (found !== undefined && holdsFolders(found)) return found;
  throw new Error(`Expected a split of ${splits.join(", ")} but found --split ${split}`);
}

/** Whether test images are wanted. */
export const wantsTest = ({ split, prefer = "test" }: SplitChoice): boolean =>
  split === undefined ? prefer === "test" : SPLITS.test!.test(split);
