import { join } from "node:path";
import { type Command, run, works } from "./command.ts";
import { type Pin, pinned, requirementFile } from "./pins.ts";
import type { Platform } from "./platforms.ts";
import { VENV_PYTHON } from "./python.ts";

/** Unpacks from a wheel, which is a zip, only what the binding needs: 0.9 of 1.2 GB. */
const UNPACK = `
import sys, zipfile
wheel, folder, *libraries = sys.argv[1:]
headers = ("tensorflow/c/", "xla/", "tsl/", "tensorflow/core/platform/ctstring")
archive = zipfile.ZipFile(wheel)
for item in archive.infolist():
    path = item.filename.removeprefix("tensorflow/")
    if path in libraries or path.startswith(tuple("include/" + header for header in headers)):
        item.filename = path
        archive.extract(item, folder)
`;

/**
 * Puts TensorFlow's C library and headers into `.tensorflow`, whole or not at all.
 *
 * @param root The repository's folder.
 * @param platform Which wheel and files.
 * @param pins The packages of tensorflow.txt.
 * @param withCuda Whether to try the wheel for NVIDIA's cards first.
 */
export async function fetchTensorflow(
  root: string,
  platform: Platform,
  pins: readonly Pin[],
  withCuda: boolean,
): Promise<void> {
  const python = join(root, VENV_PYTHON);
  if (withCuda) {
    try {
      return await installForNvidia(root, python, pinned(pins, "tensorflow").version);
    } catch (error) {
      const why = (error as Error).message.trim().split("\n").at(-1)!.trim();
      console.log(
        `setup: TensorFlow will compute on the processor, as it is not to be had with CUDA: ${why}`,
      );
    }
  }
  // git-ignored and always the same, so that what a killed run left there is swept up by the next
  const temporary = join(root, ".setup", "tensorflow");
  await removeFolder(temporary);
  const wheel = ["-r", await requirementFile(root, pinned(pins, platform.wheel))];
  // the library does not depend on Python, so one wheel serves whatever Python there is
  const which = ["--platform", platform.tag, "--python-version", "3.12", "--abi", "cp312"];
  const download = ["--no-deps", "--only-binary=:all:", "--implementation", "cp", ...which];
  await run([python, "-m", "pip", "download", ...download, "-d", temporary, ...wheel], root);
  const [file] = [...Deno.readDirSync(temporary)].map((entry) => join(temporary, entry.name));
  await run([python, "-c", UNPACK, file!, join(temporary, "out"), ...platform.libraries], root);
  await removeFolder(join(root, ".tensorflow"));
  await Deno.rename(join(temporary, "out"), join(root, ".tensorflow"));
  await removeFolder(temporary);
}

async function removeFolder(folder: string): Promise<void> {
  await Deno.remove(folder, { recursive: true }).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
}

/**
 * With an NVIDIA driver: the wheel with CUDA, installed as it is, its hashes not checked. Not covered by the
 * tests.
 */
async function installForNvidia(root: string, python: string, version: string): Promise<void> {
  await run([python, "-m", "pip", "install", `tensorflow[and-cuda]==${version}`], root);
  const where = "import sysconfig; print(sysconfig.get_paths()['purelib'])";
  const packages = (await run([python, "-c", where], root)).trim();
  await removeFolder(join(root, ".tensorflow"));
  await Deno.symlink(join(packages, "tensorflow"), join(root, ".tensorflow"));
}

/**
 * Builds the native binding of `@tensorflow/tfjs-node-gpu` against the library in `.tensorflow`.
 *
 * @param root The repository's folder.
 * @param platform Which files and linker flags.
 * @param pins The packages of tensorflow.txt.
 */
export async function buildBinding(
  root: string,
  platform: Platform,
  pins: readonly Pin[],
): Promise<void> {
  const binding = await Deno.realPath(join(root, BINDING_PACKAGE));
  const headers = await Deno.realPath(join(root, "node_modules/node-api-headers/include"));
  const library = await Deno.realPath(join(root, ".tensorflow"));
  await Deno.mkdir(join(binding, "lib/napi-v8"), { recursive: true });
  const temporary = join(binding, "lib/napi-v8/tfjs_binding.part");
  await run(
    [
      ...await findCompiler(root, pins),
      ...["-std=c++17", "-O2", "-fPIC", "-shared"],
      ...["-DNAPI_VERSION=8", "-DNODE_GYP_MODULE_NAME=tfjs_binding"],
      ...[binding, join(library, "include"), headers].map((folder) => `-I${folder}`),
      ...["tfjs_backend.cc", "tfjs_binding.cc"].map((file) => join(binding, "binding", file)),
      ...["-o", temporary, ...platform.libraries.map((file) => join(library, file))],
      // -Wl would take a comma in the path for its end
      ...["-rpath", library].flatMap((word) => ["-Xlinker", word]),
      ...platform.linkerFlags,
    ],
    root,
    { ZIG_GLOBAL_CACHE_DIR: join(root, ".setup", "zig") },
  );
  await Deno.rename(temporary, join(root, BINDING_FILE));
}

const BINDING_PACKAGE = "node_modules/@tensorflow/tfjs-node-gpu";

/** The binding, below the repository's folder. */
export const BINDING_FILE = `${BINDING_PACKAGE}/lib/napi-v8/tfjs_binding.node`;

async function findCompiler(root: string, pins: readonly Pin[]): Promise<Command> {
  for (const compiler of ["c++", "g++", "clang++"]) {
    if (await works([compiler, "--version"])) return [compiler];
  }
  const python = join(root, VENV_PYTHON);
  const ziglang = await requirementFile(root, pinned(pins, "ziglang"));
  await run([python, "-m", "pip", "install", "-r", ziglang], root);
  return [python, "-m", "ziglang", "c++"];
}
