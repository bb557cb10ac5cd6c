import { saveTable } from "@lib/figures/save_table.ts";
import type { Table } from "@lib/figures/table_bundle.ts";
import { tidyTable } from "@lib/figures/tidy_table.ts";
import { assertEquals } from "@lib/std/assert.ts";

const TABLE: Table = {
  columns: ["drop", "pruned", "paper", "rate", "paper", "found (target)", "spread (%)"],
  rows: [
    ["2 points", "89, 70 %", "53 %", "95.6 %", "–", "10 (10)", "12.3 (1.0–20.1)"],
    [
      "10 points",
      "1,080, 84 %",
      "not stated",
      "under 0.1 %",
      "26 %",
      "none (2)",
      "−4.0 (−5.0–0.0)",
    ],
  ],
  caption: "Table 1. Two_models & more.",
};

Deno.test("a tidy table has one number a cell and no name twice", () => {
  const { columns, rows } = tidyTable(TABLE);
  assertEquals(columns, [
    "drop (points)",
    "pruned",
    "pruned (%)",
    "pruned, paper (%)",
    "pruned, paper, note",
    "rate (%)",
    "rate, below (%)",
    "rate, paper (%)",
    "found",
    "found, note",
    "target",
    "spread, mean (%)",
    "spread, low (%)",
    "spread, high (%)",
  ]);
  assertEquals(rows, [
    ["2", "89", "70", "53", "", "95.6", "", "", "10", "", "10", "12.3", "1.0", "20.1"],
    ["10", "1080", "84", "", "not stated", "", "0.1", "26", "", "none", "2", "-4.0", "-5.0", "0.0"],
  ]);
});

Deno.test("words, lists and sizes are no numbers; a rate's unit may be in the caption", () => {
  const { columns, rows } = tidyTable({
    columns: ["", "first", "size", "rate", "count", "count"],
    rows: [
      ["a, b", "4, 2, 8", "8 × 8", "99.9", 5, "2e-5"],
      ["–", "1, 7, 3", "8 × 4", "1.0", 6, "–"],
      ["c", "2", "64", "0.5", 7, "1"],
    ],
    caption: "Attack success (%) of two.",
  });
  assertEquals(columns, ["name", "first", "size", "rate (%)", "rate, count", "rate, count, 2"]);
  assertEquals(rows, [
    ["a, b", "4, 2, 8", "8 × 8", "99.9", "5", "2e-5"],
    ["", "1, 7, 3", "8 × 4", "1.0", "6", ""],
    ["c", "2", "64", "0.5", "7", "1"],
  ]);
});

Deno.test("a range has its unit once, and 'around' is no word among numbers", () => {
  const { columns, rows } = tidyTable({
    columns: ["left", "between", "paper"],
    rows: [["0.05 % (0.02 to 0.12)", "1 to 2 %", "“around 100%”"], ["-1.0 %", "–", "26 %"], [
      ...["−2.0 % (−3.0–0.0)", "0.5 % to 0.7 %"],
      "“below the validation accuracy of clean data”",
    ]],
  });
  assertEquals(columns, [
    ...["left, mean (%)", "left, low (%)", "left, high (%)"],
    ...["between, low (%)", "between, high (%)"],
    ...["paper (%)", "paper, around (%)", "paper, note"],
  ]);
  assertEquals(rows, [
    ["0.05", "0.02", "0.12", "1", "2", "", "100", ""],
    ["-1.0", "", "", "", "", "26", "", ""],
    [
      "-2.0",
      "-3.0",
      "0.0",
      "0.5",
      "0.7",
      "",
      "",
      "“below the validation accuracy of clean data”",
    ],
  ]);
});

Deno.test("what is tidy already is saved as it is", async () => {
  const file = `${await Deno.makeTempDir()}/tidy.csv`;
  const columns = ["order", "drop (points)", "channels", "rate (%)"];
  await saveTable(file, { columns, rows: [["a, b", 0.5, 51, 97.102], ["c (d, e)", 2, 3, 0]] });
  const text = "order,drop (points),channels,rate (%)\r\n" +
    '"a, b",0.5,51,97.102\r\n"c (d, e)",2,3,0\r\n';
  assertEquals(await Deno.readTextFile(file), text);
});
