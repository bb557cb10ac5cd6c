import { outputPath } from "@lib/environment.ts";
import { exists } from "@lib/files.ts";
import { deviceOf } from "@lib/network/device.ts";
import { tf } from "@lib/network/tensorflow.ts";
import { DEFENSES } from "@lib/peers/defenses.ts";
import { median } from "@lib/recovery/outliers.ts";
import { defenseKey, type DefenseRow } from "@lib/study/defense_rows.ts";
import { networkFolder } from "@lib/study/network_folder.ts";
import { type Described, inNewForm } from "@lib/study/old_form.ts";
import { readSummary } from "@lib/study/summary.ts";
import { studyNetworks } from "@lib/study/study_networks.ts";
import type { SweepRow } from "@lib/study/sweep.ts";
import type { FoundResults } from "@lib/study/sweep_results.ts";

/** A job that is to be done. */
export interface Missing {
  row: SweepRow;
  /** "network" or a defense. */
  what: string;
}

/**
 * Says how long jobs take, by how long earlier ones did on the device that computes now; and in the study,
 * whose rows do not say on which.
 *
 * @param found A sweep's results.
 * @returns Seconds of a job; undefined where there was none like it.
 */
export async function estimator(
  found: readonly FoundResults[],
): Promise<(job: Missing) => number | undefined> {
  const known = new Map<string, number[]>();
  const add = (key: string, seconds: number): void =>
    void known.set(key, [...known.get(key) ?? [], seconds]);
  const trained = new Set<SweepRow>();
  const here = deviceOf(tf.backend());
  for (const { row, defenses } of found) {
    const described = await describedOf(row);
    if (described) trained.add(row);
    if (described?.device === undefined || described.device === here) {
      described?.history.forEach(({ seconds }) => add(epochOf(row), seconds));
    }
    for (const [name, result] of Object.entries(defenses)) {
      if (result.madeBy.device === here) add(kindOf(row, name), lastSecondsOf(result.row));
    }
  }
  for (const data of new Set(found.map(({ row }) => row.experiment.data.name))) {
    const { defenses = {} } = await readSummary(data) as { defenses?: Record<string, DefenseRow> };
    for (const { name, experiment } of studyNetworks(data)) {
      for (const defense of Object.keys(DEFENSES)) {
        const row = defenses[defenseKey(name, defense)];
        if (row) add(kindOf({ experiment }, defense), lastSecondsOf(row));
      }
    }
  }
  return ({ row, what }) => {
    if (trained.has(row) && what === "network") return 0;
    const { epochs } = row.experiment.recipe;
    const isNetwork = what === "network";
    const seconds = known.get(isNetwork ? epochOf(row) : kindOf(row, what));
    return seconds && median(seconds) * (isNetwork ? epochs : 1);
  };
}

const kindOf = (
  { experiment: { data, architecture } }: Pick<SweepRow, "experiment">,
  what: string,
): string => `${data.name}, ${architecture}, ${what}`;

const epochOf = (row: SweepRow): string => kindOf(row, "an epoch");

/** From the start to the last repaired network. */
const lastSecondsOf = ({ seconds, repaired }: DefenseRow): number =>
  Math.max(seconds, ...repaired.map((each) => each.seconds));

/** What a network says of itself that is there already. */
async function describedOf({ experiment }: SweepRow): Promise<Described | undefined> {
  const file = outputPath(networkFolder(experiment), "model.json");
  if (!await exists(file)) return undefined;
  return inNewForm(JSON.parse(await Deno.readTextFile(file)).userDefinedMetadata);
}
