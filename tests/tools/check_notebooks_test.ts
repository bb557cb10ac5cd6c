import { assert, assertEquals } from "@lib/std/assert.ts";
import { checkNotebooks } from "../../tools/check_notebooks.ts";
import { faultsOfWriting, inNotebookTerms } from "../../tools/notebooks/extract.ts";
import { readNotebook } from "../../tools/notebooks/notebook.ts";
import { temporaryNotebook } from "./temporary_notebook.ts";

/** What the check says of a notebook with these cells. */
async function faultsOf(...cells: string[]): Promise<string> {
  return (await checkNotebooks([await temporaryNotebook(cells)])).join("\n");
}

/** What the rules of writing say of it. */
async function faultsOfWritingOf(...cells: string[]): Promise<string> {
  return faultsOfWriting(await readNotebook(await temporaryNotebook(cells))).join("\n");
}

Deno.test("messages name notebook, cell and line, however they write the path", () => {
  const places = [{ cell: 1, line: 1 }, { cell: 2, line: 1 }, { cell: 2, line: 2 }];
  const extract = "/home/a b/.check-01.ipynb.ts";
  for (const path of [extract, `file://${encodeURI(extract)}`, "notebooks/.check-01.ipynb.ts"]) {
    const message = inNotebookTerms(`at ${path}:3:7`, extract, "01.ipynb", places);
    assert(message.endsWith("01.ipynb cell 2 line 2"), message);
  }
});

Deno.test("a syntax error, which the kernel does not explain, is found and placed", async () => {
  const faults = await faultsOf("const one = 1;", "const two = ;");
  assert(faults.includes("trial.ipynb cell 2 line 1"), faults);
});

Deno.test("what lint finds is placed, an import that nothing uses among it", async () => {
  const faults = await faultsOf('import { join } from "node:path";', "const a: any = 1;\na;");
  assert(faults.includes("no-unused-vars"), faults);
  assert(faults.includes("trial.ipynb cell 1 line 1"), faults);
  assert(faults.includes("no-explicit-any"), faults);
  assert(faults.includes("trial.ipynb cell 2 line 1"), faults);
});

Deno.test("a cell has at most 20 lines of code; comments and one long import do not count", async () => {
  const lines = (count: number): string => "f();\n".repeat(count);
  assertEquals(await faultsOfWritingOf(`// why\n\n${lines(20)}`), "");
  assertEquals(
    await faultsOfWritingOf("", lines(21)),
    "cell 2: expected at most 20 lines of code but found 21",
  );
  assertEquals(await faultsOfWritingOf(`import {\n${"  a,\n".repeat(30)}} from "@lib/a.ts";`), "");
});

Deno.test("imports are by name, in each form they have", async () => {
  for (
    const code of ['import { a } from "./a.ts";', 'import "../a.ts";', 'await import("./a.ts");']
  ) {
    assert((await faultsOfWritingOf(code)).startsWith("cell 1: expected an import by name"), code);
  }
  assertEquals(await faultsOfWritingOf('import { a } from "@lib/a.ts";'), "");
  assert((await faultsOfWritingOf("import.meta.url;")).includes("import.meta"));
});

Deno.test("cells that deno fmt would change are found, with nothing in its cache", async () => {
  const sound = await temporaryNotebook(["const one = 1;\nconsole.log(one);"]);
  assertEquals(await checkNotebooks([sound]), []);
  const faults = await faultsOf("const  one = 1\nconsole.log( one )");
  assert(faults.includes("trial.ipynb: expected the format of deno fmt"), faults);
});

Deno.test("a notebook says its kernel", async () => {
  const notebook = await readNotebook(await temporaryNotebook([]));
  const metadata = { ...notebook.metadata, kernelspec: undefined };
  assertEquals(faultsOfWriting({ ...notebook, metadata }), [
    "expected kernelspec.name to be deno in the metadata",
  ]);
});
