import { exists } from "@lib/files.ts";
import { assert, assertEquals, assertRejects } from "@lib/std/assert.ts";
import { join } from "@lib/std/path.ts";
import { faultsOfRun, readNotebook } from "../../tools/notebooks/notebook.ts";
import { readDurations } from "../../tools/notebooks/progress.ts";
import { runNotebook } from "../../tools/run_notebooks.ts";
import { temporaryNotebook } from "./temporary_notebook.ts";

const ready = await exists(join(import.meta.dirname!, "../../.venv/bin/python"));
if (!ready) console.warn("SKIPPED: running notebooks needs .venv, which `deno task setup` makes");

/** Runs a notebook of these cells on the real kernel. */
async function execute(...cells: string[]): Promise<{ file: string; told: string[] }> {
  const file = await temporaryNotebook(cells);
  const told: string[] = [];
  await runNotebook(file, `${file}.out`, "quick", (...words) => told.push(words.join(" ")));
  return { file: `${file}.out`, told };
}

/** The plain texts under each code cell. */
async function textsOf(file: string): Promise<string[][]> {
  const { cells } = JSON.parse(await Deno.readTextFile(file));
  const code = (cells as ExecutedCell[]).filter((cell) => cell.cell_type === "code");
  return code.map(({ outputs }) =>
    outputs.map(({ text, data }) => [text ?? data?.["text/plain"] ?? ""].flat().join("").trim())
  );
}

interface ExecutedCell {
  cell_type: string;
  outputs: { text?: string | string[]; data?: Record<string, string | string[]> }[];
}

Deno.test({
  name: "a notebook runs in its folder, told of its data, cell by cell",
  ignore: !ready,
  fn: async () => {
    const { file, told } = await execute(
      'console.log(Deno.env.get("FREQUENCY_BACKDOOR_DATASET"));',
      "console.log(Deno.cwd());",
    );
    const folder = await Deno.realPath(join(file, ".."));
    assertEquals(await textsOf(file), [["quick"], [folder]]);
    const notebook = await readNotebook(file);
    assertEquals(faultsOfRun(notebook, 0), []);
    assertEquals(notebook.metadata.kernelspec?.name, "deno");
    assertEquals(notebook.metadata.language_info?.name, "typescript");
    assert(told.some((words) => words.startsWith("cell 2/2")), told.join("\n"));
    assert(told.includes("cell 1/2 quick"), told.join("\n"));
  },
});

Deno.test({
  name: "no output is lost, though the kernel sends what ends a cell after the cell's end",
  ignore: !ready,
  fn: async () => {
    const numbers = Array.from({ length: 30 }, (_, index) => index);
    const cell = (index: number): string =>
      `({ [Deno.jupyter.$display]: () => ({ "text/plain": "${index} " + "x".repeat(100_000) }) })`;
    const { file } = await execute(...numbers.map(cell));
    const shown = (await textsOf(file)).map(([text]) => text?.split(" ")[0]);
    assertEquals(shown, numbers.map(String));
  },
});

Deno.test({
  name: "a live output keeps its last state",
  ignore: !ready,
  fn: async () => {
    const { file, told } = await execute(
      'const tell = (type: string, text: string) => Deno.jupyter.broadcast(type, { data: { "text/plain": text }, metadata: {}, transient: { display_id: "live" } });\n' +
        'await tell("display_data", "epoch 1");\nawait tell("update_display_data", "epoch 2");',
    );
    assertEquals(await textsOf(file), [["epoch 2"]]);
    assert(told.includes("cell 1/1 epoch 2"), told.join("\n"));
  },
});

Deno.test({
  name: "a kernel that dies is an error, not a wait without end",
  ignore: !ready,
  fn: async () => {
    const file = await temporaryNotebook(["Deno.exit(7);"]);
    const run = (): Promise<number> => runNotebook(file, `${file}.out`, "quick", () => {});
    await assertRejects(run, Error, "trial.ipynb failed in cell 1/1");
  },
});

Deno.test({
  name: "a cell that keeps its kernel busy leaves the terminal silent for less than ten seconds",
  ignore: !ready,
  fn: async () => {
    const file = await temporaryNotebook([
      "const waited = Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 13_000);",
    ]);
    const tool = new URL("../../tools/run_notebooks.ts", import.meta.url);
    const code = `import { runNotebooks } from "${tool}";
      await runNotebooks([${JSON.stringify(file)}], "quick", false);`;
    const cwd = join(import.meta.dirname!, "../..");
    const child = new Deno.Command(Deno.execPath(), { args: ["eval", code], cwd, stdout: "piped" })
      .spawn();
    const times: number[] = [];
    let text = "";
    for await (const words of child.stdout.pipeThrough(new TextDecoderStream())) {
      times.push(performance.now());
      text += words;
    }
    assert((await child.status).success, text);
    assert(/trial\.ipynb · cell 1\/1 · \d+ s/.test(text), text);
    const silences = times.slice(1).map((time, index) => time - times[index]!);
    assert(Math.max(...silences) < 10_000, silences.join());
  },
});

Deno.test("damaged notes of earlier times do not stop a run", async () => {
  const file = await Deno.makeTempFile();
  assertEquals(await readDurations(`${file}.missing`), {});
  await Deno.writeTextFile(file, '{"a": 1');
  assertEquals(await readDurations(file), {});
  await Deno.writeTextFile(file, '{"a": 1}');
  assertEquals(await readDurations(file), { a: 1 });
});

Deno.test({
  name:
    "the environment's own Jupyter, and so an editor, finds the kernel without being told where",
  ignore: !ready,
  fn: async () => {
    const venv = join(import.meta.dirname!, "../../.venv");
    const { stdout } = await new Deno.Command(join(venv, "bin/jupyter"), {
      args: ["kernelspec", "list", "--json"],
      clearEnv: true,
      env: { HOME: await Deno.makeTempDir() },
    }).output();
    const { kernelspecs } = JSON.parse(new TextDecoder().decode(stdout));
    const [program] = kernelspecs.deno.spec.argv;
    assertEquals(kernelspecs.deno.resource_dir, join(venv, "share/jupyter/kernels/deno"));
    assertEquals(await Deno.realPath(join(venv, "bin/deno")), await Deno.realPath(program));
  },
});
