import { type Rates, ratesOf } from "@lib/attack/rates.ts";
import type { Dataset } from "@lib/data/dataset.ts";
import { DATASETS } from "@lib/data/datasets.ts";
import { drawn } from "@lib/data/select.ts";
import { chosen } from "@lib/environment.ts";
import type { Strip } from "@lib/figures/order_strips.ts";
import type { Table } from "@lib/figures/table_bundle.ts";
import { disposeNetwork } from "@lib/network/copy_network.ts";
import { isConvolution } from "@lib/pruning/convolution.ts";
import { bestWithin } from "@lib/pruning/front.ts";
import { pruneByMasks } from "@lib/pruning/masks.ts";
import { pruneChannels } from "@lib/pruning/prune_channels.ts";
import { seededRandom } from "@lib/random.ts";
import type { LoadedBadNet } from "@lib/study/bad_net.ts";
import type { Experiment } from "@lib/study/experiment.ts";
import { rangeWords, stripOf } from "@lib/study/order_tables.ts";
import { rememberedOf } from "@lib/study/remembered.ts";
import { tableOf } from "@lib/study/table_of.ts";

/** What pruning one convolution comes to. */
export interface LayerRow {
  /** The convolution's name. */
  layer: string;
  /** Along the way from no channel to all, first what the trigger changes most: on the validation images
   * that decide. */
  path: Rates[];
  /** Those pruned. */
  channels: readonly number[];
  /** The network as it came, on test. */
  before: Rates;
  /** Pruned, on test. */
  after: Rates;
}

/** How many validation images decide, how many steps are tried at most, what accuracy may be lost on the
 * former. */
export const LAYER_SEARCH = { images: 500, steps: 16, drop: 0.02 };

/**
 * What pruning each convolution of an attacked network leaves, first the channels whose output the attacker's
 * trigger changes most: decided on validation, reported on test. What the summary has is not done again.
 *
 * @param experiment Whose network.
 * @param dataset Its images.
 * @param onProgress Told the share that is done, 0–1.
 * @returns One row a convolution, from the first on.
 * @throws {Error} If the network is not there.
 */
export async function layerRows(
  experiment: Experiment<object>,
  dataset: Dataset,
  onProgress: (share: number) => void | Promise<void> = () => {},
): Promise<LayerRow[]> {
  const { mostSteps = Infinity } = chosen(DATASETS, experiment.data.name, "a data set");
  const search = { ...LAYER_SEARCH, steps: Math.min(LAYER_SEARCH.steps, mostSteps) };
  const measure = async (
    { network, trigger, target }: LoadedBadNet,
  ): Promise<{ rows: LayerRow[] }> => {
    const before = await ratesOf(network, dataset.testHalf, trigger, target);
    const sample = drawn(dataset.validationHalf, search.images, seededRandom(1));
    const layers = network.layers.filter(isConvolution);
    const rows: LayerRow[] = [];
    for (const { name: layer } of layers) {
      const tell = (share: number) => onProgress((rows.length + share) / layers.length);
      const sets = await pruneByMasks(network, layer, sample, trigger, target, search.steps, tell);
      const path = sets.map(({ rates }) => rates);
      const { channels } = bestWithin(sets, search.drop, path[0]!.cleanAccuracy);
      const pruned = await pruneChannels(network, channels, layer);
      const after = await ratesOf(pruned, dataset.testHalf, trigger, target);
      disposeNetwork(pruned);
      rows.push({ layer, path, channels, before, after });
    }
    return { rows };
  };
  return (await rememberedOf(experiment, dataset, "layers", { search }, measure)).rows;
}

/**
 * What pruning each convolution leaves, to be drawn: a row a convolution, a mark a network.
 *
 * @param networks Rows of each, all of the same convolutions.
 * @returns Rates on test, in one panel.
 * @example
 * ```ts
 * import { layerStrips } from "@lib/study/layer_rows.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const rates = { cleanAccuracy: 0.9, attackSuccess: 0.1, robustAccuracy: 0.8 };
 * const row = { layer: "conv2d", path: [], channels: [3], before: rates, after: rates };
 * assertEquals(layerStrips([[row], [row]])[0]!.attackSuccess, [[0.1, 0.1]]);
 * ```
 */
export function layerStrips(networks: readonly (readonly LayerRow[])[]): Strip[] {
  const [first = []] = networks;
  return first.map(({ layer }, index) =>
    stripOf(layer, (rate) => [networks.map((rows) => rows[index]!.after[rate])])
  );
}

/**
 * What pruning each convolution leaves, in numbers: a row a convolution.
 *
 * @param networks Rows of each, all of the same convolutions.
 * @param caption Stands below.
 * @returns The table: means and ranges; rates on test in per cent, changes in percentage points.
 * @example
 * ```ts
 * import { layerTable } from "@lib/study/layer_rows.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const rates = { cleanAccuracy: 0.9, attackSuccess: 0.1, robustAccuracy: 0.8 };
 * const row = { layer: "conv2d", path: [], channels: [3, 4], before: rates, after: rates };
 * assertEquals(layerTable([[row]], "").rows, [["conv2d", "2", "0.0", "10.0", "80.0"]]);
 * ```
 */
export function layerTable(networks: readonly (readonly LayerRow[])[], caption: string): Table {
  const [first = []] = networks;
  const layers = first.map((_, index) => networks.map((rows) => rows[index]!));
  const spread = (value: (row: LayerRow) => number, digits = 1) => (rows: LayerRow[]): string =>
    rangeWords(rows.map(value), digits);
  return tableOf(layers, {
    "pruned": ([row]) => row!.layer,
    "channels": spread(({ channels }) => channels.length, 0),
    "change of accuracy": spread(({ before, after }) =>
      100 * (after.cleanAccuracy - before.cleanAccuracy)
    ),
    "attack success": spread(({ after }) => 100 * after.attackSuccess),
    "robust accuracy": spread(({ after }) => 100 * after.robustAccuracy),
  }, caption);
}
