/**
 * Makes everything that the project needs, inside its folder: npm packages, a Python environment with
 * Jupyter and the Deno kernel, TensorFlow's C library and the binding to it. Steps that are done
 * already are passed over, and a run that was cut goes on with the step it was in.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { run } from "./setup/command.ts";
import { platformFor } from "./setup/platforms.ts";
import { makeEnvironment, VENV_PYTHON } from "./setup/python.ts";
import { BINDING_FILE, buildBinding, fetchTensorflow } from "./setup/tensorflow.ts";

interface Step {
  name: string;
  /** What the step depends on; if it changes, the step is done again. */
  from: string;
  /** A file that is there when the step is done. */
  makes: string;
  make(): Promise<unknown>;
}

const ROOT = join(import.meta.dirname!, "..");
const STAMPS = join(ROOT, ".setup");

/**
 * Sets the project up.
 *
 * @throws {Error} If a step fails, with what failed and what to do.
 */
export async function setup(): Promise<void> {
  for (const step of await steps()) await doStep(step);
}

async function steps(): Promise<Step[]> {
  const platform = platformFor(Deno.build.os, Deno.build.arch);
  const requirements = await Deno.readTextFile(join(ROOT, "requirements.txt"));
  const { imports } = JSON.parse(await Deno.readTextFile(join(ROOT, "deno.json")));
  const pins = pinsOf(requirements);
  const jupyter = [...pins].filter(([name]) => !/^(tensorflow|ziglang)/.test(name))
    .map((pin) => pin.join("=="));
  const tensorflow = `${platform.wheel} ${pins.get(platform.wheel)}`;
  const python = join(ROOT, VENV_PYTHON);
  const kernel = kernelSpec(Deno.execPath());
  const kernelFile = ".venv/share/jupyter/kernels/deno/kernel.json";
  return [
    {
      name: "npm packages",
      from: JSON.stringify(imports),
      makes: "node_modules/@tensorflow/tfjs-node-gpu/package.json",
      make: () => run([Deno.execPath(), "install", "--quiet"], ROOT),
    },
    {
      name: "Python environment",
      from: ROOT,
      makes: VENV_PYTHON,
      make: () => makeEnvironment(ROOT),
    },
    {
      name: "Jupyter",
      from: jupyter.join(),
      makes: ".venv/bin/jupyter-lab",
      make: () => run([python, "-m", "pip", "install", "--quiet", ...jupyter], ROOT),
    },
    {
      name: "Deno kernel",
      from: kernel,
      makes: kernelFile,
      make: () => writeFile(join(ROOT, kernelFile), kernel),
    },
    {
      name: "TensorFlow's C library",
      from: tensorflow,
      makes: `.tensorflow/${platform.libraries[0]}`,
      make: () => fetchTensorflow(ROOT, platform, pins),
    },
    {
      name: "TensorFlow's binding",
      from: `${tensorflow} ${ROOT}`,
      makes: BINDING_FILE,
      make: async () => {
        await buildBinding(ROOT, platform, pins);
        await run([Deno.execPath(), "run", "-A", join(ROOT, "tools/setup/try_binding.ts")], ROOT);
      },
    },
  ];
}

/** Does a step unless its stamp and its file say that it is done. */
async function doStep({ name, from, makes, make }: Step): Promise<void> {
  const stamp = join(STAMPS, name.replace(/\W+/g, "_"));
  const digest = createHash("sha256").update(from).digest("hex");
  const found = await Deno.readTextFile(stamp).catch(() => "");
  const there = await Deno.stat(join(ROOT, makes)).then(() => true, () => false);
  if (there && found === digest) return;
  const start = performance.now();
  console.log(`setup: ${name} …`);
  try {
    await make();
  } catch (error) {
    throw new Error(
      `Setup stopped at "${name}".\n  ${(error as Error).message}\n` +
        "  Mend that and run the same command again: it goes on from here. Downloads need a " +
        "connection to the npm registry and to PyPI.",
    );
  }
  await writeFile(stamp, digest);
  console.log(`setup: ${name} done in ${((performance.now() - start) / 1000).toFixed(1)} s`);
}

/** Package names and versions of a requirements file. */
export function pinsOf(requirements: string): Map<string, string> {
  return new Map(
    [...requirements.matchAll(/^([\w-]+)==([\w.]+)$/gm)].map((
      [, name, version],
    ) => [name!, version!]),
  );
}

/**
 * The Jupyter kernel's description.
 *
 * @param deno Path of the Deno that runs it.
 */
export function kernelSpec(deno: string): string {
  const spec = {
    argv: [deno, "jupyter", "--kernel", "--conn", "{connection_file}"],
    display_name: "Deno",
    language: "typescript",
    env: { NO_COLOR: "1", TF_CPP_MIN_LOG_LEVEL: "2" },
  };
  return JSON.stringify(spec, null, 2) + "\n";
}

async function writeFile(file: string, content: string): Promise<void> {
  await Deno.mkdir(join(file, ".."), { recursive: true });
  await Deno.writeTextFile(`${file}.part`, content);
  await Deno.rename(`${file}.part`, file);
}

if (import.meta.main) {
  await setup().catch((error: Error) => {
    console.error(error.message);
    Deno.exit(1);
  });
}
