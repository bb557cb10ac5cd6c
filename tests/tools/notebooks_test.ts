/** What the tools say of notebooks, and a real run on the Deno kernel. */
import { ROOT } from "@lib/environment.ts";
import { assert, assertEquals, assertRejects, assertThrows } from "@lib/std/assert.ts";
import { basename, join } from "@lib/std/path.ts";
import { checkNotebooks } from "../../tools/check_notebooks.ts";
import { extractCode, faultsOfWriting, inNotebookTerms } from "../../tools/notebooks/extract.ts";
import {
  codeCells,
  faultsOfRun,
  type Notebook,
  readNotebook,
} from "../../tools/notebooks/notebook.ts";
import { datasetOption, onlyDataset, takeOptions } from "../../tools/notebooks/options.ts";
import { timeLeft, timeWords } from "../../tools/notebooks/progress.ts";
import {
  dataSetsOf,
  summaryLines,
  summaryRows,
  withResults,
} from "../../tools/notebooks/results_table.ts";
import { printedResults, type Summary } from "../../tools/notebooks/summary.ts";
import { runNotebooks } from "../../tools/run_notebooks.ts";

function notebook(...cells: string[]): Notebook {
  return {
    cells: [
      { cell_type: "markdown", source: "# Title" },
      ...cells.map((source, index): Notebook["cells"][0] => ({
        cell_type: "code",
        source,
        execution_count: index + 1,
        outputs: [],
      })),
    ],
    metadata: { language_info: { name: "typescript" }, kernelspec: { name: "deno" } },
  };
}

