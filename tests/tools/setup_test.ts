import { join } from "@lib/std/path.ts";
import { assert, assertEquals, assertRejects, assertThrows } from "@lib/std/assert.ts";
import { kernelSpec, pinsOf } from "../../tools/setup.ts";
import { denoCache } from "../../tools/setup/cache.ts";
import { run } from "../../tools/setup/command.ts";
import { deviceLine, hasDriver } from "@lib/network/device.ts";
import { platformFor } from "../../tools/setup/platforms.ts";
import { isNewEnough } from "../../tools/setup/python.ts";
import { BINDING_FILE, buildBinding, fetchTensorflow } from "../../tools/setup/tensorflow.ts";

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

Deno.test("a user's settings of pip do not reach it", async () => {
  const before = Deno.env.get("PIP_USER");
  Deno.env.set("PIP_USER", "1");
  try {
    assertEquals(await run(["sh", "-c", "echo $PIP_USER"], "."), "0\n");
  } finally {
    if (before === undefined) Deno.env.delete("PIP_USER");
    else Deno.env.set("PIP_USER", before);
  }
});

Deno.test("Deno keeps downloads in the repository where nothing can be written in the home folder", async () => {
  const root = await Deno.makeTempDir();
  const home = join(root, "home");
  assertEquals(await denoCache(root, join(home, ".cache/deno")), {});
  await Deno.writeTextFile(join(root, "no folder"), "");
  const { DENO_DIR } = await denoCache(root, join(root, "no folder/deno"));
  assertEquals(DENO_DIR, join(root, ".setup/deno"));
});

Deno.test("the device that computes is named, and a driver that TensorFlow cannot use", async () => {
  const file = await Deno.makeTempFile();
  assertEquals([await hasDriver([file]), await hasDriver(["nowhere"])], [true, false]);
  const line = (usesCard: boolean, isDriven: boolean): string =>
    deviceLine({ isUsingGpuDevice: usesCard }, isDriven);
  assert(line(true, true).endsWith("on the graphics card"));
  assert(/on the processor, \d+ cores$/.test(line(false, false)));
  assert(line(false, true).includes("there is an NVIDIA driver, but TensorFlow cannot use it"));
});

/** Stands for a Python that finds no wheel with CUDA, and one without: writes what would be unpacked. */
const PYTHON = `#!/bin/sh
case "$*" in
  *and-cuda*) echo "ERROR: No matching distribution found" >&2; exit 1 ;;
  *download*) mkdir -p .setup/tensorflow; echo wheel > .setup/tensorflow/some.whl ;;
  *) mkdir -p "$4"; cp "$3" "$4/$5" ;;
esac
`;

Deno.test("where CUDA cannot be had, the library for the processor is fetched, and a line says so", async () => {
  const root = join(await Deno.makeTempDir(), "with space");
  await Deno.mkdir(join(root, ".venv/bin"), { recursive: true });
  await Deno.writeTextFile(join(root, ".venv/bin/python"), PYTHON, { mode: 0o755 });
  const pins = new Map([["tensorflow", "2"], ["tensorflow-cpu", "2"]]);
  const real = console.log;
  const said: string[] = [];
  console.log = (line: string) => void said.push(line);
  try {
    await fetchTensorflow(root, platformFor("linux", "x86_64"), pins, true);
  } finally {
    console.log = real;
  }
  assertEquals(await Deno.readTextFile(join(root, ".tensorflow/libtensorflow_cc.so.2")), "wheel\n");
  assertEquals(said.length, 1);
  assert(said[0]!.endsWith("not to be had with CUDA: ERROR: No matching distribution found"));
});

/** Stands for a compiler: writes its arguments, a line each, where its output goes. */
const COMPILER = `#!/bin/sh
[ "$1" = --version ] && exit
for word; do [ "$last" = -o ] && out="$word"; last="$word"; done
printf '%s\\n' "$@" > "$out"
`;

Deno.test("a path with space and comma reaches compiler and linker whole", async () => {
  const root = join(await Deno.realPath(await Deno.makeTempDir()), "house, no 1");
  const folders = [
    "compiler",
    ".tensorflow",
    "node_modules/@tensorflow/tfjs-node-gpu",
    "node_modules/node-api-headers/include",
  ];
  for (const folder of folders) await Deno.mkdir(join(root, folder), { recursive: true });
  await Deno.writeTextFile(join(root, "compiler/c++"), COMPILER, { mode: 0o755 });
  const before = Deno.env.get("PATH")!;
  Deno.env.set("PATH", `${join(root, "compiler")}:${before}`);
  try {
    await buildBinding(root, platformFor("linux", "x86_64"), new Map());
  } finally {
    Deno.env.set("PATH", before);
  }
  const words = (await Deno.readTextFile(join(root, BINDING_FILE))).split("\n");
  assert(words.includes(`-I${join(root, ".tensorflow/include")}`), words.join("\n"));
  // of an argument after -Wl the linker makes several, at each comma
  assertEquals(words.filter((word) => word.startsWith("-Wl,") && word.includes(root)), []);
  assert(words.includes(join(root, ".tensorflow")), words.join("\n"));
});
