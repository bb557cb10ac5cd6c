import { exists } from "@lib/files.ts";
import { assert, assertEquals, assertRejects } from "@lib/std/assert.ts";
import { join } from "@lib/std/path.ts";
import { run } from "../../tools/setup/command.ts";
import { doStep, type Step } from "../../tools/setup/step.ts";

/** A step that writes `made` and counts how often it is done. */
function countedStep(root: string, from = "1"): { step: Step; count: () => number } {
  let done = 0;
  const make = async (): Promise<void> => {
    done++;
    await Deno.writeTextFile(join(root, "made"), from);
  };
  return { step: { name: "A test's step", from, makes: ["made"], make }, count: () => done };
}

/** Runs something without its words on the console. */
async function silently(work: () => Promise<void>): Promise<void> {
  const real = console.log;
  console.log = () => {};
  try {
    await work();
  } finally {
    console.log = real;
  }
}

Deno.test("a step is done once, and again when its result is gone or what it depends on changes", async () => {
  const root = await Deno.makeTempDir();
  const { step, count } = countedStep(root);
  await silently(async () => {
    await doStep(step, root);
    await doStep(step, root);
    assertEquals(count(), 1);
    await Deno.remove(join(root, "made"));
    await doStep(step, root);
    assertEquals(count(), 2);
    await doStep({ ...step, from: "2" }, root);
    assertEquals(count(), 3);
  });
});

Deno.test("a step that was cut while it was done again does not count as done", async () => {
  const root = await Deno.makeTempDir();
  const { step, count } = countedStep(root);
  await silently(async () => {
    await doStep(step, root);
    await Deno.remove(join(root, "made"));
    const cut = async (): Promise<void> => {
      await Deno.writeTextFile(join(root, "made"), "half");
      throw new Error("no space left");
    };
    await assertRejects(() => doStep({ ...step, make: cut }, root), Error, "no space left");
    assert(await exists(join(root, "made")));
    await doStep(step, root);
  });
  assertEquals(count(), 2);
  assertEquals(await Deno.readTextFile(join(root, "made")), "1");
});

Deno.test("a failed step says which it was, what was said and what to do", async () => {
  const root = await Deno.makeTempDir();
  const make = (): Promise<string> => run(["sh", "-c", "echo broken pipe >&2; exit 3"], root);
  const step = { name: "Jupyter", from: "", makes: [], make };
  await silently(async () => {
    const failed = (part: string): Promise<unknown> =>
      assertRejects(() => doStep(step, root), Error, part);
    await failed('Setup stopped at "Jupyter"');
    await failed("broken pipe");
    await failed("failed with code 3");
    await failed("run the same command again");
  });
});