/** Writes a notebook where the project's deno.json holds, and removes it afterwards. */
async function onDisk(content: Notebook, use: (file: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ dir: join(ROOT, "outputs"), prefix: "test-" });
  const file = join(folder, "trial.ipynb");
  const cells = content.cells.map((cell, id) => ({ ...cell, id: `c${id}`, metadata: {} }));
  await Deno.writeTextFile(
    file,
    JSON.stringify({ ...content, cells, nbformat: 4, nbformat_minor: 5 }),
  );
  try {
    await use(file);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("cells become one module, and places in messages go back to cell and line", () => {
  const { source, places } = extractCode(
    notebook("const a = 1;\nconst b = 2;", "const c = a + b;"),
  );
  assertEquals(source, "const a = 1;\nconst b = 2;\nconst c = a + b;\n");
  const message = "TS1 at file:///x/.check.ts:3:7 and /x/.check.ts:2:1";
  const expected = "TS1 at t.ipynb cell 2 line 1 and t.ipynb cell 1 line 2";
  assertEquals(inNotebookTerms(message, "/x/.check.ts", "t.ipynb", places), expected);
});

Deno.test("type errors and unused imports in cells are found and named", async () => {
  const wrong = notebook(
    'import { percent, show } from "@lib/mod.ts";',
    "const share = 0.5;\nconst words: number = percent(share);\nconsole.log(words);",
  );
  await onDisk(wrong, async (file) => {
    const faults = (await checkNotebooks([file])).join("\n");
    assert(faults.includes("trial.ipynb cell 2 line 2"), faults);
    assert(faults.includes("Type 'string' is not assignable to type 'number'"), faults);
    assert(faults.includes("`show` is never used"), faults);
    assertEquals([...Deno.readDirSync(join(file, ".."))].length, 1); // the extract is gone
  });
});

const rules: Record<string, [content: Notebook, fault: string]> = {
  "a long cell": [notebook("f();\n".repeat(21)), "expected at most 20 lines of code but found 21"],
  "import.meta": [notebook("console.log(import.meta.url);"), "import.meta does not work"],
  "a relative import": [notebook('import { a } from "../lib/a.ts";'), 'found "../lib/a.ts"'],
  "no title": [{ ...notebook("1;"), cells: notebook("1;").cells.slice(1) }, "expected a title"],
  "no language": [{ ...notebook("1;"), metadata: {} }, "language_info.name"],
};
for (const [name, [content, fault]] of Object.entries(rules)) {
  Deno.test(`a notebook with ${name} is found`, () => {
    const faults = faultsOfWriting(content).join("\n");
    assert(faults.includes(fault), faults);
  });
}

Deno.test("a run out of order, an error, a lost output and a large file are found", () => {
  const good = notebook("const a = 1;");
  assertEquals(faultsOfRun(good, 1000), []);
  const shows = notebook('await showMarkdown("x");');
  const named = notebook('await lib.showMarkdown("x");');
  for (const each of [shows, named]) {
    assert(faultsOfRun(each, 1000)[0]!.includes("expected an output but found none"));
  }
  const printed = notebook("await lib.addToSummary({});");
  codeCells(printed)[0]!.outputs = [{ output_type: "execute_result" }];
  assert(faultsOfRun(printed, 1000)[0]!.includes("but found its last value printed"));
  codeCells(good)[0]!.execution_count = 7;
  assert(faultsOfRun(good, 1000)[0]!.includes("expected execution count 1 but found 7"));
  const failed = notebook("throw 1;");
  codeCells(failed)[0]!.outputs = [{ output_type: "error", ename: "Error", evalue: "no" }];
  assert(faultsOfRun(failed, 1000)[0]!.includes("Error: no"));
  assert(faultsOfRun(notebook(), 600 * 1024)[0]!.includes("at most 500 KiB but found 600 KiB"));
});

Deno.test("what is no notebook is refused by name", async () => {
  const file = await Deno.makeTempFile({ suffix: ".ipynb" });
  await Deno.writeTextFile(file, "{}");
  await assertRejects(() => readNotebook(file), Error, `no cells in ${file}`);
});

Deno.test("the dataset is taken out of a command line", () => {
  assertEquals(datasetOption([]), { dataset: "synthetic", rest: [] });
  assertEquals(datasetOption(["--save", "--dataset", "gtsrb"]), {
    dataset: "gtsrb",
    rest: ["--save"],
  });
  assertEquals(datasetOption(["--dataset=quick", "a.ipynb"]), {
    dataset: "quick",
    rest: ["a.ipynb"],
  });
  assertThrows(
    () => datasetOption(["--dataset", "cifar"]),
    Error,
    'Expected --dataset to be one of gtsrb, cifar10, cifar10_images, synthetic, quick but found "cifar"',
  );
  assertThrows(() => datasetOption(["--dataset"]), Error, "but found nothing");
  const lab = ["--port=1", "--dataset", "cifar10", "-vb", "--ip", "0"];
  assertEquals(datasetOption(lab), { dataset: "cifar10", rest: ["--port=1", "-vb", "--ip", "0"] });
});

Deno.test("where only a dataset is asked for, other words are refused", () => {
  assertEquals(onlyDataset(["--dataset=quick"]), "quick");
  const words = "Expected nothing but --dataset NAME but found --save a.ipynb";
  assertThrows(() => onlyDataset(["--save", "a.ipynb"]), Error, words);
});

Deno.test("an option has one value, a flag none", () => {
  const taken = takeOptions(["a", "--save", "b", "--of=1=2"], ["of"], ["save"]);
  assertEquals([...taken.given], [["save", ""], ["of", "1=2"]]);
  assertEquals(taken.rest, ["a", "b"]);
  assertThrows(() => takeOptions(["--of="], ["of"]), Error, "after --of but found nothing");
  const text = "Expected no value of --save but found false";
  assertThrows(() => takeOptions(["--save=false"], [], ["save"]), Error, text);
  assertThrows(() => takeOptions(["--of", "--x"], ["of"]), Error, "after --of but found --x");
  assertThrows(() => takeOptions(["--of=1", "--of=2"], ["of"]), Error, "Expected --of once");
});

Deno.test("times are told in minutes and seconds", () => {
  assertEquals([0.4, 59.4, 59.6, 130].map(timeWords), ["0 s", "59 s", "1 min 0 s", "2 min 10 s"]);
});

Deno.test("time left is what earlier runs took, unless one was never run", () => {
  assertEquals(timeLeft(["b"], { a: 10, b: 50 }, new Map([["a", 4]])), "about 56 s left");
  assertEquals(timeLeft([], { a: 10, b: 600 }, new Map([["b", 0]])), "about 10 min left");
  assertEquals(timeLeft(["b"], { a: 10 }, new Map([["a", 4]])), "");
  const beside = new Map([["a", 4], ["b", 10]]);
  assertEquals(timeLeft(["c"], { a: 10, b: 50, c: 20 }, beside), "about 40 s left");
});

const test = { cleanAccuracy: 0.95, attackSuccess: 0.9 };
const thresholds = [0.005, 0.02, 0.1, 0.2, 0.3].map((drop) => ({ drop, channelsPruned: 64, test }));
const before = { cleanAccuracy: 0.96, attackSuccess: 0.97 };
const lastBefore = thresholds.map((each) => ({ ...each, channelsPruned: 63, test: before }));
const order = Array.from({ length: 128 }, (_, channel) => channel);
const spread = { mean: 0.5, min: 0.25, max: 0.75 };
const ofSeeds = thresholds.map(({ drop }) => ({
  ...{ drop, cleanAccuracy: spread, attackSuccess: spread },
  channelsPruned: { mean: 64, min: 32, max: 96 },
}));
const refitted = { cleanAccuracy: 0.976, attackSuccess: 0.002, robustAccuracy: 0.965 };
const RESULTS: Summary = {
  dataset: "synthetic signs",
  badNet: { cleanAccuracy: 0.9, attackSuccess: 0.8, attackSuccessOfAll: 0.81 },
  orders: {
    "clean ascending": { order, thresholds, lastBefore },
    "backdoor descending": { order, thresholds, lastBefore },
  },
  front: {
    before: { test: { cleanAccuracy: 0.9 } },
    "within 0.5 points": { test: { attackSuccess: 0.004, cleanAccuracy: 0.893 } },
  },
  repairs: {
    "BadNet, seed 1": { pruning: { ...refitted, attackSuccess: 0.02 }, unlearning: refitted },
    "BadNet, seed 2": { pruning: { ...refitted, attackSuccess: 0.06 } },
    "bands (3, 3), (5, 5)": { pruning: { ...refitted, attackSuccess: 0.9 } },
  },
  withoutTrigger: {
    attackSuccess: 0.007,
    unlearned: { attackSuccess: 0.001, robustAccuracy: 0.987 },
  },
  refit: { steps: [refitted], seeds: [{ after: refitted }] },
  seeds: {
    networks: ["badnet", "badnet_seed2"],
    badNet: { cleanAccuracy: spread, attackSuccess: spread, attackSuccessOfAll: spread },
    orders: { "clean ascending": ofSeeds, "backdoor descending": ofSeeds },
    front: {
      "within 0.5 points": {
        attackSuccess: { mean: 0.003, min: 0.002, max: 0.004 },
        cleanAccuracyLost: { mean: 0.006, min: 0.005, max: 0.0081 },
      },
    },
    paperOrder: { networks: { badnet: { lastBefore }, badnet_seed2: {} } },
  },
};

/** Has results as a data set's in `outputs/`, and removes them afterwards. */
async function asSummary(results: object, use: (dataset: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ dir: join(ROOT, "outputs"), prefix: "test-" });
  try {
    await Deno.writeTextFile(join(folder, "summary.json"), JSON.stringify(results));
    await use(basename(folder));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("the closing table has the paper's numbers beside ours and says what is synthetic", () => {
  const text = summaryLines(RESULTS, "synthetic").join("\n");
  assert(text.startsWith("SYNTHETIC"));
  for (
    const line of [
      /measured +2 BadNets +paper/,
      /clean accuracy +90\.00 % +50\.00 % \(25\.00–75\.00\) +97\.17 %/,
      /all images +81\.00 % .* 100\.00 %/,
      /without target class +80\.00 % .* not stated/,
      /2 points lost: channels pruned +50 % +50 % \(25–75\) +53 %/,
      /2 points lost: clean accuracy +95\.0 % .* not stated/,
      /2 points lost: attack success +90\.0 % .* “around 100%”/,
      /one channel fewer pruned +97\.0 % +97\.0 % \(97\.0–97\.0\)/,
      /points of clean accuracy lost on test +0\.70 +0\.60 \(0\.50–0\.81\)/,
      /and pruned: attack success +0\.7 % +4\.0 % \(2\.0–6\.0\)/,
      /20 points lost: attack success +90\.0 % .* “below the validation accuracy of clean data”/,
      /30 points lost: attack success +90\.0 % .* 26 %/,
      /best set within 0\.5 points, by triggered images: attack success +0\.4 % +0\.3 % \(0\.2–0\.4\)/,
      /without the attacker's trigger and pruned: attack success +0\.7 %/,
      /given their true class +98\.7 %/,
      /refitted: attack success +0\.2 % +0\.2 % \(0\.2–0\.2\)/,
    ]
  ) assert(line.test(text), text);
  // where the defender found nothing on any of the networks
  const refit = { ...RESULTS.refit, seeds: [] };
  const none = summaryLines({ ...RESULTS, refit }, "synthetic").join("\n");
  assert(/refitted: attack success +0\.2 % +– /.test(none), none);
  assert(summaryLines(RESULTS, "gtsrb")[0]!.endsWith(": the paper's experiment."));
  const other = summaryLines(RESULTS, "cifar10");
  assert(other[0]!.endsWith("what the paper says of pruning is of GTSRB."));
  assert(other.some((line) => /clean accuracy .* 86\.16 %/.test(line)), other.join("\n"));
});

Deno.test("a run keeps the last output of every cell", async () => {
  const shows = Array.from({ length: 30 }, (_, i) => `await showMarkdown("cell ${i}");`);
  const trial = notebook('import { showMarkdown } from "@lib/figures/show.ts";', ...shows);
  await onDisk(trial, async (file) => {
    await runNotebooks([file], "quick", true);
    const texts = codeCells(await readNotebook(file)).slice(1).map((cell) =>
      JSON.stringify(cell.outputs)
    );
    texts.forEach((text, i) => assert(text.includes(`"cell ${i}"`), `cell ${i}: ${text}`));
  });
});

Deno.test("a failing cell is named with its own words, and what was run is kept", async () => {
  const trial = notebook("const a = 1;", 'throw new Error("the very words");');
  await onDisk(trial, async (file) => {
    const before = await Deno.readTextFile(file);
    await assertRejects(() => runNotebooks([file], "quick", true), Error, "the very words");
    await assertRejects(() => runNotebooks([file], "quick", true), Error, "failed in cell 2/2");
    assertEquals(await Deno.readTextFile(file), before);
  });
});

Deno.test("a page's table of results is written anew between its markers", () => {
  const old = "a\n<!-- results gtsrb: begin -->\nold\n<!-- results gtsrb: end -->\nb\n";
  const page = withResults(old, RESULTS, "gtsrb");
  const [head, rule, ...rows] = page.split("\n").filter((line) => line.startsWith("|"));
  assertEquals(head, "| | one BadNet | 2 BadNets: mean (range) | paper |");
  assertEquals(rule, "| --- | ---: | ---: | ---: |");
  assertEquals(rows, summaryRows(RESULTS, "gtsrb").map((row) => `| ${row.join(" | ")} |`));
  assert(page.startsWith("a\n") && page.endsWith("b\n") && !page.includes("old"), page);
  assertThrows(
    () => withResults("# No table", RESULTS, "gtsrb"),
    Error,
    "Expected <!-- results gtsrb: begin -->",
  );
});

Deno.test("the README's numbers are those of the summary", async () => {
  const readme = await Deno.readTextFile(join(ROOT, "README.md"));
  const bare = (text: string): string => text.replace(/[\s-]+/g, ""); // the formatter pads tables
  assertEquals(dataSetsOf(readme), ["gtsrb", "cifar10", "cifar10_images"]);
  for (const data of dataSetsOf(readme)) {
    assertEquals(bare(withResults(readme, await printedResults(data), data)), bare(readme));
  }
});

Deno.test("a summary that lacks a part names the notebook that writes it", async () => {
  await asSummary(RESULTS, async (dataset) => assertEquals(await printedResults(dataset), RESULTS));
  const { withoutTrigger: { unlearned: _, ...older }, ...others } = RESULTS;
  await asSummary({ ...others, withoutTrigger: older }, async (dataset) => {
    const file = join(ROOT, "outputs", dataset, "summary.json");
    const words =
      `withoutTrigger/unlearned but found none in ${file}: run notebooks/08_without_trigger`;
    await assertRejects(() => printedResults(dataset), Error, words);
  });
});
