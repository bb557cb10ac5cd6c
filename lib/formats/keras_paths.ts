import { type File, groupAt } from "@lib/formats/hdf5.ts";
import { isNetwork, layersOf, nameOf, type Written } from "@lib/formats/keras_written.ts";

/** For each layer of a network and the networks within, the paths of its weights in Keras's order. */
export type WeightPaths = Map<Written, string[]>;

/** The paths in an archive: Keras names groups by class and counts the layers of each, in the file's order. */
export function archivePaths(file: File, topology: unknown, where: string): WeightPaths {
  const paths: WeightPaths = new Map();
  const visit = (network: unknown, within: string): void => {
    const names = groupAt(file, within || "/")?.keys() ?? [];
    const root = names.includes("layers") ? "layers" : "_layer_checkpoint_dependencies";
    const counts = new Map<string, number>();
    for (const layer of layersOf(network, where)) {
      const name = snakeCase(layer.class_name);
      const count = counts.get(name) ?? 0;
      counts.set(name, count + 1);
      const group = `${within}${root}/${name}${count === 0 ? "" : `_${count}`}/`;
      if (isNetwork(layer)) visit(layer, group);
      // of an activation with weights of its own
      else paths.set(layer, [`${group}vars`, `${group}activation/vars`].flatMap(numbered));
    }
  };
  const numbered = (group: string): string[] => {
    const numbers = groupAt(file, group)?.keys().map(Number) ?? [];
    return numbers.sort((one, other) => one - other).map((number) => `${group}/${number}`);
  };
  visit(topology, "");
  return paths;
}

/** As `to_snake_case` in `keras/src/utils/naming.py`. */
const snakeCase = (name: string): string =>
  name.replaceAll(/\W+/g, "").replaceAll(/(.)([A-Z][a-z]+)/g, "$1_$2")
    .replaceAll(/([a-z])([A-Z])/g, "$1_$2").toLowerCase();

/**
 * The paths in HDF5 with a whole network: a group for each layer. That of a network within has the weights of
 * all its layers, first those that are trained.
 */
export function hdf5Paths(file: File, topology: unknown, where: string): WeightPaths {
  const paths: WeightPaths = new Map();
  for (const layer of layersOf(topology, where)) {
    const group = `model_weights/${nameOf(layer)}`;
    const names = weightNames(groupAt(file, group)).map((name) => `${group}/${name}`);
    if (!isNetwork(layer)) paths.set(layer, names);
    else {
      const leaves = leavesOf(layer, true, where);
      for (const { written } of leaves) paths.set(written, []);
      for (const which of [0, 1] as const) {
        for (const { written, counts } of leaves) {
          paths.get(written)!.push(...names.splice(0, counts[which]));
        }
      }
    }
  }
  return paths;
}

/** Of no names Keras makes a list of numbers, of very many several lists. */
function weightNames(group: ReturnType<typeof groupAt>): string[] {
  const attributes = group?.attrs ?? {};
  const parts = Object.keys(attributes).filter((key) => /^weight_names\d*$/.test(key));
  const numberOf = (key: string): number => Number(key.replace("weight_names", ""));
  return parts.sort((one, other) => numberOf(one) - numberOf(other))
    .flatMap((key) => attributes[key]!.value)
    .filter((name): name is string => typeof name === "string");
}

/** A layer and how many weights it has: trained ones and others. */
type Leaf = { written: Written; counts: [trained: number, others: number] };

function leavesOf(network: Written, isTrained: boolean, where: string): Leaf[] {
  return layersOf(network, where).flatMap((layer): Leaf[] => {
    const trains = isTrained && layer.config.trainable !== false;
    if (isNetwork(layer)) return leavesOf(layer, trains, where);
    const [trained, others] = weightCounts(layer);
    return [{ written: layer, counts: trains ? [trained, others] : [0, trained + others] }];
  });
}

/** How many kernels layers have, beside a bias. */
const KERNELS: Record<string, number> = {
  ...{ Conv2D: 1, Dense: 1, DepthwiseConv2D: 1, SeparableConv2D: 2 },
};

function weightCounts({ class_name, config }: Written): [trained: number, others: number] {
  const sum = (...settings: unknown[]): number => settings.filter((each) => each !== false).length;
  const ofActivation = (config.activation as Written | null)?.class_name === "PReLU" ? 1 : 0;
  const kernels = KERNELS[class_name];
  if (kernels !== undefined) return [kernels + sum(config.use_bias) + ofActivation, 0];
  if (["LayerScale", "PReLU"].includes(class_name)) return [1, 0];
  if (class_name === "Normalization") return [0, config.mean == null ? 3 : 0];
  if (!["BatchNormalization", "LayerNormalization"].includes(class_name)) return [0, 0];
  return [sum(config.center, config.scale), class_name === "BatchNormalization" ? 2 : 0];
}
