const DATASETS = ["synthetic", "quick", "gtsrb"];

/**
 * Takes `--dataset NAME` or `--dataset=NAME` out of a command line.
 *
 * @param args The command line.
 * @returns The dataset, synthetic if none is named, and everything else.
 * @throws {Error} If there is no such dataset.
 */
export function datasetOption(args: readonly string[]): { dataset: string; rest: string[] } {
  const words = args.flatMap((arg) => arg.startsWith("--dataset=") ? arg.split("=") : [arg]);
  const at = words.indexOf("--dataset");
  const dataset = at < 0 ? "synthetic" : words[at + 1] ?? "nothing";
  if (!DATASETS.includes(dataset)) {
    throw new Error(`Expected --dataset to be one of ${DATASETS.join(", ")} but found ${dataset}`);
  }
  return {
    dataset,
    rest: words.filter((_, index) => at < 0 || (index !== at && index !== at + 1)),
  };
}
