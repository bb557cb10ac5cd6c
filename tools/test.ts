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
  /** Command lines of Deno's, none of which waits for another. */
  runs: string[][];
  /** Whether the stage is part of the gate before a commit. */
  quick: boolean;
}

/** So many runs of a stage at once: a test keeps its cores busy for a part of its time only. */
const LANES = 3;

// types have been checked, and every worker that a test starts would have its own checked again
const TEST = ["test", "-A", "--quiet", "--no-check"];

const STAGES: Stage[] = [
  // notebooks are looked at further down: the formatter finds fault with all that its cache lacks
  {
    name: "formatting",
    runs: [["fmt", "--check", "--quiet", "--ignore=notebooks,outputs"]],
    quick: true,
  },
  {
    name: "lint, types, notebooks' cells",
    runs: [
      ["check", "--quiet", "--doc", "lib", "tests", "tools", "bench"],
      ["lint", "--quiet"],
      ["run", "-A", "tools/check_notebooks.ts"],
    ],
    quick: true,
  },
  {
    name: "unit tests, documentation examples",
    runs: [["--doc", "lib"], ...testsByRoom()].map((what) => [...TEST, ...what]),
    quick: false,
  },
  {
    name: "notebooks end to end",
    runs: [["run", "-A", "tools/run_notebooks.ts", "--dataset", "quick"]],
    quick: false,
  },
];

/**
 * Single files and the tests of each room. What takes long begins, so that the lanes end together: files,
 * then the rooms that are last by name.
 */
function testsByRoom(): string[][] {
  const isTest = ({ name }: Deno.DirEntry): boolean => name.endsWith("_test.ts");
  const inside = (folder: string): Deno.DirEntry[] => [...Deno.readDirSync(join(ROOT, folder))];
  const named = (entries: Deno.DirEntry[]): string[][] =>
    entries.map(({ name }) => `tests/${name}`).sort().reverse().map((path) => [path]);
  const rooms = inside("tests").filter(({ name, isDirectory }) =>
    isDirectory && inside(`tests/${name}`).some(isTest)
  );
  return [...named(inside("tests").filter(isTest)), ...named(rooms)];
}

/**
 * Runs Deno; prints what it said when it has ended, so that runs beside each other stay readable. Gives how
 * many tests passed, failed and were left out.
 */
async function runDeno(args: string[]): Promise<number[]> {
  const { success, stdout } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd: ROOT,
    // a graphics card multiplies with ten bits, where it may; tests compare more of them
    env: { NVIDIA_TF32_OVERRIDE: "0" },
    stderr: "inherit",
  }).output();
  const output = new TextDecoder().decode(stdout);
  console.log(output);
  // deno-lint-ignore no-control-regex -- colours
  const plain = output.replace(/\x1b\[[\d;]*m/g, "");
  const counts = /(\d+) passed[^|\n]*\| (\d+) failed(?:[^|\n]*\| (\d+) ignored)?/.exec(plain);
  const [passed, failed, ignored] = counts?.slice(1).map((count) => Number(count ?? 0)) ??
    [Number(success), 0, 0];
  // what ends a run outside of its tests is none of these
  return [passed!, Math.max(failed!, Number(!success)), ignored!];
}

/** Runs a stage; counts what `deno test` says passed, failed and was left out. */
async function runStage({ name, runs }: Stage): Promise<number[]> {
  const start = performance.now();
  console.log(`— ${name}`);
  const total = [0, 0, 0];
  const waiting = [...runs];
  const lane = async (): Promise<void> => {
    for (let args = waiting.shift(); args; args = waiting.shift()) {
      (await runDeno(args)).forEach((count, index) => total[index]! += count);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`— ${name}: ${total[1] === 0 ? "passed" : "FAILED"} in ${seconds} s\n`);
  return total;
}

/** Waits for an environment; where it cannot be made, its tests are skipped. */
async function orSkipped(made: Promise<void>, what: string, folder: string): Promise<void> {
  await made.catch(async (error: Error) => {
    console.warn(`SKIPPED: ${what}. ${error.message}`);
    await Deno.remove(join(ROOT, folder), { recursive: true }).catch(() => {});
  });
}

const quick = Deno.args.includes("--quick");
// Keras and onnxruntime of their own, for the tests that read and write their files: made beside all else
const environments = quick ? [] : [
  orSkipped(
    setupEnvironment(ROOT, ".keras", "tests/reference/keras/requirements.txt"),
    "networks back in Keras and onnxruntime",
    ".keras",
  ),
  orSkipped(setupPublishing(), "publishing", ".publish"),
  orSkipped(setupSweeping(), "sweeps", ".sweep"),
];
try {
  await setup();
} catch (error) {
  console.error((error as Error).message);
  await Promise.all(environments); // none is left half made by a process of its own
  Deno.exit(1);
}
const total = [0, 0, 0];
for (const stage of STAGES.filter((stage) => stage.quick || !quick)) {
  if (!stage.quick) await Promise.all(environments);
  (await runStage(stage)).forEach((count, index) => total[index]! += count);
  if (total[1]! > 0) break;
}
await Promise.all(environments);
console.log(`${total[0]} passed, ${total[1]} failed, ${total[2]} skipped`);
Deno.exit(total[1]! > 0 ? 1 : 0);
