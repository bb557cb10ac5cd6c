/** Networks and defenses with the permissions that deno.json gives their tasks. */
import { outputPath, ROOT } from "@lib/environment.ts";
import { assertEquals } from "@lib/std/assert.ts";
import { join } from "@lib/std/path.ts";
import { type Sweep, sweepRows } from "@lib/study/sweep.ts";
import { TINY } from "./tiny_sweep.ts";

const SWEEP: Sweep = {
  data: ["tiny"],
  architectures: ["paper"],
  attacks: { patch: { name: "patch", parameters: { size: 3, level: 255 }, target: 3 } },
  seeds: [5],
  defenses: ["CLP"],
  without: [],
};
const folder = await Deno.makeTempDir();

/** Runs a script as the tasks do. */
async function run(script: string, ...args: string[]): Promise<{ code: number; text: string }> {
  const options = ["run", "-P=study", "--no-prompt", "--quiet", "--no-check"];
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...options, "--config", join(ROOT, "deno.json"), script, ...args],
    cwd: ROOT,
    env: { TMPDIR: ".setup", TF_CPP_MIN_LOG_LEVEL: "2" },
  }).output();
  return { code, text: [stdout, stderr].map((part) => new TextDecoder().decode(part)).join("") };
}

Deno.test("a network is trained and defended with the tasks' permissions", async () => {
  const name = `tiny_sweep_${crypto.randomUUID().slice(0, 8)}`;
  const file = join(folder, `${name}.json`);
  await Deno.writeTextFile(file, JSON.stringify(SWEEP));
  const job = ["--sweep", file, "--row", sweepRows(SWEEP)[0]!.id];
  try {
    for (const words of [["network"], ["defense", "--defense", "CLP"]]) {
      const { code, text } = await run(TINY.at(-1)!, ...words, ...job);
      assertEquals(code, 0, text);
    }
  } finally {
    for (const each of [name, "tiny"]) {
      await Deno.remove(outputPath(each), { recursive: true }).catch(() => {});
    }
  }
});

Deno.test("other programs and writing elsewhere are denied", async () => {
  const script = join(folder, "tries.ts");
  const tries = [
    `new Deno.Command(${JSON.stringify(Deno.execPath())}).output()`,
    `Deno.writeTextFile(${JSON.stringify(join(folder, "elsewhere"))}, "")`,
    'Deno.writeTextFile("tools/setup.ts", "")',
    "Deno.makeTempDir().then((made) => Deno.remove(made))",
  ];
  const lines = tries.map((each) =>
    `console.log(await (async () => { await ${each}; return "done"; })().catch((e) => e.name));`
  );
  await Deno.writeTextFile(script, lines.join("\n"));
  const { text } = await run(script);
  assertEquals(text.trim().split("\n"), [...Array<string>(3).fill("NotCapable"), "done"]);
});
