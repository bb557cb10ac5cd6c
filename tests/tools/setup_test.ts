import { assertEquals, assertRejects, assertThrows } from "@lib/std/assert.ts";
import { kernelSpec, pinsOf } from "../../tools/setup.ts";
import { run } from "../../tools/setup/command.ts";
import { platformFor } from "../../tools/setup/platforms.ts";
import { isNewEnough } from "../../tools/setup/python.ts";

Deno.test("platforms are found, and elsewhere the message says what works", () => {
  assertEquals(platformFor("linux", "x86_64").wheel, "tensorflow-cpu");
  assertEquals(platformFor("darwin", "aarch64").libraries[0], "libtensorflow_cc.2.dylib");
  assertThrows(() => platformFor("windows", "x86_64"), Error, "open a WSL terminal");
  assertThrows(() => platformFor("darwin", "x86_64"), Error, "but found darwin x86_64");
});

Deno.test("Python is to be 3.10 or newer", () => {
  const versions = ["Python 3.9.18", "Python 2.7", "Python 3.10.0", "Python 3.14.1", "no Python"];
  assertEquals(versions.map(isNewEnough), [false, false, true, true, false]);
});

Deno.test("pins are the requirements' names and versions; every one is pinned", async () => {
  const text = await Deno.readTextFile(new URL("../../requirements.txt", import.meta.url));
  const packages = text.split("\n").filter((line) => line && !line.startsWith("#"));
  const pins = pinsOf(text);
  assertEquals(packages.length, pins.size);
  assertEquals(pins.get("plotly"), "7.1.0");
});

Deno.test("the kernel is run by the Deno that set it up", () => {
  assertEquals(JSON.parse(kernelSpec("/here/deno")).argv[0], "/here/deno");
});

Deno.test("a failing command is named with what it said", async () => {
  const deno = Deno.execPath();
  await assertRejects(() => run([deno, "no-such-file.ts"], "."), Error, "no-such-file.ts");
  await assertRejects(() => run(["no-such-program"], "."), Error, "no-such-program");
});
