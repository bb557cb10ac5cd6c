/**
 * All tests: formatting, lint, types of code and notebooks' cells, unit tests, documentation examples,
 * and the notebooks end to end. `--quick` leaves out what takes minutes: the gate before a commit.
 *
 * @module
 */
import { ROOT } from "../lib/environment.ts";
import { join } from "node:path";
import { setupPublishing } from "./publish/environment.ts";
import { setup } from "./setup.ts";
import { setupEnvironment } from "./setup/python.ts";
import { setupSweeping } from "./sweep/environment.ts";

interface Stage {
  name: string;
  args: string[];
  /** Whether the stage is part of the gate before a commit. */
  quick: boolean;
}

const STAGES: Stage[] = [
  // notebooks are looked at further down: the formatter finds fault with all that its cache lacks
  {
    name: "formatting",
    args: ["fmt", "--check", "--quiet", "--ignore=notebooks,outputs"],
    quick: true,
  },
  { name: "lint", args: ["lint", "--quiet"], quick: true },
  {
    name: "types",
    args: ["check", "--quiet", "--doc", "lib", "tests", "tools", "bench"],
    quick: true,
  },
  { name: "notebooks' cells", args: ["run", "-A", "tools/check_notebooks.ts"], quick: true },
  // types have been checked, and every worker that a test starts would have its own checked again
  { name: "unit tests", args: ["test", "-A", "--quiet", "--no-check", "tests"], quick: false },
  {
    name: "documentation examples",
    args: ["test", "-A", "--quiet", "--no-check", "--doc", "lib"],
    quick: false,
  },
  {
    name: "notebooks end to end",
    args: ["run", "-A", "tools/run_notebooks.ts", "--dataset", "quick"],
    quick: false,
  },
];

/** Runs a stage, its output passed through; counts what `deno test` says passed and failed. */
async function runStage({ name, args }: Stage): Promise<{ success: boolean; counts: number[] }> {
  const start = performance.now();
  console.log(`— ${name}`);
  const child = new Deno.Command(Deno.execPath(), { args, cwd: ROOT, stdout: "piped" }).spawn();
  let output = "";
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    output += text;
    Deno.stdout.writeSync(new TextEncoder().encode(text));
  }
  const { success } = await child.status;
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`— ${name}: ${success ? "passed" : "FAILED"} in ${seconds} s\n`);
  // deno-lint-ignore no-control-regex -- colours
  const plain = output.replace(/\x1b\[[\d;]*m/g, "");
  const counts = /(\d+) passed[^|\n]*\| (\d+) failed(?:[^|\n]*\| (\d+) ignored)?/.exec(plain)
    ?.slice(1);
  return {
    success,
    counts: counts?.map((count) => Number(count ?? 0)) ?? [Number(success), Number(!success), 0],
  };
}

/** Waits for an environment; where it cannot be made, its tests are skipped. */
async function orSkipped(made: Promise<void>, what: string, folder: string): Promise<void> {
  await made.catch(async (error: Error) => {
    console.warn(`SKIPPED: ${what}. ${error.message}`);
    await Deno.remove(join(ROOT, folder), { recursive: true }).catch(() => {});
  });
}

await setup().catch((error: Error) => {
  console.error(error.message);
  Deno.exit(1);
});
const quick = Deno.args.includes("--quick");
if (!quick) {
  // Keras and onnxruntime of their own, for the tests that read and write their files
  const keras = setupEnvironment(ROOT, ".keras", "tests/reference/keras/requirements.txt");
  await orSkipped(keras, "networks back in Keras and onnxruntime", ".keras");
  await orSkipped(setupPublishing(), "publishing", ".publish");
  await orSkipped(setupSweeping(), "sweeps", ".sweep");
}
const total = [0, 0, 0];
for (const stage of STAGES.filter((stage) => stage.quick || !quick)) {
  const { success, counts } = await runStage(stage);
  counts.forEach((count, index) => total[index]! += count);
  if (!success) break;
}
console.log(`${total[0]} passed, ${total[1]} failed, ${total[2]} skipped`);
Deno.exit(total[1]! > 0 ? 1 : 0);
