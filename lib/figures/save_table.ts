import { tableAsCsv } from "@lib/figures/table_csv.ts";
import type { Table } from "@lib/figures/table_bundle.ts";
import { tidyTable } from "@lib/figures/tidy_table.ts";
import { writeWhole } from "@lib/files.ts";

/**
 * Saves a table for programs: as CSV, made tidy by {@link tidyTable}.
 *
 * @param file Where to.
 * @param table As it is shown to people.
 * @example
 * ```ts
 * import { saveTable } from "@lib/figures/save_table.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const file = `${await Deno.makeTempDir()}/rates.csv`;
 * await saveTable(file, { columns: ["order", "rate"], rows: [["random", "−0.5 % (−1.0 to 0.2)"]] });
 * const lines = (await Deno.readTextFile(file)).split("\r\n");
 * assertEquals(lines[0], 'order,"rate, mean (%)","rate, low (%)","rate, high (%)"');
 * assertEquals(lines[1], "random,-0.5,-1.0,0.2");
 * ```
 */
export async function saveTable(file: string, table: Table): Promise<void> {
  await writeWhole(file, tableAsCsv(tidyTable(table)));
}
