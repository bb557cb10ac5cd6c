/** A small sweep, cut and damaged in every way, and the table that comes out of it. */
import { outputPath, ROOT } from "@lib/environment.ts";
import { exists } from "@lib/files.ts";
import { tableAsCsv } from "@lib/figures/table_csv.ts";
import { seededRandom } from "@lib/random.ts";
import { networkFolder } from "@lib/study/network_folder.ts";
import { type Sweep, sweepRows } from "@lib/study/sweep.ts";
import { resultFile } from "@lib/study/sweep_results.ts";
import { sweepLines, sweepTable } from "@lib/study/sweep_table.ts";
import { assert, assertEquals } from "@lib/std/assert.ts";
import { join } from "@lib/std/path.ts";
import { SNAKEMAKE } from "../../tools/sweep/environment.ts";
import { TINY } from "./tiny_sweep.ts";

const ready = await exists(SNAKEMAKE);
if (!ready) console.warn("SKIPPED: sweeps need .sweep, which `deno task test` makes");

const SWEEP: Sweep = {
  data: ["tiny"],
  architectures: ["paper"],
  attacks: { patch: { name: "patch", parameters: { size: 3, level: 255 }, target: 3 } },
  seeds: [1, 2],
  defenses: ["CLP"],
  without: [],
};
const MOMENTS = 20;

/** A sweep in a folder of its own, called by a name that no other process has. */
const name = `tiny_sweep_${crypto.randomUUID().slice(0, 8)}`;
const file = join(await Deno.makeTempDir(), `${name}.json`);
await Deno.writeTextFile(file, JSON.stringify(SWEEP));
const results = outputPath(name);
const rows = sweepRows(SWEEP);
const environment = { TF_CPP_MIN_LOG_LEVEL: "2" };

const options = ["sweep", "--sweep", file, "--cores", "2"];

function started(variables: Record<string, string> = {}): Deno.ChildProcess {
  const [program, ...args] = [...TINY, ...options];
  const piped = { stdout: "null", stderr: "piped" } as const;
  const env = { ...environment, ...variables };
  return new Deno.Command(program!, { args, cwd: ROOT, env, ...piped }).spawn();
}

/** Runs the sweep to its end. */
async function undisturbed(
  variables: Record<string, string> = {},
): Promise<{ success: boolean; words: string }> {
  const { success, stderr } = await started(variables).output();
  return { success, words: new TextDecoder().decode(stderr) };
}

async function csv(): Promise<string> {
  return tableAsCsv(sweepTable((await sweepLines(SWEEP, results)).lines));
}

/** The sweep's processes of a kind. */
async function processes(kind: RegExp): Promise<number[]> {
  const { stdout } = await new Deno.Command("ps", { args: ["-eo", "pid,args"] }).output();
  return new TextDecoder().decode(stdout).split("\n")
    .filter((line) => line.includes(name) && kind.test(line)).map((line) => parseInt(line));
}

const KINDS = {
  Snakemake: /bin\/snakemake/,
  worker: /deno run .*tiny_sweep\.ts (network|defense)/,
  "the whole tree": /./,
};

async function killed(kind: RegExp): Promise<boolean> {
  const found = await processes(kind);
  for (const id of found) {
    try {
      Deno.kill(id, "SIGKILL");
    } catch {
      // it ended by itself
    }
  }
  return found.length > 0;
}

async function forgotten(): Promise<void> {
  for (const folder of [name, SWEEP.data[0]!]) {
    await Deno.remove(outputPath(folder), { recursive: true }).catch(() => {});
  }
}

function says(words: string, part: string): void {
  assert(words.includes(part), `Expected "${part}" but found ${words}`);
}

const test = (title: string, fn: () => Promise<void>): void =>
  Deno.test({ name: title, ignore: !ready, fn });

test(`a sweep killed at ${MOMENTS} moments ends with the table of one that was not`, async () => {
  try {
    // a home folder in which nothing can be written does not matter either
    const first = await undisturbed({ HOME: "/proc/none" });
    assert(first.success, first.words);
    const expected = await csv();
    assertEquals(expected.includes(",,"), false);
    await forgotten();
    const random = seededRandom(20);
    let [kills, child] = [0, started()];
    let ended = child.output();
    while (kills < MOMENTS) {
      const pause = new Promise((resolve) => setTimeout(resolve, 200 + 1500 * random()));
      const end = await Promise.race([ended, pause]) as Deno.CommandOutput | undefined;
      if (end?.success) await forgotten();
      if (end) ended = (child = started()).output();
      const kind = Object.values(KINDS)[Math.floor(3 * random())]!;
      if (!end && await killed(kind)) kills++;
    }
    await killed(KINDS["the whole tree"]);
    await ended;
    const last = await undisturbed();
    assert(last.success, last.words);
    assertEquals(await csv(), expected);
  } finally {
    await killed(KINDS["the whole tree"]);
  }
});

test("of what is damaged a sweep names the file, and the rest goes on", async () => {
  const [one, two] = rows;
  assertEquals((await undisturbed()).success, true); // as the test before left it
  const expected = await csv();
  const halved = async (file: string): Promise<void> =>
    await Deno.truncate(file, (await Deno.stat(file)).size / 2);
  const weights = outputPath(networkFolder(two!.experiment), "weights.bin");
  const whole = await Deno.readFile(weights);
  try {
    await halved(resultFile(results, one!.id, "CLP"));
    await halved(weights);
    const lines = (await csv()).split("\r\n");
    for (const line of lines.slice(1, -1)) {
      const isLost = line.includes("patch,2,") || line.includes("CLP");
      assertEquals(line.endsWith(",,,,"), isLost, line);
    }
    const { success, words } = await undisturbed();
    assertEquals(success, false);
    says(words, `in ${outputPath(networkFolder(two!.experiment))} but found`);
    assertEquals((await csv()).split("\r\n").slice(0, 3), expected.split("\r\n").slice(0, 3));
    await Deno.writeFile(weights, whole);
    assertEquals((await undisturbed()).success, true);
    assertEquals(await csv(), expected);
  } finally {
    await forgotten();
  }
});

test("a full disk is said with the file, and leaves no half of one", async () => {
  try {
    const [row] = rows;
    const job = [...TINY, "network", "--row", row!.id, "--sweep", file];
    // no file above 512 KiB: the network's weights are larger
    const args = ["-c", `trap '' XFSZ; ulimit -f 512; exec "$@"`, "bash", ...job];
    const env = { ...environment, DENO_NO_UPDATE_CHECK: "1" };
    const { success, stderr } = await new Deno.Command("bash", { args, cwd: ROOT, env }).output();
    const words = new TextDecoder().decode(stderr);
    assertEquals(success, false);
    says(words, "File too large");
    says(words, outputPath(networkFolder(row!.experiment)));
    assertEquals(await exists(resultFile(results, row!.id, "network")), false);
    assertEquals(await exists(outputPath(networkFolder(row!.experiment))), false);
  } finally {
    await forgotten();
  }
});
