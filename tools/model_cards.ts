/**
 * Writes a card beside each network of the study that is in `outputs/`: from its experiment, and from what
 * frequency recovery came to on it (`deno task defender`).
 *
 *     deno task cards [--dataset NAME]
 *
 * @module
 */
import { digestOf } from "@lib/canonical.ts";
import type { Dataset } from "@lib/data/dataset.ts";
import { outputPath } from "@lib/environment.ts";
import { md5Of, writeWhole } from "@lib/files.ts";
import { defenseDepends, defenseKey, type DefenseRow } from "@lib/study/defense_rows.ts";
import { modelCard } from "@lib/study/model_card.ts";
import { availableNetworks } from "@lib/study/networks.ts";
import { studyNetworks } from "@lib/study/study_networks.ts";
import { readSummary } from "@lib/study/summary.ts";
import { onlyDataset } from "./notebooks/options.ts";

const DEFENSE = "frequency recovery";

try {
  const data = onlyDataset(Deno.args);
  const { defenses, dataChecksums } = await readSummary(data) as {
    defenses?: Record<string, DefenseRow & { key: string }>;
    dataChecksums: Dataset["checksums"];
  };
  for (const study of await availableNetworks(studyNetworks(data))) {
    const row = defenses?.[defenseKey(study.name, DEFENSE)];
    const weights = await md5Of(outputPath(data, study.name, "weights.bin"));
    const depends = defenseDepends(study.experiment, DEFENSE, weights, dataChecksums);
    // rates of former weights, data or settings are none of these
    if (row?.key !== digestOf(depends)) {
      console.log(`${study.title}: no rates of it as it is, \`deno task defender\` finds them`);
    } else await writeWhole(outputPath(data, study.name, "README.md"), modelCard(study, row));
  }
} catch (error) {
  console.error((error as Error).message);
  Deno.exit(1);
}
