import type { Table } from "@lib/figures/table_bundle.ts";

/**
 * A table that says beside each column's name what is in it.
 *
 * @param rows What the rows are about.
 * @param cells By column, a row's cell.
 * @param caption Stands below.
 * @returns The table.
 */
export function tableOf<Row>(
  rows: readonly Row[],
  cells: Record<string, (row: Row) => string | number>,
  caption: string,
): Table {
  return {
    columns: Object.keys(cells),
    rows: rows.map((row) => Object.values(cells).map((cell) => cell(row))),
    caption,
  };
}
