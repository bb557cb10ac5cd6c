/** A small notebook, published: what lands where, and that it can be used as it is. */
import { exists } from "@lib/files.ts";
import { ROOT } from "@lib/environment.ts";
import { baseLayout } from "@lib/figures/figure.ts";
import { figureBundle } from "@lib/figures/figure_bundle.ts";
import { tableAsCsv } from "@lib/figures/table_csv.ts";
import { type Table, tableBundle } from "@lib/figures/table_bundle.ts";
import { tidyTable } from "@lib/figures/tidy_table.ts";
import { assert, assertEquals, assertRejects, assertThrows } from "@lib/std/assert.ts";
import { join } from "@lib/std/path.ts";
import { onlyDataset } from "../../tools/notebooks/options.ts";
import { executedNotebooks, publish } from "../../tools/publish.ts";
import { PUBLISH_PYTHON } from "../../tools/publish/environment.ts";
import { tableAsLatex } from "../../tools/publish/latex_table.ts";
import { partsOf } from "../../tools/publish/parts.ts";
import { run } from "../../tools/setup/command.ts";

const ready = await exists(PUBLISH_PYTHON);
if (!ready) console.warn("SKIPPED: publishing needs .publish, which `deno task test` makes");

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

/** Writes executed notebooks, with the outputs of one code cell each. */
async function executed(
  cells: Record<string, [markdown: string, outputs: object[]]>,
): Promise<{ folder: string; files: string[] }> {
  const folder = await Deno.makeTempDir();
  const files = [];
  for (const [name, [source, outputs]] of Object.entries(cells)) {
    const code = { cell_type: "code", source: 'await show("&");', outputs };
    const notebook = { cells: [{ cell_type: "markdown", source }, code], metadata: {} };
    files.push(join(folder, `${name}.ipynb`));
    await Deno.writeTextFile(files.at(-1)!, JSON.stringify(notebook));
  }
  return { folder, files };
}

Deno.test({
  name: "notebooks become a site, a PDF, figures, tables and a bibliography",
  ignore: !ready,
  fn: async () => {
    const figure = { data: [{ x: [1, 2], y: [3, 4] }], layout: baseLayout({}) };
    const shown = [
      { output_type: "display_data", data: await figureBundle(figure, "Figure 1. A <b> line.") },
      { output_type: "display_data", data: tableBundle(TABLE) },
      { output_type: "stream", text: ["printed\n"] },
    ];
    const { folder, files } = await executed({
      "00_start": ["# Start\n\nGo to [one](01_one.ipynb): $x_1^2$.", []],
      "01_one": ["# One", shown],
    });
    const result = join(folder, "publication");
    await publish(files, result, "On test data");
    const read = (path: string): Promise<string> => Deno.readTextFile(join(result, path));

    assert((await read("site/index.html")).includes("01_one.html"));
    const start = await read("site/00_start.html");
    assert(start.includes('href="01_one.html#01_one">one</a>') && start.includes("<math"), start);
    const one = await read("site/01_one.html");
    assert(one.includes('src="figures/01_one_figure_1.svg"'), one);
    assert(one.includes("Figure 1. A &lt;b&gt; line.") && one.includes("printed"), one);
    assert(await exists(join(result, "site/figures/01_one_figure_1.svg")));

    const svg = await read("figures/01_one_figure_1.svg");
    assert(svg.startsWith("<svg") && !svg.includes("Figure 1") && !svg.includes("line."), svg);
    for (const pdf of ["notebooks.pdf", "figures/01_one_figure_1.pdf"]) {
      const bytes = await Deno.readFile(join(result, pdf));
      assertEquals(new TextDecoder().decode(bytes.slice(0, 5)), "%PDF-");
    }
    assertEquals(
      await read("captions.csv"),
      "name,caption\r\n01_one_figure_1,A <b> line.\r\n01_one_table_1,Two_models & more.\r\n",
    );
    assertEquals(await read("tables/01_one_table_1.csv"), tableAsCsv(tidyTable(TABLE)));
    assert((await read("tables/01_one_table_1.tex")).includes("\\toprule"));

    const bib = await read("results.bib");
    const code =
      'import pypandoc; print(pypandoc.convert_file("results.bib", "csljson", "bibtex"))';
    const works = JSON.parse(await run([PUBLISH_PYTHON, "-c", code], result)) as {
      title?: string;
    }[];
    assertEquals(works.length, bib.match(/^@/gm)!.length);
    assert(works.every(({ title }) => title), bib);
    const citation = await Deno.readTextFile(join(ROOT, "CITATION.cff"));
    for (const [, title] of citation.matchAll(/title: "(.*)"/g)) {
      assert(bib.includes(`title = {${title}}`), bib);
    }
  },
});

Deno.test("a table in LaTeX is escaped, its numbers to the right", () => {
  const table = { columns: ["a_b & c", "rate"], rows: [["5 × 5 → {}", "−9.5 %"]] };
  assertEquals(tableAsLatex(table, "Two\nlines.").split("\n"), [
    "% Two lines.",
    "\\begin{tabular}{lr}",
    "  \\toprule",
    "  a\\_b \\& c & rate \\\\",
    "  \\midrule",
    "  5 $\\times$ 5 $\\rightarrow$ \\{\\} & $-$9.5 \\% \\\\",
    "  \\bottomrule",
    "\\end{tabular}",
    "",
  ]);
});

Deno.test("two tables of one number are an error, since one would replace the other", async () => {
  const output = { output_type: "display_data", data: tableBundle(TABLE) };
  const code = { cell_type: "code" as const, source: "", outputs: [output, output] };
  const twice = (): Promise<unknown> => partsOf({ cells: [code], metadata: {} }, "04_loop");
  await assertRejects(twice, Error, "Expected one table 1 in 04_loop");
});

Deno.test("GTSRB's notebooks are the committed ones; where there are none, it says how to run them", () => {
  assertEquals(onlyDataset([], "gtsrb"), "gtsrb");
  const [first] = executedNotebooks("gtsrb");
  assertEquals(first, join(ROOT, "notebooks/00_start.ipynb"));
  assertThrows(
    () => executedNotebooks("no_such_data"),
    Error,
    "Expected executed notebooks in outputs/no_such_data/notebooks but found none: make them with " +
      "deno task notebooks --dataset no_such_data",
  );
});
