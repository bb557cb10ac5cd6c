import { join } from "@lib/std/path.ts";
import { assert, assertEquals, assertRejects, assertThrows } from "@lib/std/assert.ts";
import { ROOT } from "@lib/environment.ts";
import { makeZip } from "../data/make_zip.ts";
import { kernelSpec } from "../../tools/setup.ts";
import { denoCache } from "../../tools/setup/cache.ts";
import { run } from "../../tools/setup/command.ts";
import { deviceLine, hasDriver } from "@lib/network/device.ts";
import { platformFor } from "../../tools/setup/platforms.ts";
import { pinsOf, requirementFile } from "../../tools/setup/pins.ts";
import { isNewEnough, VENV_PYTHON } from "../../tools/setup/python.ts";
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

Deno.test("what is asked for is pinned with all that it needs, each by hashes", async () => {
  const lists = [
    ...["requirements", "tools/setup/tensorflow", "tools/publish/requirements"],
    ...["sweep/requirements", "tests/reference/keras/requirements"],
  ];
  const linesOf = async (file: string): Promise<string[]> =>
    (await Deno.readTextFile(join(ROOT, file))).split("\n")
      .filter((line) => line && !line.startsWith("#"));
  for (const list of lists) {
    const pins = pinsOf(await Deno.readTextFile(join(ROOT, `${list}.txt`)));
    const lines = await linesOf(`${list}.txt`);
    assertEquals(pins.length, lines.filter((line) => !line.startsWith(" ")).length);
    const versions = new Set(pins.map(({ name, version }) => `${name}==${version}`));
    const wanted = await linesOf(`${list}.in`);
    assertEquals(wanted.filter((line) => !versions.has(line)), [], list);
  }
});

Deno.test("a package alone keeps its hashes, and pip refuses a file with others", async () => {
  const root = await Deno.makeTempDir();
  const wheel = makeZip({
    "tiny-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n",
    "tiny-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\n",
  });
  await Deno.writeFile(join(root, "tiny-1.0-py3-none-any.whl"), wheel);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", wheel));
  const install = async (hash: string): Promise<string> => {
    const [pin] = pinsOf(`tiny==1.0 ; os_name == 'posix' \\\n    --hash=sha256:${hash}\n`);
    const file = await requirementFile(root, pin!);
    const from = ["--no-index", "--find-links", root, "--dry-run", "-r", file];
    return await run([join(ROOT, VENV_PYTHON), "-m", "pip", "install", ...from], root);
  };
  assert((await install(digest.toHex())).includes("Would install tiny-1.0"));
  await assertRejects(() => install("0".repeat(64)), Error, "DO NOT MATCH THE HASHES");
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
  const pins = ["tensorflow", "tensorflow-cpu"].map((name) => ({ name, version: "2", lines: "" }));
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
    await buildBinding(root, platformFor("linux", "x86_64"), []);
  } finally {
    Deno.env.set("PATH", before);
  }
  const words = (await Deno.readTextFile(join(root, BINDING_FILE))).split("\n");
  assert(words.includes(`-I${join(root, ".tensorflow/include")}`), words.join("\n"));
  // of an argument after -Wl the linker makes several, at each comma
  assertEquals(words.filter((word) => word.startsWith("-Wl,") && word.includes(root)), []);
  assert(words.includes(join(root, ".tensorflow")), words.join("\n"));
});
