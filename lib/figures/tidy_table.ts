import type { Table } from "@lib/figures/table_bundle.ts";

/** A column of a tidy table. */
interface Column {
  name: string;
  cells: string[];
}

/**
 * Makes a table tidy, for programs to read: one number a cell, its unit in the column's name, and no two
 * columns of one name.
 *
 * - "95.6 %" is 95.6 in the column "… (%)"; a unit in the caption, "Attack success (%)", counts as well
 * - "12.3 (1.0–20.1)" fills three columns, "…, mean", "…, low" and "…, high", and "12.3" among
 *   such the first; "1 % to 2 %" fills the last two
 * - "under 0.1 s" is 0.1 in "…, below (s)", "“around 100%”" is 100 in "…, around (%)"
 * - "89, 70 %" fills two columns, as does "10 (2)" under "a (b)"
 * - words among numbers are in "…, note"; a dash is an empty cell
 * - of several columns "small" each is called after what stands before it: "parameters, small"
 *
 * @param table As it is shown to people.
 * @returns A table whose cells are all text; columns of words stay as they are.
 * @example
 * ```ts
 * import { tidyTable } from "@lib/figures/tidy_table.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const { columns, rows } = tidyTable({ columns: ["pruned"], rows: [["89, 70 %"], ["−4, 3 %"]] });
 * assertEquals(columns, ["pruned", "pruned (%)"]);
 * assertEquals(rows, [["89", "70"], ["-4", "3"]]);
 * ```
 */
export function tidyTable({ columns, rows, caption = "" }: Table): Table {
  const unit = /\((%)\)/.exec(caption)?.[1] ?? "";
  const tidied = namesInGroups(columns).flatMap((name, index) =>
    tidyColumn({ name, cells: rows.map((row) => String(row[index])) }, unit)
  );
  return {
    columns: numbered(tidied.map(({ name }) => name)),
    rows: rows.map((_, row) => tidied.map(({ cells }) => cells[row]!)),
    caption,
  };
}

/** One column as people read it becomes one or several. */
function tidyColumn({ name, cells }: Column, unit: string): Column[] {
  const [, bare, own] = /^(.+) \((%|[A-Za-z]+)\)$/.exec(name) ?? [];
  const found = cells.map((cell) => readNumbers(cell, own, unit));
  const telling = cells.filter((cell) => !/^([-–—]?|not .*)$/.test(cell));
  if (found.filter(Boolean).length > 0 && 2 * found.filter(Boolean).length >= telling.length) {
    const means = new Set(found.flatMap((each = {}) => Object.keys(each)));
    const filled = cells.map((cell, row) => {
      const numbers = Object.entries(found[row] ?? { ", note": words(cell) });
      // a number without a range is a mean of one
      return Object.fromEntries(numbers.map(([part, number]): [string, string] => [
        means.has(`, mean${part}`) ? `, mean${part}` : part,
        number,
      ]));
    });
    const parts = [...new Set(filled.flatMap((each) => Object.keys(each)))];
    const columns = parts.sort((a, b) => placeOf(a) - placeOf(b)).map((part) => ({
      name: part.endsWith(`(${own})`) ? bare + part : name + part,
      cells: filled.map((each) => each[part] ?? ""),
    }));
    return columns.filter(({ cells }) => cells.some((cell) => cell !== ""));
  }
  const two = /^(.+) \((.+)\)$/;
  const [, first, second] = two.exec(name) ?? [];
  if (!first || !cells.some((cell) => two.test(cell))) return [{ name, cells: cells.map(words) }];
  const halves = cells.map((cell) => two.exec(cell)?.slice(1) ?? [cell, ""]);
  return [first, second!].flatMap((name, half) =>
    tidyColumn({ name, cells: halves.map((each) => each[half]!) }, unit)
  );
}

/** Where a part stands beside others of its column: the number first, words last. */
function placeOf(part: string): number {
  return [", mean", ", low", ", high", ", below", ", around", ", note"]
    .findIndex((each) => part.startsWith(each));
}

/** A cell's words; a dash says that there are none. */
function words(cell: string): string {
  return /^[-–—]$/.test(cell) ? "" : cell;
}

const NUMBER = String.raw`([-−+]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:e[-−]?\d+)?)`;
const UNIT = String.raw`( ?%| [A-Za-z]+)?`;
const ONE = NUMBER + UNIT;

/** How numbers are written, and what the columns of each form are called. */
const FORMS: [form: RegExp, parts: string[]][] = [
  [new RegExp(`^${ONE}$`), [""]],
  [new RegExp(`^${ONE}, ${ONE}$`), ["", ""]],
  [new RegExp(`^${ONE} \\(${ONE}(?:–| to )${ONE}\\)$`), [", mean", ", low", ", high"]],
  [new RegExp(`^${ONE} to ${ONE}$`), [", low", ", high"]],
  [new RegExp(`^(?:under|<) ${ONE}$`), [", below"]],
  [new RegExp(`^“?around ${ONE}”?$`), [", around"]],
  [new RegExp(`^${ONE}, (\\D.*)$`), ["", ", note"]],
];

/**
 * The numbers of a cell by what is added to the column's name, or nothing if it is no number.
 *
 * @param cell As it is shown.
 * @param unit The column's, for a cell that has none.
 * @param rateUnit Where the column has none either, that of numbers with decimals.
 */
function readNumbers(
  cell: string,
  unit: string | undefined,
  rateUnit: string,
): Record<string, string> | undefined {
  for (const [form, parts] of FORMS) {
    const found = form.exec(cell)?.slice(1);
    if (!found) continue;
    const ofRange = found.filter((_, index) => index % 2 === 1).find(Boolean); // said once for all
    const named = parts.map((part, index): [string, string] => {
      const [value, own] = found.slice(2 * index);
      if (part === ", note") return [part, value!];
      const used = (own ?? (part ? ofRange : undefined))?.trim().replace(/^point$/, "points") ??
        unit ??
        (value!.includes(".") ? rateUnit : "");
      const after = used && ` (${used})`;
      return [part + after, value!.replaceAll(",", "").replace("−", "-").replace(/^\+/, "")];
    });
    const numbers = Object.fromEntries(named);
    if (Object.keys(numbers).length === parts.length) return numbers; // two of one unit are a list
  }
}

/** Calls columns of one name after the last column before them that has a name of its own. */
function namesInGroups(columns: readonly string[]): string[] {
  let group = "";
  return columns.map((name) => {
    if (columns.indexOf(name) !== columns.lastIndexOf(name)) {
      return group ? `${group}, ${name}` : name;
    }
    group = name.split(/[:,] /)[0]!;
    return name || "name";
  });
}

/** Numbers names that are still the same. */
function numbered(names: string[]): string[] {
  return names.map((name, index) => {
    const before = names.slice(0, index).filter((each) => each === name).length;
    return before === 0 ? name : `${name}, ${before + 1}`;
  });
}
