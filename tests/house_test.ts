/** The house of `lib`: its rooms, the one direction of its imports, and how long a file may be. */
import { ROOT } from "@lib/environment.ts";
import { assert, assertEquals } from "@lib/std/assert.ts";
import { join, relative } from "@lib/std/path.ts";

/** From the ground up; a file at the root of `lib` is plumbing, but for the last two. */
const ROOMS = [
  ...[
    "plumbing",
    "figures",
    "data",
    "network",
    "formats",
    "attack",
    "pruning",
    "recovery",
    "peers",
  ],
  ...["study", "inspect", "notebook", "mod"],
];
const PLUMBING = ["std", "canonical", "environment", "files", "random", "words"];
/** One idea a file. */
const MOST_LINES = 200;

const lib = join(ROOT, "lib");
const files = await filesIn(lib);

async function filesIn(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = join(folder, name);
    if (isDirectory) found.push(...await filesIn(path));
    else found.push(relative(lib, path));
  }
  return found.sort();
}

function levelOf(file: string): number {
  const room = file.split("/")[0]!.replace(".ts", "");
  const level = ROOMS.indexOf(PLUMBING.includes(room) ? "plumbing" : room);
  assert(level >= 0, `Expected a room of ${ROOMS.join(", ")} but found ${file}`);
  return level;
}

Deno.test("no room imports from a room above it, and drawing from none but plumbing", async () => {
  for (const file of files) {
    const text = await Deno.readTextFile(join(lib, file));
    const code = text.replaceAll(/^\s*\*.*$/gm, ""); // examples may show anything
    for (const [, imported] of code.matchAll(/(?:from|import) "@lib\/([^"]+)"/g)) {
      const above = levelOf(imported!) > levelOf(file);
      assert(!above, `Expected no import from above but found ${imported} in ${file}`);
    }
  }
});

Deno.test(`no file is longer than ${MOST_LINES} lines`, async () => {
  for (const file of files) {
    const lines = (await Deno.readTextFile(join(lib, file))).split("\n").length - 1;
    assert(lines <= MOST_LINES, `Expected at most ${MOST_LINES} but found ${lines} in ${file}`);
  }
});

Deno.test("no two files import each other, by whatever way", async () => {
  const imports = new Map<string, string[]>();
  for (const file of files) {
    const code = (await Deno.readTextFile(join(lib, file))).replaceAll(/^\s*\*.*$/gm, "");
    imports.set(file, [...code.matchAll(/from "@lib\/([^"]+)"/g)].map(([, path]) => path!));
  }
  const done = new Set<string>();
  const visit = (file: string, way: string[]): void => {
    assertEquals(way.includes(file), false, [...way, file].join(" → "));
    if (done.has(file)) return;
    for (const next of imports.get(file) ?? []) visit(next, [...way, file]);
    done.add(file);
  };
  for (const file of files) visit(file, []);
});

Deno.test("the package for jsr holds what its exports import, and no more", async () => {
  const [{ exports, publish, imports }, project] = await Promise.all(
    ["jsr.json", "deno.json"].map((name) => Deno.readTextFile(join(ROOT, name)).then(JSON.parse)),
  );
  assertEquals(imports["pure-rand"], project.imports["pure-rand"]);
  const needed = new Set<string>();
  const visit = async (path: string): Promise<void> => {
    if (needed.has(path)) return;
    needed.add(path);
    const code = (await Deno.readTextFile(join(ROOT, path))).replaceAll(/^\s*\*.*$/gm, "");
    for (const [, next] of code.matchAll(/from "@lib\/([^"]+)"/g)) await visit(`lib/${next}`);
  };
  for (const path of Object.values<string>(exports)) await visit(path.replace("./", ""));
  assertEquals(publish.include, ["LICENSE", ...[...needed].sort()]);
});
