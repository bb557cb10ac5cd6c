/**
 * Makes everything that the project needs, inside its folder: npm packages, a Python environment with
 * Jupyter and the Deno kernel, TensorFlow's C library and the binding to it. Steps that are done
 * already are passed over, and a run that was cut goes on with the step it was in.
 *
 * @module
 */
import { ROOT } from "../lib/environment.ts";
import { join } from "node:path";
import { writeWhole } from "@lib/files.ts";
import { hasDriver } from "@lib/network/device.ts";
import { denoCache } from "./setup/cache.ts";
import { run } from "./setup/command.ts";
import { pinned, pinsOf } from "./setup/pins.ts";
import { platformFor } from "./setup/platforms.ts";
import { makeEnvironment, VENV_PYTHON } from "./setup/python.ts";
import { doStep, type Step } from "./setup/step.ts";
import { BINDING_FILE, buildBinding, fetchTensorflow } from "./setup/tensorflow.ts";

/**
 * Sets the project up.
 *
 * @throws {Error} If a step fails, with what failed and what to do.
 */
export async function setup(): Promise<void> {
  for (const step of await steps()) await doStep(step, ROOT);
}

async function steps(): Promise<Step[]> {
  const platform = platformFor(Deno.build.os, Deno.build.arch);
  const textOf = (file: string): Promise<string> => Deno.readTextFile(join(ROOT, file));
  const { imports } = JSON.parse(await textOf("deno.json"));
  const pins = pinsOf(await textOf("tools/setup/tensorflow.txt"));
  const { version } = pinned(pins, platform.wheel);
  // a driver that is added later asks for the wheel with CUDA
  const withCuda = platform.wheel === "tensorflow-cpu" && await hasDriver();
  const tensorflow = `${platform.wheel} ${version}${withCuda ? " with CUDA" : ""}`;
  const python = join(ROOT, VENV_PYTHON);
  const kernel = kernelSpec(Deno.execPath());
  const kernelFile = ".venv/share/jupyter/kernels/deno/kernel.json";
  const editorDeno = ".venv/bin/deno";
  return [
    {
      name: "npm packages",
      from: JSON.stringify(imports),
      makes: ["node_modules/@tensorflow/tfjs-node-gpu/package.json"],
      make: async () => run([Deno.execPath(), "install", "--quiet"], ROOT, await denoCache(ROOT)),
    },
    {
      name: "Python environment",
      from: ROOT,
      makes: [VENV_PYTHON],
      make: () => makeEnvironment(ROOT),
    },
    {
      name: "Jupyter",
      from: await textOf("requirements.txt"),
      makes: [".venv/bin/jupyter-lab"],
      make: () => run([python, "-m", "pip", "install", "-qr", "requirements.txt"], ROOT),
    },
    {
      name: "Deno kernel",
      from: kernel,
      makes: [kernelFile, editorDeno],
      make: async () => {
        await writeWhole(join(ROOT, kernelFile), kernel);
        await Deno.remove(join(ROOT, editorDeno)).catch(() => {});
        await Deno.symlink(Deno.execPath(), join(ROOT, editorDeno));
      },
    },
    {
      name: "Plotly",
      from: `${imports["plotly.js-dist"]} ${Deno.version.v8} ${ROOT}`,
      makes: [".setup/plotly.bin"],
      make: async () => {
        const compile = join(ROOT, "tools/setup/compile_plotly.ts");
        await run([Deno.execPath(), "run", "-A", "--quiet", compile], ROOT);
      },
    },
    {
      name: "TensorFlow's C library",
      from: tensorflow,
      makes: platform.libraries.map((file) => `.tensorflow/${file}`),
      make: () => fetchTensorflow(ROOT, platform, pins, withCuda),
    },
    {
      name: "TensorFlow's binding",
      from: `${tensorflow} ${ROOT}`,
      makes: [BINDING_FILE],
      make: async () => {
        await buildBinding(ROOT, platform, pins);
        const trial = join(ROOT, "tools/setup/try_binding.ts");
        const device = await run([Deno.execPath(), "run", "-A", "--quiet", trial], ROOT);
        console.log(`setup: ${device.trim()}`);
      },
    },
  ];
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

if (import.meta.main) {
  await setup().catch((error: Error) => {
    console.error(error.message);
    Deno.exit(1);
  });
}
