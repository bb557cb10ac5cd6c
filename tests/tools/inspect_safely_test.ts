/** An inspection with the permissions that `deno task inspect` gives it. */
import { saveNetwork } from "@lib/formats/network_file.ts";
import { exists } from "@lib/files.ts";
import { assert, assertEquals, assertThrows } from "@lib/std/assert.ts";
import { join } from "@lib/std/path.ts";
import { permissions } from "../../tools/inspect_safely.ts";
import { colourFolder, smallNetwork } from "../inspect/inspection_network.ts";

const folder = join(await Deno.makeTempDir(), "with space");
const [output, temporary] = [join(folder, "report"), join(folder, "temporary")];
await Deno.mkdir(temporary, { recursive: true });

async function run(script: string, ...args: string[]): Promise<{ code: number; text: string }> {
  const options = ["run", "--quiet", ...permissions([output, temporary]), script, ...args];
  const command = new Deno.Command(Deno.execPath(), { args: options, env: { TMPDIR: temporary } });
  const { code, stdout, stderr } = await command.output();
  return { code, text: [stdout, stderr].map((part) => new TextDecoder().decode(part)).join("") };
}

Deno.test("network, programs and writing elsewhere are denied", async () => {
  const script = join(temporary, "tries.ts");
  const tries = [
    'fetch("http://127.0.0.1:8999/")',
    "Deno.connect({ port: 8999 })",
    `new Deno.Command(${JSON.stringify(Deno.execPath())}).output()`,
    `Deno.writeTextFile(${JSON.stringify(join(folder, "elsewhere"))}, "")`,
    `Deno.remove(${JSON.stringify(folder)}, { recursive: true })`,
    `Deno.writeTextFile(${JSON.stringify(join(temporary, "allowed"))}, "")`,
  ];
  const lines = tries.map((each) =>
    `console.log(await (async () => { await ${each}; return "done"; })().catch((e) => e.name));`
  );
  await Deno.writeTextFile(script, lines.join("\n"));
  const { text } = await run(script);
  assertThrows(() => permissions(["a,b"]), Error, "Expected a path without a comma");
  const denied = Array<string>(5).fill("NotCapable");
  assertEquals(text.trim().split("\n"), [...denied, "done"]);
});

Deno.test("they are enough for an inspection", async () => {
  const network = join(folder, "network");
  await saveNetwork(network, smallNetwork("exact"));
  const tool = join(import.meta.dirname!, "../../tools/inspect.ts");
  const images = await colourFolder();
  const options = ["--network", network, "--images", images, "--output", output];
  const { code, text } = await run(tool, ...options);
  assertEquals(code, 0, text);
  assert(text.includes("A backdoor is suspected: class 2"));
  assert(await exists(join(output, "report.html")));
});
