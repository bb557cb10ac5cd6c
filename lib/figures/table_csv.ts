import type { Table } from "@lib/figures/table_bundle.ts";

/**
 * A table as the content of a CSV file (RFC 4180), for spreadsheets and papers.
 *
 * @param table Its columns and rows; the caption is left out.
 * @returns One line a row, the columns' names first.
 * @example
 * ```ts
 * import { tableAsCsv } from "@lib/figures/table_csv.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const table = { columns: ["order", "rate"], rows: [["first, then last", 0.5]] };
 * assertEquals(tableAsCsv(table), 'order,rate\r\n"first, then last",0.5\r\n');
 * ```
 */
export function tableAsCsv({ columns, rows }: Table): string {
  const cell = (value: string | number): string =>
    /[",\r\n]/.test(String(value)) ? `"${String(value).replaceAll('"', '""')}"` : String(value);
  return [columns, ...rows].map((row) => row.map(cell).join(",") + "\r\n").join("");
}
