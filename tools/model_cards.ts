/**
 * Writes a card beside each network of the study that is in `outputs/`: from its experiment, and from what
 * frequency recovery came to on it (`deno task defender`).
 *
 *     deno task cards [--dataset NAME]
 *
 * @module
 */
import { outputPath } from "@lib/environment.ts";
import { writeWhole } from "@lib/files.ts";
import { defenseKey, type DefenseRow } from "@lib/study/defense_rows.ts";
import { modelCard } from "@lib/study/model_card.ts";
import { availableNetworks } from "@lib/study/networks.ts";
import { studyNetworks } from "@lib/study/study_networks.ts";
import { readSummary } from "@lib/study/summary.ts";
import { onlyDataset } from "./notebooks/options.ts";

try {
  const data = onlyDataset(Deno.args);
  const { defenses } = await readSummary(data) as { defenses?: Record<string, DefenseRow> };
  for (const study of await availableNetworks(studyNetworks(data))) {
    const row = defenses?.[defenseKey(study.name, "frequency recovery")];
    if (row === undefined) {
      console.log(`${study.title}: no rates yet, \`deno task defender\` finds them`);
    } else await writeWhole(outputPath(data, study.name, "README.md"), modelCard(study, row));
  }
} catch (error) {
  console.error((error as Error).message);
  Deno.exit(1);
}
