import type { Dataset } from "@lib/data/dataset.ts";
import { DEFENSES } from "@lib/peers/defenses.ts";
import { defenseRow, type RepairedRates } from "@lib/study/defense_rows.ts";
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
    const unchanged = { ...before, defenseEffectiveness: 0.5 };
    if (rows.length === 0) {
      rows.push({ name: "none", ...unchanged, cleanImages: 0, seconds: 0, note: "as attacked" });
      await onRow(rows[0]!);
    }
    const found: PeerRow[] = repaired.map(({ way, ...rest }) => (
      { ...rest, name: way === undefined ? name : `${name}, ${way}`, cleanImages }
    ));
    if (found.length === 0) found.push({ name, ...unchanged, cleanImages, seconds, note });
    for (const row of found) await onRow(row);
    rows.push(...found);
  }
  return rows;
}
