import type { Dataset } from "@lib/data/dataset.ts";
import { DEFENSES } from "@lib/peers/defenses.ts";
import { defenseRow, type RepairedRates, unrepaired, wayName } from "@lib/study/defense_rows.ts";
import { badNets } from "@lib/study/networks.ts";

/** How well a defense did; shares from 0 to 1, on test. */
export interface PeerRow extends RepairedRates {
  name: string;
  cleanImages: number;
  seconds: number;
  /** What it did, in a few words. */
  note: string;
}

/**
 * All defenses of the list on the notebooks' BadNet, each by its own paper's rule; first the network as it
 * came.
 *
 * @param data The data set's name.
 * @param dataset Its images.
 * @param onRow Told of each row.
 * @returns One row a repaired network, or one for a defense that repaired none.
 * @throws {Error} If the BadNet is not there.
 * @example
 * ```ts ignore
 * const rows = await peerRows("gtsrb", dataset);
 * ```
 */
export async function peerRows(
  data: string,
  dataset: Dataset,
  onRow: (row: PeerRow) => void | Promise<void> = () => {},
): Promise<PeerRow[]> {
  const study = badNets(data)[0]!;
  const rows: PeerRow[] = [];
  for (const name of Object.keys(DEFENSES)) {
    const { before, repaired, note, seconds, cleanImages } = await defenseRow(study, name, dataset);
    const unchanged = unrepaired(before);
    const none = { name: "none", ...unchanged, cleanImages: 0, seconds: 0, note: "as attacked" };
    const found = repaired.map(({ way, ...rest }) => (
      { ...rest, name: wayName(name, way), cleanImages }
    ));
    const own = found.length > 0 ? found : [{ name, ...unchanged, cleanImages, seconds, note }];
    for (const row of [...rows.length === 0 ? [none] : [], ...own]) {
      rows.push(row);
      await onRow(row);
    }
  }
  return rows;
}
